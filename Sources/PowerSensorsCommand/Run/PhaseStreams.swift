import Glibc
import PowerSensors
import PowerSensorsExporters
import Synchronization

/// What marks the phases of a run.
struct PhaseSources {
    /// The regular expression of lines that mark phases; nil if the command's streams are left alone.
    let pattern: String?
    /// The number of the descriptor on which the command names phases; nil for none.
    let descriptor: Int32?

    var areNone: Bool { pattern == nil && descriptor == nil }
}

/// The pipes between a command and this process, of which threads read the marks of phases. What goes to standard output and error is
/// passed on as it comes.
final class PhaseStreams: Sendable {
    private struct Stream {
        let source: Int32
        /// The command's end, and the number that it has there.
        let file: (own: Int32, place: Int32)
        /// Where its bytes go to; nil for nowhere.
        let target: Int32?
    }

    /// How long what the command left behind may write before its streams are closed.
    private static let longestRest: Int64 = 1_000_000_000

    /// How long bytes may still wait for their reader after a signal.
    private static let longestWait: Int64 = 5_000_000_000

    let marks = PhaseMarks()
    private let streams: [Stream]
    private let pattern: String?
    /// A pipe whose end tells the threads that the command has ended.
    private let ending: (source: Int32, own: Int32)
    private let running: Atomic<Int>
    private let lost = Locked<[LostOutput]>([])

    init(_ sources: PhaseSources) throws(CommandFailure) {
        pattern = sources.pattern
        let end = try Self.pipe()
        ending = end
        var streams: [Stream] = []
        var isOpened = false
        defer {
            if !isOpened {
                for one in [end.source, end.own] + streams.flatMap({ [$0.source, $0.file.own] }) { close(one) }
            }
        }
        // One that is closed stays so.
        for number in [STDOUT_FILENO, STDERR_FILENO] where sources.pattern != nil && !StandardStreams.isClosed(number) {
            let pipe = try Self.pipe()
            streams.append(Stream(source: pipe.source, file: (pipe.own, number), target: number))
        }
        if let place = sources.descriptor {
            let pipe = try Self.pipe()
            streams.append(Stream(source: pipe.source, file: (pipe.own, place), target: nil))
        }
        isOpened = true
        self.streams = streams
        running = Atomic(streams.count)
    }

    /// The command's ends.
    var files: [(own: Int32, place: Int32)] { streams.map(\.file) }

    /// Begins to read.
    func start() throws(CommandFailure) {
        for stream in streams {
            do throws(ThreadError) {
                try OwnedThread(name: "phases") { self.pass(stream) }.join(within: .zero)
            } catch {
                throw .failure("No thread could be started for phases: \(systemMessage(errno: error.errno)).")
            }
        }
    }

    /// Closes the command's ends in this process, so that they end with the command.
    func handOver() {
        for stream in streams { close(stream.file.own) }
    }

    /// Waits until everything that the command wrote has been passed on.
    ///
    /// - Returns: Why some of it has not.
    @discardableResult
    func finish() -> [LostOutput] {
        close(ending.own)
        var limit = Int64.max
        while true {
            let wakeCount = Signals.timer.wakeCount
            let now = SampleInstant.monotonicNow
            if Signals.isEndRequested { limit = min(limit, now + Self.longestWait) }
            if running.load(ordering: .acquiring) == 0 { break }
            // A thread that still waits for a reader keeps its descriptors.
            if now >= limit {
                // Standard error may be what nobody reads.
                lose(.reader)
                return lost.withLock { $0 }
            }
            Signals.timer.wait(until: limit, unlessWokenSince: wakeCount)
        }
        close(ending.source)
        return lost.withLock { $0 }
    }

    private func lose(_ reason: LostOutput) { lost.withLock { if !$0.contains(reason) { $0.append(reason) } } }

    // MARK: The threads

    private func pass(_ stream: Stream) {
        // Each thread compiles its own: glibc lets only one search with an expression at a time. It has been checked before.
        let pattern = stream.target == nil ? nil : self.pattern.flatMap { try? LinePattern($0) }
        var scanner = PhaseScanner(pattern)
        var moment = SampleInstant.now.boottimeNanoseconds
        let marks = marks
        var rest = Rest()
        var target = stream.target
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while isReadable(stream, &rest) {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(stream.source, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            moment = SampleInstant.now.boottimeNanoseconds
            let own = rest.take(count)
            // The search must not hold up what is passed on.
            let failure = target.map { Self.write(buffer[..<count], to: $0) } ?? 0
            scanner.scan(buffer[..<own]) { marks.mark($0, at: moment) }
            // That its reader has gone, the command is to notice itself, by the end of the pipe.
            if failure == EPIPE { break }
            if failure != 0 {
                target = nil
                lose(.error)
            }
        }
        scanner.finish { marks.mark($0, at: moment) }
        close(stream.source)
        running.subtract(1, ordering: .releasing)
        Signals.timer.wake()
    }

    /// What may still come of a stream.
    private struct Rest {
        /// How many bytes were in the pipe when the command had ended, and have not been read; nil while it runs.
        var count: Int?
        /// Until when others may write, once that has been read.
        var limit = Int64.max

        /// Takes bytes that have been read.
        ///
        /// - Returns: How many of them the command may have written.
        mutating func take(_ read: Int) -> Int {
            guard let known = count else { return read }
            count = max(known - read, 0)
            return min(read, known)
        }
    }

    /// Waits for bytes or their end.
    ///
    /// - Returns: False if the command has ended, and what it left behind has had its time.
    private func isReadable(_ stream: Stream, _ rest: inout Rest) -> Bool {
        var files = [
            pollfd(fd: stream.source, events: Int16(POLLIN), revents: 0),
            pollfd(fd: ending.source, events: Int16(POLLIN), revents: 0),
        ]
        if rest.count == nil {
            while unsafe poll(&files, 2, -1) < 0, errno == EINTR {}
            if files[1].revents == 0 { return true }
            var count: Int32 = 0
            let isKnown = unsafe ioctl(stream.source, UInt(FIONREAD), &count) == 0
            rest.count = isKnown ? Int(max(count, 0)) : 0
        }
        if rest.count != 0 { return true }
        if stream.target == nil { return false }
        let now = SampleInstant.monotonicNow
        if rest.limit == .max { rest.limit = now + Self.longestRest }
        let milliseconds = (rest.limit - now + 999_999) / 1_000_000
        if milliseconds > 0, unsafe poll(&files, 1, Int32(clamping: milliseconds)) > 0 { return true }
        lose(.leftBehind)
        return false
    }

    /// Writes everything.
    ///
    /// - Returns: 0, or the `errno` of what prevented it, which has been told unless it is EPIPE.
    private static func write(_ bytes: ArraySlice<UInt8>, to file: Int32) -> Int32 {
        var rest = bytes
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Another process that has the descriptor too may have made it so.
                var waiting = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&waiting, 1, -1)
            case EPIPE: return EPIPE
            case let code:
                let name = file == STDOUT_FILENO ? "standard output" : "standard error"
                StandardError.write(
                    "\(name): \(systemMessage(errno: code)). What the command still writes there is lost.")
                return code
            }
        }
        return 0
    }

    /// A pipe that the command does not inherit by itself, clear of the numbers of the standard streams.
    private static func pipe() throws(CommandFailure) -> (source: Int32, own: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else {
            throw .failure("No pipe could be opened for phases: \(systemMessage(errno: errno)).")
        }
        for index in ends.indices {
            let low = ends[index]
            ends[index] = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)
            close(low)
        }
        if ends.contains(where: { $0 < 0 }) {
            for end in ends where end >= 0 { close(end) }
            throw .failure("No pipe could be opened for phases: too many files are open.")
        }
        return (ends[0], ends[1])
    }
}
