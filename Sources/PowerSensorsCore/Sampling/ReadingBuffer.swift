/// Storage for the readings of a sample, allocated once and overwritten by every sample.
///
/// An array would check for unique ownership on every use, and would have to be emptied before it is filled.
@safe struct ReadingBuffer: ~Copyable {
    private let storage: UnsafeMutableBufferPointer<Reading>

    /// Allocates a buffer in which every reading is missing.
    init(count: Int) {
        unsafe storage = .allocate(capacity: count)
        unsafe storage.initialize(repeating: .missing(.warmingUp))
    }

    deinit { unsafe storage.deallocate() }

    /// Reads a reader's channels into the buffer; channels that it leaves out are absent.
    ///
    /// - Parameters:
    ///   - index: The index of the reader's first channel.
    ///   - count: The number of its channels; it cannot append more readings.
    ///   - reader: The reader.
    @inline(__always)
    mutating func fill(from index: Int, count: Int, by reader: inout any SensorReader) {
        let part = unsafe storage.extracting(index..<index + count)
        // Readings are trivial, so the old ones need no deinitialization.
        var readings = unsafe OutputSpan(buffer: part, initializedCount: 0)
        reader.readChannels(into: &readings)
        while !readings.isFull { readings.append(.missing(.absent)) }
        _ = unsafe readings.finalize(for: part)
    }

    /// Sets every channel to the same reading.
    mutating func fill(with reading: Reading) { unsafe storage.update(repeating: reading) }

    /// Gives some channels' readings the instants between which they were taken.
    mutating func stamp(from index: Int, count: Int, between began: SampleInstant, and ended: SampleInstant) {
        for index in index..<index + count {
            unsafe storage[index] = storage[index].stamped(between: began, and: ended)
        }
    }

    /// Calls `body` with the readings.
    func withSpan<Result, Failure: Error>(
        _ body: (Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe storage.span)
    }
}
