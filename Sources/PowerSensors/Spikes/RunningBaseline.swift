import PowerSensorsCore

/// What a power has been over the last minutes, and how far it strays from that: medians of means over ten seconds or so.
struct RunningBaseline: Sendable {
    /// The powers of a part of the time.
    private struct Bin {
        var seconds = 0.0
        var count = 0.0
        /// The sum of the powers in Ws, and of their squares in W²s.
        var sum = 0.0
        var squares = 0.0

        var mean: Double { sum / seconds }

        /// An estimate of the standard deviation from a level: the root mean square distance, divided by its own median for normal
        /// noise, of which Wilson and Hilferty's approximation is used (PNAS 17, 1931).
        func deviation(from level: Double) -> Double {
            let meanSquare = max(squares / seconds - 2 * level * mean + level * level, 0)
            let share = 1 - 2 / (9 * count)
            return (meanSquare / (share * share * share)).squareRoot()
        }

        mutating func add(_ watts: Double, _ time: Double) {
            seconds += time
            count += 1
            sum += watts * time
            squares += watts * watts * time
        }
    }

    /// The number of parts that the memory is divided into.
    private static let parts = 30.0

    private let memory: Double
    private var bins: [Bin] = []
    /// The latest bin, which is not complete.
    private var open = Bin()

    /// For how many seconds the power is known, at most the memory.
    private(set) var seconds = 0.0
    /// In how many intervals the power was known.
    private(set) var count = 0
    /// The median of the bins' means in watts; 0 while no bin is complete.
    private(set) var level = 0.0
    /// The median of the bins' standard deviations from it, in watts.
    private(set) var deviation = 0.0

    init(over memory: Duration) { self.memory = max(memory.seconds, 0) }

    mutating func add(_ watts: Double, over time: Double) {
        count += 1
        open.add(watts, time)
        guard open.seconds >= memory / Self.parts else { return }
        bins.append(open)
        seconds += open.seconds
        open = Bin()
        while let oldest = bins.first, seconds - oldest.seconds >= memory, bins.count > 1 {
            seconds -= oldest.seconds
            bins.removeFirst()
        }
        level = median { $0.mean }
        let level = level
        deviation = median { $0.deviation(from: level) }
    }

    /// The value that half of the time is below.
    private func median(_ value: (Bin) -> Double) -> Double {
        let sorted = bins.map { (value: value($0), seconds: $0.seconds) }.sorted { $0.value < $1.value }
        var below = 0.0
        for (index, bin) in sorted.enumerated() {
            below += bin.seconds
            if below == seconds / 2, index + 1 < sorted.count { return (bin.value + sorted[index + 1].value) / 2 }
            if below > seconds / 2 { return bin.value }
        }
        return sorted.last?.value ?? 0
    }
}
