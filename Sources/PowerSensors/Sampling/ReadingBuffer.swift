/// Where a sample's readings lie: allocated once, filled anew by every sample.
///
/// An array would check on every use that nobody shares it, and be emptied before it is filled.
@safe struct ReadingBuffer: ~Copyable {
    private let storage: UnsafeMutableBufferPointer<Reading>

    /// A buffer of as many readings, all of them missing.
    init(count: Int) {
        unsafe storage = .allocate(capacity: count)
        unsafe storage.initialize(repeating: .missing(.warmingUp))
    }

    deinit { unsafe storage.deallocate() }

    /// Lets a reader append its readings, from one index on; what it leaves out is missing.
    ///
    /// - Parameters:
    ///   - index: Where the reader's first reading lies.
    ///   - count: How many channels it has; it cannot append more.
    ///   - reader: What appends.
    mutating func fill(from index: Int, count: Int, by reader: inout any SensorReader) {
        let part = unsafe storage.extracting(index..<index + count)
        // A reading holds nothing that would have to be given back.
        var readings = unsafe OutputSpan(buffer: part, initializedCount: 0)
        reader.read(into: &readings)
        while !readings.isFull { readings.append(.missing(.absent)) }
        _ = unsafe readings.finalize(for: part)
    }

    /// Appends the readings to others, each stamped with an instant where it has none of its own.
    func append(to readings: inout OutputSpan<Reading>, stampedAt instant: SampleInstant) {
        for index in unsafe 0..<storage.count { unsafe readings.append(storage[index].stamped(at: instant)) }
    }

    /// Lends the readings for one call.
    func withSpan<Result, Failure: Error>(
        _ body: (Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe storage.span)
    }
}
