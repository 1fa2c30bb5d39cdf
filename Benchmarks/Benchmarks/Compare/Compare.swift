import CTwin
import Fixtures

#if canImport(Glibc)
import Glibc
#endif

func exit(withStatus status: CInt) -> Never { exit(status) }

/// Measures everything, prints the table, and returns the exit status.
func compare(_ arguments: [String]) throws -> CInt {
    let runs = value(of: "--runs", in: arguments).flatMap { Int($0) } ?? 3
    if arguments.contains("--processes") {
        print(Table(try processRows(runs: runs)).text)
        return 0
    }
    if arguments.contains("--growth") {
        try printGrowth()
        return 0
    }
    var rows = try [1, 16].flatMap { try sampleRows(sockets: $0, runs: runs) }
    try rows.append(arithmeticRow(runs: runs))
    rows += try snapshotRows(runs: runs)
    rows += try startRows(runs: runs)
    rows += try pageRows(runs: runs)
    rows += part("monitor") { try monitorRows(runs: runs) }
    rows += part("processes") { try processRows(runs: runs) }
    rows += part("perf") { try eventRows(runs: runs) }
    let failure = ctwin_own_mounts()
    if failure == 0 {
        rows += part("perf by the library") { try eventSampleRows(runs: runs) }
        rows += part("real sysfs") { try sysfsRows(runs: runs) }
        rows += part("peers") { try peerRows(runs: runs) { print("bench: skipped \($0)") } }
    } else {
        print("bench: skipped perf by the library, real sysfs, libpowercap and libsensors:")
        print("bench: they need mounts of one's own (errno \(failure))")
    }
    if let path = value(of: "--instructions", in: arguments) { try addInstructions(of: path, to: &rows) }
    let table = Table(rows)
    print(table.text)
    for note in table.notes { print("- \(note)") }
    let allocating = rows.filter(\.failsAllocationBar)
    for row in allocating { print("bench: \(row.work) allocates, and must not") }
    return allocating.isEmpty ? 0 : 1
}

/// A part that this machine may lack the means for; then a line says so.
private func part(_ name: String, _ body: () throws -> [Row]) -> [Row] {
    do { return try body() } catch {
        print("bench: skipped \(name): \(error)")
        return []
    }
}

private func value(of option: String, in arguments: [String]) -> String? {
    guard let index = arguments.firstIndex(of: option), index + 1 < arguments.count else { return nil }
    return arguments[index + 1]
}
