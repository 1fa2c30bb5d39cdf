internal import CTwin
public import PowerSensors

/// A machine of mock zones in memory, and the two loops that read it.
public final class BenchMachine {
    /// The files.
    public let files: MachineFiles

    /// The library's side.
    public var sampler: Sampler

    /// The same loop in C on the same files.
    public let twin: Twin

    /// The latest snapshot.
    private var kept: Snapshot?

    /// How many channels both read.
    public let channelCount: Int

    /// Lays zones and opens them on both sides.
    ///
    /// - Parameters:
    ///   - kind: What LayMachine is to lay.
    ///   - prepare: What to do with the files between laying and opening them.
    public init(_ kind: String, prepare: (MachineFiles) throws -> Void = { _ in }) throws {
        let files = try MachineFiles(kind)
        try prepare(files)
        self.files = files
        sampler = try Sampler(files.sensors)
        channelCount = sampler.topology.channels.count
        twin = try Twin(
            ofZones: sampler.topology.channels.map { channel in
                guard let path = channel.path, path.hasSuffix(Self.energyFile) else {
                    throw BenchError("\(channel.id) is no counter that the C loop can read")
                }
                return "\(files.sysfs)/\(path.dropLast(Self.energyFile.count))"
            }
        )
    }

    /// The parts of `sockets` packages: four channels each.
    public static func ofSockets(_ sockets: Int) throws -> BenchMachine { try BenchMachine("sockets=\(sockets)") }

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

    /// Takes `count` snapshots, each kept until the next, and returns the nanoseconds they took.
    @inline(never)
    public func timeSnapshots(_ count: Int) -> Int64 { Self.snapshotBatch(&sampler, &kept, count) }

    @inline(never)
    private static func snapshotBatch(_ sampler: inout Sampler, _ kept: inout Snapshot?, _ count: Int) -> Int64 {
        let began = ctwin_now()
        for _ in 0..<count { kept = sampler.snapshot() }
        return ctwin_now() - began
    }

    private static let energyFile = "/energy_uj"
}

/// The files of a mock machine, removed when it goes away.
///
/// They lie in /dev/shm where there is one, so that what is measured is a read and not a disk.
public final class MachineFiles {
    private let path: String

    /// The trees, as sensors take them.
    public let roots: SystemRoots

    /// What is found in their powercap.
    public var sensors: SensorSet { SensorSet(only: [RAPLSensor(roots: roots)]) }

    /// What stands for `/sys`.
    public var sysfs: String { "\(path)/sys" }

    /// Lays a machine; LayMachine says what kinds there are.
    public init(_ kind: String) throws {
        var answer = [CChar](repeating: 0, count: 1024)
        let failure = unsafe ctwin_lay_machine(Self.memory, kind, &answer, answer.count)
        let path = String(decoding: answer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard failure == 0, path.hasPrefix("/") else {
            throw BenchError("LayMachine, which should lie beside this program, failed: \(path)")
        }
        self.path = path
        roots = try SystemRoots(sysfs: "\(path)/sys", procfs: "\(path)/proc", dev: "\(path)/dev")
    }

    deinit { _ = unsafe ctwin_remove(path) }

    /// From nothing to the first reading: looks for zones, opens them, and takes one sample.
    @inline(never)
    public func start() throws {
        var sampler = try Sampler(sensors)
        sampler.sample()
    }

    /// The energy files of a machine of one package.
    public var energyFilesOfOnePackage: [String] {
        ["", ":0", ":1", ":2"].map { "\(sysfs)/class/powercap/intel-rapl:0\($0)/energy_uj" }
    }

    private static let memory = (try? SystemRoot(path: "/dev/shm", mountPoint: "/")) == nil ? "/tmp" : "/dev/shm"
}

/// What keeps a benchmark from being run.
public struct BenchError: Error, CustomStringConvertible {
    /// One line for people.
    public let description: String

    /// Says what is wrong.
    public init(_ description: String) { self.description = description }
}
