#if History
/// The levels of the store, from fine to coarse. Snapshots themselves are below them.
enum Level: CaseIterable {
    case minute
    case quarter

    /// The table of its rows.
    var table: String { self == .minute ? "minute" : "quarter" }

    /// The length of a row in milliseconds.
    var length: Int64 { self == .minute ? 60_000 : 900_000 }

    /// The number of the row that a moment is in, in milliseconds since 1970 UTC.
    func cell(of milliseconds: Int64) -> Int64 { floorDivided(milliseconds, by: length) }

    /// The moment at which a row begins.
    func start(of cell: Int64) -> Int64 { cell.multipliedReportingOverflow(by: length).partialValue }
}

/// The quotient, rounded down also below 0.
func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
}

extension Bucket {
    /// A gap of more time is not spread over the time before: nobody knows what happened.
    private static let longestSpread: Int64 = 25 * 3_600_000

    /// How much of a bucket's time may be missing from what was sampled before it counts as a gap.
    private static let shortestGap: Int64 = 1000

    /// Lends the parts of a snapshot's bucket that fall into each minute before `end`.
    ///
    /// - Parameters:
    ///   - end: When the bucket ends, in milliseconds since 1970 UTC.
    ///   - body: Receives the number of the minute, and the part.
    func forEachMinute<Failure: Error>(
        until end: Int64, _ body: (Int64, Bucket) throws(Failure) -> Void
    ) throws(Failure) {
        let length = time
        let last = Level.minute.cell(of: end - 1)
        // After a suspend, the energy was mostly used where the machine was awake, which includes the end.
        guard length > 0, length <= Self.longestSpread, length - sampled <= Self.shortestGap else {
            return try body(last, self)
        }
        let begin = end - length
        for minute in Level.minute.cell(of: begin)...last {
            let lower = max(Level.minute.start(of: minute), begin) - begin
            let upper = min(Level.minute.start(of: minute + 1), end) - begin
            if lower < upper { try body(minute, part(lower..<upper, of: length)) }
        }
    }
}
#endif
