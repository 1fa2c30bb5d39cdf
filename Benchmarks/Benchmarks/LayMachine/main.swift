import PowerSensors
import PowerSensorsTesting

#if canImport(Glibc)
import Glibc
#endif

// LayMachine FOLDER KIND: lays a mock machine in the folder, prints where, and leaves it there for who asked.
//
// KIND is `sockets=N`, four zones each; `package`, the four zones that libpowercap knows; `package-of-microjoules`, the
// same with counters that can show any number; or `package-and-chip`, with a hwmon chip of four powers beside them.

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
    default: throw Mistake(description: "there is no kind of machine called \(kind)")
    }
}

func onePackage(_ register: MockRegister) -> MockControlType {
    let parts = ["core", "uncore", "dram"].map { MockZone(name: $0, register: register) }
    return MockControlType(zones: [MockZone(name: "package-0", register: register, children: parts)])
}

struct Mistake: Error, CustomStringConvertible {
    let description: String
}
