import CTwin
import Fixtures
import PowerSensors
import PowerSensorsExporters

/// A page for Prometheus, made of a snapshot that is there already.
func pageRows(runs: Int) throws -> [Row] {
    try [1, 16].map { sockets in
        let bench = try BenchMachine.ofSockets(sockets)
        let snapshot = bench.sampler.snapshot()
        var page = PrometheusFormat(version: "bench")
        page.prepare(for: snapshot.topology)
        var bytes: [UInt8] = []
        let render = {
            bytes.removeAll(keepingCapacity: true)
            page.append(snapshot, in: .openMetrics, age: .zero, to: &bytes)
        }
        var row = Row("page for Prometheus, \(bench.channelCount) channels")
        row.allocationBar = 0
        row.allocations = allocations(of: 100, render)
        row.ours = quickest(of: 300 * runs, render)
        row.note = "\(bytes.count) bytes"
        return row
    }
}

/// Renders the page again and again and nothing else.
func repeatPages(_ count: Int, of bench: BenchMachine) {
    let snapshot = bench.sampler.snapshot()
    var page = PrometheusFormat(version: "bench")
    page.prepare(for: snapshot.topology)
    var bytes: [UInt8] = []
    for _ in 0..<count {
        bytes.removeAll(keepingCapacity: true)
        page.append(snapshot, in: .openMetrics, age: .zero, to: &bytes)
    }
}
