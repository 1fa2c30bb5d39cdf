import PowerSensors
import PowerSensorsTesting

#if canImport(Glibc)
import Glibc
#endif

// LayMachine FOLDER KIND: lays a mock machine in the folder, prints where, and leaves it there for who asked.
//
// KIND is `sockets=N`, four zones each; `package`, the four zones that libpowercap knows; `package-of-microjoules`, the
// same with counters that can show any number; `package-and-chip`, with a hwmon chip of four powers beside them;
// `two-zones`, a package with dram; `events=N`, a package whose four perf events are event 0 of PMU N; or `chips`, two
// sockets with sixteen chips and three supplies.

let arguments = CommandLine.arguments
do {
    guard arguments.count == 3 else { throw Mistake(description: "two arguments are wanted: FOLDER KIND") }
    let machine = try MockMachine(beneath: arguments[1])
    try lay(arguments[2], machine)
    print(machine.tree.path)
    // Ends without letting go of the machine, which would take its files along.
    exit(0)
} catch {
    print("error: \(error)")
    exit(1)
}

func lay(_ kind: String, _ machine: MockMachine) throws {
    let parts = kind.split(separator: "=")
    switch parts.first {
    case "sockets": try machine.add(.intelServer(sockets: parts.last.flatMap { Int($0) } ?? 1))
    case "package": try machine.add(onePackage(.intel))
    case "package-of-microjoules": try machine.add(onePackage(.microjoules(range: UInt64(UInt32.max))))
    case "package-and-chip":
        try machine.add(onePackage(.intel))
        let powers = (1...4).map { ("power\($0)_input", "\($0)000000") }
        try machine.add(.chip("mock", files: Dictionary(uniqueKeysWithValues: powers)))
    case "two-zones":
        let dram = MockZone(name: "dram", register: .intel)
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", register: .intel, children: [dram])]))
    case "events": try layEvents(machine, type: parts.last.flatMap { UInt32($0) } ?? 0)
    case "chips": try layChips(machine)
    default: throw Mistake(description: "there is no kind of machine called \(kind)")
    }
}

func onePackage(_ register: MockRegister) -> MockControlType {
    let parts = ["core", "uncore", "dram"].map { MockZone(name: $0, register: register) }
    return MockControlType(zones: [MockZone(name: "package-0", register: register, children: parts)])
}

/// A PMU of energy whose events are those of another one.
func layEvents(_ machine: MockMachine, type: UInt32) throws {
    try machine.set(.intelServer(sockets: 1))
    let names = ["energy-pkg", "energy-cores", "energy-gpu", "energy-ram"]
    var pmu = MockPMU(events: names.map { MockPMU.Event($0, code: 0) })
    pmu.type = type
    try machine.add(pmu: pmu)
}

/// What a server's board may have, as node_exporter and we both read it.
func layChips(_ machine: MockMachine) throws {
    try machine.add(.intelServer(sockets: 2))
    for chip in 0..<12 {
        var files: [String: String] = [:]
        for channel in 1...3 {
            files["in\(channel)_input"] = "\(11_900 + chip)"
            files["in\(channel)_label"] = "vin\(channel)"
            files["curr\(channel)_input"] = "\(1500 + 10 * channel)"
            files["curr\(channel)_label"] = "iin\(channel)"
            files["power\(channel)_input"] = "\(17_000_000 + chip * 1000 + channel)"
            files["power\(channel)_label"] = "pin\(channel)"
        }
        files["temp1_input"] = "\(41_000 + chip)"
        try machine.add(.chip("ltc\(2970 + chip)", hardware: "pci0000:00/i2c-0/0-00\(20 + chip)", files: files))
    }
    for socket in 0..<4 {
        let files = Dictionary(uniqueKeysWithValues: (1...8).map { ("temp\($0)_input", "\(50_000 + $0)") })
        try machine.add(.chip("coretemp", hardware: "platform/coretemp.\(socket)", files: files))
    }
    for battery in 0..<2 {
        let files = [
            "status": "Discharging", "power_now": "9000000", "voltage_now": "11900000", "energy_now": "40000000",
            "energy_full": "50000000", "capacity": "80",
        ]
        try machine.add(.supply("BAT\(battery)", files: files))
    }
    try machine.add(.supply("AC", type: "Mains", files: ["online": "0"]))
}

struct Mistake: Error, CustomStringConvertible {
    let description: String
}
