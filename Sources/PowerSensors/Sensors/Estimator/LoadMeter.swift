/// The load of all processors between two looks at procfs' `stat`.
package struct LoadMeter: ~Copyable {
    private var reader: LoadReader
    private var times: CPUTimes?

    /// A meter of the machine that procfs shows.
    package init(beneath procfs: SystemRoot) { reader = LoadReader(beneath: procfs) }

    /// The mean load since the look before, from 0 to 1; nil at the first, and where no time has passed.
    package mutating func load() throws(AttributeError) -> Double? {
        let now = try reader.read()
        defer { times = now }
        guard let times else { return nil }
        let (busy, whole) = now.elapsed(since: times)
        return whole > 0 ? busy / whole : nil
    }
}
