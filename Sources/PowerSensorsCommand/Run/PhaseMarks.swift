import PowerSensors

/// The marks that divide a run into phases. One begins with each mark of another name than that of the present one.
///
/// Threads that read what the command writes set them; the thread that reads the sensors takes them. However many there are, they need
/// no more memory than their names.
final class PhaseMarks: Sendable {
    /// What has passed since the marks were taken last.
    struct Batch {
        /// For how long it was which phase, by its number, in nanoseconds.
        var parts: [(phase: Int, nanoseconds: Int64)]
        /// When the last of them ended, on the clock that includes suspended time.
        let end: Int64
    }

    /// A phase, and how often it began.
    struct Phase {
        /// Empty for what has no name: the time before the first mark, and after an empty one.
        let name: String
        var count: Int
    }

    /// How many names there may be. Others have the last one in common.
    static let mostNames = 1000
    private static let commonName = "(more)"

    private struct State {
        var phases = [Phase(name: "", count: 1)]
        var numbers = ["": 0]
        var current = 0
        /// When the current phase began, or the marks were taken last.
        var since: Int64 = 0
        var parts: [Int: Int64] = [:]
        /// When the command ended. What it wrote may be read later.
        var end = Int64.max
        var isMarked = false
        var isOver = false

        mutating func close(at moment: Int64) {
            let time = max(moment - since, 0)
            parts[current, default: 0] += time
            since += time
        }

        mutating func number(of name: String) -> Int {
            if let known = numbers[name] { return known }
            if phases.count >= mostNames, name != commonName { return number(of: commonName) }
            phases.append(Phase(name: name, count: 0))
            numbers[name] = phases.count - 1
            return phases.count - 1
        }

        mutating func batch() -> Batch {
            defer { (parts, isMarked) = ([:], false) }
            return Batch(parts: parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, end: since)
        }
    }

    private let state = Locked(State())

    /// All phases by their numbers, in the order in which they appeared.
    var phases: [Phase] { state.withLock { $0.phases } }

    /// Whether there are marks to take.
    var areSet: Bool { state.withLock { $0.isMarked } }

    /// Sets the beginning of the run.
    func begin(at moment: Int64) { state.withLock { $0.since = moment } }

    /// Sets the end of the command, at which later marks are.
    func end(at moment: Int64) { state.withLock { $0.end = moment } }

    /// Begins a phase. Of no effect if it is the present one, or the run is over.
    func mark(_ name: String, at moment: Int64) {
        let isFirst = state.withLock { state -> Bool in
            let number = state.number(of: name)
            if number == state.current || state.isOver { return false }
            state.close(at: min(moment, state.end))
            state.current = number
            state.phases[number].count += 1
            defer { state.isMarked = true }
            return !state.isMarked
        }
        if isFirst { Signals.timer.wake() }
    }

    /// Takes what has passed until the latest mark.
    func take() -> Batch { state.withLock { $0.batch() } }

    /// Ends the run, and takes the rest of it.
    func finish(at moment: Int64) -> Batch {
        state.withLock { state in
            state.isOver = true
            state.close(at: moment)
            return state.batch()
        }
    }
}
