internal import CTwin

/// The C loop, as Swift holds it.
@safe public final class Twin {
    private let handle: OpaquePointer

    init(ofZones folders: [String]) throws {
        guard let handle = unsafe ctwin_make(folders.count) else { throw BenchError("no memory for the C loop") }
        unsafe self.handle = handle
        for folder in folders {
            let failure = unsafe ctwin_add(handle, folder)
            if failure != 0 { throw BenchError("the C loop cannot open \(folder): errno \(failure)") }
        }
    }

    deinit { unsafe ctwin_close(handle) }

    /// Takes one sample.
    @discardableResult
    public func sample() -> Int { unsafe Int(ctwin_sample(handle)) }

    /// The counts of all channels since the first sample.
    public var total: UInt64 { unsafe ctwin_total(handle) }

    /// Takes `samples` samples, and returns the nanoseconds they took.
    public func timeSamples(_ samples: Int) -> Int64 { unsafe ctwin_time_samples(handle, CInt(samples)) }

    /// Lets every register count one on, for both sides to see.
    public func move() throws {
        let failure = unsafe ctwin_move(handle)
        if failure != 0 { throw BenchError("a mock counter cannot be written: errno \(failure)") }
    }

    /// Samples every so often on a thread of its own, as long as `body` runs.
    public func sampling<Result>(everyNanoseconds period: Int64, _ body: () throws -> Result) throws -> Result {
        unsafe try Self.timing(handle, period, body)
    }

    /// Does the same, and samples nothing: what the timer itself costs.
    public static func idling<Result>(everyNanoseconds period: Int64, _ body: () throws -> Result) throws -> Result {
        unsafe try timing(nil, period, body)
    }

    private static func timing<Result>(
        _ handle: OpaquePointer?,
        _ period: Int64,
        _ body: () throws -> Result
    ) throws -> Result {
        guard let timer = unsafe ctwin_start_timer(handle, period) else { throw BenchError("no thread can be started") }
        defer { _ = unsafe ctwin_stop_timer(timer) }
        return try body()
    }
}
