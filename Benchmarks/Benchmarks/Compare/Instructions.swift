import CTwin
import Fixtures
import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Runs one of the loops and nothing else: `library`, `snapshot`, `page`, `start`, `monitor` at 1 kHz, `hwmon`, `events`,
/// `processes`, `twin`, or `neither` for what goes around them.
///
/// Arguments: the kind, how many sockets, `still` or `moving`, how often.
func repeatLoop(_ arguments: ArraySlice<String>) throws {
    let arguments = Array(arguments)
    guard arguments.count == 4, let sockets = Int(arguments[1]), let count = Int(arguments[3]) else {
        throw BenchError("--repeat wants KIND SOCKETS still|moving COUNT")
    }
    if arguments[0] == "events" { return try repeatEvents(count) }
    if arguments[0] == "hwmon" { return try repeatHwmon(count) }
    let bench = try BenchMachine.ofSockets(sockets)
    if arguments[0] == "processes" { return try repeatDivision(count, of: bench) }
    if arguments[0] == "monitor" { return try repeatTicks(count, of: bench) }
    if arguments[0] == "page" { return repeatPages(count, of: bench) }
    let moves = arguments[2] == "moving"
    // What happens once only happens in every kind of run.
    try bench.twin.move()
    bench.sampler.sample()
    _ = bench.twin.sample()
    for _ in 0..<count {
        if moves { try bench.twin.move() }
        switch arguments[0] {
        case "library": _ = bench.timeSamples(1)
        case "snapshot": _ = bench.timeSnapshots(1)
        case "start": try bench.files.start()
        case "twin": _ = bench.twin.timeSamples(1)
        default: break
        }
    }
}

/// Adds what callgrind counted. Each line of the file: the row's work, our instructions, theirs.
func addInstructions(of path: String, to rows: inout [Row]) throws {
    guard let file = unsafe fopen(path, "r") else { throw BenchError("\(path) cannot be read") }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 512)
    while unsafe fgets(&line, CInt(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(whereSeparator: { $0 == "\t" || $0 == "\n" })
        guard fields.count == 3, let ours = Double(fields[1]), let theirs = Double(fields[2]) else { continue }
        for index in rows.indices where rows[index].work == fields[0] { rows[index].instructions = (ours, theirs) }
    }
}
