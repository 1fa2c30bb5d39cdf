import CTwin
import Fixtures
import PowerSensors

/// Prints how the costs grow with the machine, as two tables: for each size what one channel or process costs, beside a bar of
/// that length. Where a cost grows in proportion, all bars of a table are equally long.
func printGrowth() throws {
    print(
        """
        | channels | sample, ns | C loop, ns | snapshot, ns | discovery and start, ms | its allocations | a start, µs a channel |
        | --- | --- | --- | --- | --- | --- | --- |
        \(lines(try [1, 2, 4, 8, 16, 32, 64, 128].map(channelGrowth)))

        """)
    print(
        """
        | processes | snapshot divided among all, ms | C loop, ms | µs a process |
        | --- | --- | --- | --- |
        \(lines(try [10, 100, 1000, 10_000].map(processGrowth)))
        """)
}

/// A size's cells, and what one of its parts costs.
private typealias Growth = (cells: [String], each: Double)

private func channelGrowth(sockets: Int) throws -> Growth {
    let bench = try BenchMachine.ofSockets(sockets)
    let count = Double(bench.channelCount)
    let batch = max(400 / bench.channelCount, 4)
    let sample = try Comparison(
        pairs: 400, operations: batch, ours: { bench.timeSamples(batch) }, theirs: { bench.twin.timeSamples(batch) })
    let snapshot = quickest(of: 400) { _ = bench.timeSnapshots(batch) } / Double(batch)
    let allocations = try allocations(of: 3, bench.files.start)
    let start = try quickest(of: 20, bench.files.start)
    return (
        [
            fixed(count, digits: 0), fixed(sample.ours, digits: 0), fixed(sample.theirs, digits: 0),
            fixed(snapshot, digits: 0), fixed(start / 1e6), fixed(allocations, digits: 0),
        ],
        start / count / 1000
    )
}

private func processGrowth(count: Int) throws -> Growth {
    let comparison = try compareProcesses(count: count, limit: 1024, pairs: 20)
    let scanned = Double(comparison.scanned)
    return (
        [fixed(scanned, digits: 0), fixed(comparison.costs.ours / 1e6), fixed(comparison.costs.theirs / 1e6)],
        comparison.costs.ours / scanned / 1000
    )
}

private func lines(_ sizes: [Growth]) -> String {
    let longest = sizes.map(\.each).max() ?? 1
    return sizes.map { size in
        let bar = String(repeating: "█", count: Int((size.each / longest * 20).rounded()))
        return "| \((size.cells + ["\(bar) \(fixed(size.each))"]).joined(separator: " | ")) |"
    }.joined(separator: "\n")
}
