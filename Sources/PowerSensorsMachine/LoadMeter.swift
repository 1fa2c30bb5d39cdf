package import PowerSensorsCore

/// The mean load of all processors between two readings of procfs' `stat`.
package struct LoadMeter: ~Copyable {
    private var reader: LoadReader
    private var times: CPUTimes?

    package init(beneath procfs: SystemRoot) { reader = LoadReader(beneath: procfs) }

    /// The mean load since the last call, from 0 to 1; nil on the first call, and if no time has passed.
    package mutating func load() throws(AttributeError) -> Double? {
        let now = try reader.read()
        defer { times = now }
        return times.flatMap { now.elapsed(since: $0).load }
    }
}
