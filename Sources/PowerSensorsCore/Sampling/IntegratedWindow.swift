/// The mean power of a source without an energy counter, from the reading of one snapshot to that of the next.
struct IntegratedWindow {
    /// The integrator's state at the previous snapshot; nil before the first.
    private var net: Joules?
    private var segment = 0
    private var monotonicNanoseconds: Int64 = 0

    /// The mean power since the previous snapshot; for the first one, the power that was read. Nil before any reading.
    mutating func advance(_ integrator: PowerIntegrator) -> Watts? {
        defer {
            net = integrator.net
            segment = integrator.segment
            monotonicNanoseconds = integrator.monotonicNanoseconds
        }
        let time = integrator.monotonicNanoseconds &- monotonicNanoseconds
        guard let net, segment == integrator.segment, time > 0 else { return integrator.power }
        return (integrator.net - net).power(over: .nanoseconds(time))
    }
}
