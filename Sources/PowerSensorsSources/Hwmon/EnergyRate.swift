/// The mean power of an energy counter over about a second, by which a device is recognized that is in use.
struct EnergyRate {
    private var count: UInt64 = 0
    private var nanoseconds = Int64.min
    private var watts: Double?

    /// A shorter time may lie between two updates of the counter.
    private static let shortestTime: Int64 = 900_000_000

    /// Takes the next count.
    ///
    /// - Parameters:
    ///   - count: Microjoules.
    ///   - now: When it was read, on the monotonic clock, in nanoseconds.
    /// - Returns: The power in watts; nil if it is unknown, as at first or after the counter has fallen.
    mutating func advance(to count: UInt64, at now: Int64) -> Double? {
        let isFirst = nanoseconds == .min
        let time = isFirst ? 0 : now &- nanoseconds
        if !isFirst, time < Self.shortestTime { return watts }
        watts = isFirst || count < self.count ? nil : Double(count - self.count) * 1e3 / Double(time)
        (self.count, nanoseconds) = (count, now)
        return watts
    }
}
