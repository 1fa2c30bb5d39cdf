internal import CTwin
public import PowerSensors
public import PowerSensorsTesting

/// A machine of mock zones in memory, and the two loops that read it.
///
/// The files lie in /dev/shm where there is one, so that what is measured is a read and not a disk.
public final class BenchMachine {
    /// What holds the files.
    public let machine: MockMachine

    /// The library's side.
    public var sampler: Sampler

    /// The same loop in C on the same files.
    public let twin: Twin

    /// How many channels both read.
    public let channelCount: Int

    /// Lays zones and opens them on both sides.
    ///
    /// - Parameters:
    ///   - controlType: The zones; every one of them must have an energy counter.
    ///   - prepare: What to do with the files between laying and opening them.
    public init(_ controlType: MockControlType, prepare: (MockMachine) throws -> Void = { _ in }) throws {
        machine = try MockMachine(beneath: Self.memory)
        try machine.add(controlType)
        try prepare(machine)
        sampler = try Sampler(machine.sensors)
        channelCount = sampler.topology.channels.count
        let sysfs = machine.sysfs.path
        twin = try Twin(ofZones: sampler.topology.channels.map { channel in
            guard let path = channel.path, path.hasSuffix(Self.energyFile) else {
                throw BenchError("\(channel.id) is no counter that the C loop can read")
            }
            return "\(sysfs)/\(path.dropLast(Self.energyFile.count))"
        })
    }

    private static let energyFile = "/energy_uj"

    /// The parts of `sockets` packages: four channels each.
    public static func ofSockets(_ sockets: Int) throws -> BenchMachine {
        try BenchMachine(.intelServer(sockets: sockets))
    }

    /// One package with the four zones that libpowercap knows.
    public static func ofOnePackage(
        register: MockRegister = .intel,
        prepare: (MockMachine) throws -> Void = { _ in }
    ) throws -> BenchMachine {
        let parts = ["core", "uncore", "dram"].map { MockZone(name: $0, register: register) }
        let package = MockZone(name: "package-0", register: register, children: parts)
        return try BenchMachine(MockControlType(zones: [package]), prepare: prepare)
    }

    /// The energy files, in the order of ``ofOnePackage(register:prepare:)``'s zones.
    public static let energyFilesOfOnePackage = ["", ":0", ":1", ":2"].map {
        "class/powercap/intel-rapl:0\($0)/energy_uj"
    }

    /// Takes `samples` samples with the library, and returns the nanoseconds they took.
    @inline(never)
    public func timeSamples(_ samples: Int) -> Int64 { Self.libraryBatch(&sampler, samples) }

    // An argument, since every access to a property of a class is checked. Callgrind knows the loop by this name.
    @inline(never)
    private static func libraryBatch(_ sampler: inout Sampler, _ samples: Int) -> Int64 {
        let began = ctwin_now()
        for _ in 0..<samples { sampler.sample() }
        return ctwin_now() - began
    }

    /// Where files are kept in memory.
    public static let memory = (try? SystemRoot(path: "/dev/shm", mountPoint: "/")) == nil ? "/tmp" : "/dev/shm"
}

extension MockMachine {
    /// What its powercap tree is read by.
    public var sensors: SensorSet { SensorSet(only: [RaplSensor(roots: roots)]) }
}

/// What keeps a benchmark from being run.
public struct BenchError: Error, CustomStringConvertible {
    /// One line for people.
    public let description: String

    /// Says what is wrong.
    public init(_ description: String) { self.description = description }
}
