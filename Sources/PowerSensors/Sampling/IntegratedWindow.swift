/// The span over which the power of a source that counts no energy is a mean: from one snapshot's reading to the next's.
struct IntegratedWindow {
    private var net: Joules?
    private var segment = 0
    private var monotonicNanoseconds: Int64 = 0

    /// The mean power since the snapshot before; for the first one, the power that was read.
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
