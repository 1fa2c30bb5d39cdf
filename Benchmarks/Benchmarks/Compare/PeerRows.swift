import CTwin
import Fixtures
import PowerSensors

/// The same files through the libraries that others use.
///
/// They look in /sys and nowhere else, so the mock's tree is shown there to this process, whose view of the mounts must
/// be its own.
func peerRows(runs: Int, skipped: (String) -> Void) throws -> [Row] {
    var rows: [Row] = []
    let bench = try BenchMachine("package-and-chip")
    for folder in ["class", "devices"] {
        let failure = unsafe ctwin_show("\(bench.files.sysfs)/\(folder)", "/sys/\(folder)")
        if failure != 0 { throw BenchError("nothing can be mounted on /sys/\(folder): errno \(failure)") }
    }
    defer { for folder in ["class", "devices"] { unsafe ctwin_hide("/sys/\(folder)") } }
    if let row = try powercapRow(bench, runs: runs, skipped: skipped) { rows.append(row) }
    if let row = try sensorsRow(bench, runs: runs, skipped: skipped) { rows.append(row) }
    return rows
}

private func powercapRow(_ bench: BenchMachine, runs: Int, skipped: (String) -> Void) throws -> Row? {
    var why: UnsafePointer<CChar>?
    guard let peer = unsafe ctwin_powercap_open(&why) else {
        skipped("libpowercap: \(unsafe why.map { unsafe String(cString: $0) } ?? "")")
        return nil
    }
    defer { unsafe ctwin_powercap_close(peer) }
    var energies: [UInt64] = [0, 0, 0, 0]
    let answered = unsafe ctwin_powercap_sample(peer, &energies)
    guard answered == 4 else { throw BenchError("libpowercap reads \(answered) of 4 zones") }
    var row = Row("sample of 4 channels", peer: "libpowercap, files kept open")
    for _ in 0..<runs {
        row.add(
            try Comparison(
                pairs: 1000,
                operations: 100,
                ours: { bench.timeSamples(100) },
                theirs: {
                    let began = ctwin_now()
                    for _ in 0..<100 { unsafe ctwin_powercap_sample(peer, &energies) }
                    return ctwin_now() - began
                }
            )
        )
    }
    row.note = "libpowercap reads numbers; wraps, sums and clocks are left to its caller"
    return row
}

private func sensorsRow(_ bench: BenchMachine, runs: Int, skipped: (String) -> Void) throws -> Row? {
    var why: UnsafePointer<CChar>?
    guard let peer = unsafe ctwin_sensors_open(&why) else {
        skipped("libsensors: \(unsafe why.map { unsafe String(cString: $0) } ?? "")")
        return nil
    }
    defer { unsafe ctwin_sensors_close(peer) }
    var sum = 0.0
    let answered = unsafe ctwin_sensors_sample(peer, &sum)
    guard answered == 4, sum == 10 else { throw BenchError("libsensors reads \(answered) of 4 values, \(sum) W") }
    var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: bench.files.roots)]))
    let values = sampler.snapshot().channels.compactMap(\.value)
    guard values == [1, 2, 3, 4] else { throw BenchError("the library reads \(values)") }
    var row = Row("sample of 4 powers of a hwmon chip", peer: "libsensors")
    row.bar = .cheaperBy(12)
    row.allocationBar = 0
    row.allocations = allocations(of: 1000) { sampler.sample() }
    for _ in 0..<runs {
        row.add(
            try Comparison(
                pairs: 500,
                operations: 20,
                ours: { hwmonBatch(20, &sampler) },
                theirs: {
                    let began = ctwin_now()
                    for _ in 0..<20 { unsafe ctwin_sensors_sample(peer, &sum) }
                    return ctwin_now() - began
                }
            )
        )
    }
    row.note = "libsensors opens, reads and closes each file again, and leaves the integration to its caller"
    return row
}

/// Samples a chip of four powers.
func repeatHwmon(_ samples: Int) throws {
    let files = try MachineFiles("package-and-chip")
    var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: files.roots)]))
    for _ in 0..<samples { _ = hwmonBatch(1, &sampler) }
}

@inline(never)
private func hwmonBatch(_ samples: Int, _ sampler: inout Sampler) -> Int64 {
    let began = ctwin_now()
    for _ in 0..<samples { sampler.sample() }
    return ctwin_now() - began
}
