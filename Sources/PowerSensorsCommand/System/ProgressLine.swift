import Glibc
import PowerSensors
import PowerSensorsExporters
import Synchronization

/// A line that says how far a long job has come and how long it still takes.
///
/// It is written to standard error if that is a terminal, over itself, and vanishes before anything else is written there and at
/// the end. Elsewhere nothing is written.
final class ProgressLine {
    /// The least time between two writes in nanoseconds.
    private static let interval: Int64 = 200_000_000

    private let job: String
    private let isPossible: Bool
    private let start = SampleInstant.monotonicNow
    private var next: Int64

    /// - Parameters:
    ///   - job: What is done, as the subcommand is called.
    ///   - delay: How long a job must last before it is worth a line.
    ///   - sharesTerminal: Whether the job writes its result to standard output meanwhile; if that is a terminal, it is its own
    ///     sign of progress.
    init(_ job: String, after delay: Duration = .zero, sharesTerminal: Bool = false) {
        self.job = job
        next = start + delay.wholeNanoseconds
        let terminal = unsafe getenv("TERM").map { unsafe String(cString: $0) } ?? ""
        isPossible =
            isatty(STDERR_FILENO) == 1 && !["", "dumb"].contains(terminal)
            && !(sharesTerminal && StandardOutput.isTerminal)
    }

    deinit { Self.clear() }

    /// How long the job has lasted.
    var elapsed: Duration { .nanoseconds(SampleInstant.monotonicNow - start) }

    /// Shows how far the job is, if the latest line is old enough; cheap enough to be called often.
    ///
    /// - Parameters:
    ///   - detail: What is done at the moment.
    ///   - left: How long it still takes; nil if that is not known.
    func show(_ detail: @autoclosure () -> String, left: @autoclosure () -> Duration?) {
        guard isPossible, !Self.isInBackground else { return }
        let now = SampleInstant.monotonicNow
        if now < next { return }
        next = now + Self.interval
        let text = Self.text(job, detail(), left: left())
        let shown = String(LocaleCharacters.ofLocale.shown(text).prefix(Self.width))
        isShown.store(true, ordering: .relaxed)
        write(Array("\r\(shown)\u{1B}[K".utf8))
    }

    /// Whether another program has the terminal, since a shell runs this one in the background.
    private static var isInBackground: Bool {
        let group = tcgetpgrp(STDERR_FILENO)
        return group >= 0 && group != getpgrp()
    }

    /// The line.
    static func text(_ job: String, _ detail: String, left: Duration?) -> String {
        "powersensors: \(job): \(detail)" + (left.map { ", \(TimeText.rounded($0)) left" } ?? "")
    }

    /// The time left of a job of which a part is done, if it goes on as fast.
    static func left(elapsed: Duration, done part: Double) -> Duration? {
        part > 0 && part <= 1 ? .seconds(elapsed.seconds * (1 - part) / part) : nil
    }

    /// Removes the line, if there is one. Calls only what a signal handler may call.
    static func clear() {
        guard isShown.exchange(false, ordering: .relaxed) else { return }
        let erase: StaticString = "\r\u{1B}[K"
        _ = unsafe Glibc.write(STDERR_FILENO, erase.utf8Start, erase.utf8CodeUnitCount)
    }

    private func write(_ bytes: [UInt8]) {
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// The greatest length of a line that does not wrap.
    private static var width: Int {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 79 }
        return Int(size.ws_col) - 1
    }
}

private let isShown = Atomic(false)

/// Times for people, to two units at most.
package enum TimeText {
    /// `45 s`, `1 min 20 s`, `2 h 5 min`, `3 d 4 h`.
    package static func rounded(_ time: Duration) -> String {
        let seconds = max(Int(time.seconds.rounded()), 0)
        let units: [(name: String, length: Int)] = [("d", 86400), ("h", 3600), ("min", 60), ("s", 1)]
        let first = units.firstIndex { seconds >= $0.length } ?? units.count - 1
        let rest = seconds % units[first].length
        let whole = "\(seconds / units[first].length) \(units[first].name)"
        guard first + 1 < units.count else { return whole }
        let next = rest / units[first + 1].length
        return next > 0 ? "\(whole) \(next) \(units[first + 1].name)" : whole
    }
}
