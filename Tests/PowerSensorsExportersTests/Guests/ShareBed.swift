import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A temporary folder with a share to publish in, and with files beside the share that must not be changed.
struct ShareBed {
    /// The state of a file or folder: whatever publishing must not change outside the share.
    struct FileState: Hashable {
        let mode: UInt32
        let owner: UInt32
        let inode: UInt64
        /// The nanoseconds of the time of the last change.
        let changed: Int
        /// The text of a regular file.
        let text: String?
    }

    let tree: MockTree
    let configuration: GuestConfiguration

    init(
        users: Set<UInt32> = [geteuid()], names: Set<String> = [], grace: Duration = .seconds(60), budget: Int? = nil
    ) throws {
        tree = try MockTree()
        try tree.write("untouched\n", to: "outside/canary")
        try tree.makeDirectory("outside/folder")
        var configuration = GuestConfiguration(users: users)
        configuration.names = Set(names.compactMap { GuestName(name: $0, namespace: "", uuid: "") })
        configuration.grace = grace
        if let budget { configuration.descriptorBudget = DescriptorBudget { budget } }
        self.configuration = configuration
    }

    /// The path of the share.
    var path: String { "\(tree.path)/share" }

    func publisher(
        reporting report: @escaping @Sendable ([Finding]) -> Void = { _ in }
    ) throws -> GuestPublisher {
        try GuestPublisher(folder: path, configuration: configuration, reporting: report)
    }

    /// A virtual machine and the energy that it has used, in nanojoules.
    struct Guest {
        var consumer: Consumer
        var package: UInt128
        var dram: UInt128?
        var isWholeMachine = false
    }

    /// A virtual machine that has used the given energy. Its control group is one that only an administrator can create.
    static func guest(
        _ name: String, joules: UInt64, dram: UInt64? = nil, namespace: String = "", pid: Int32 = 4711,
        user: UInt32 = geteuid(), group: UInt32 = getegid(), controlGroup: String? = "/machine.slice/machine.scope"
    ) -> Guest {
        var machine = Consumer(kind: .virtualMachine, name: name)
        machine.namespace = namespace
        (machine.processID, machine.startTime) = (Int(pid), 1)
        (machine.userID, machine.groupID) = (Int(user), Int(group))
        machine.controlGroup = controlGroup ?? ""
        return Guest(
            consumer: machine, package: UInt128(joules) * 1_000_000_000,
            dram: dram.map { UInt128($0) * 1_000_000_000 })
    }

    /// The record of a guest.
    func record(of name: String) throws -> ShareRecord {
        let bytes = try tree.bytes(of: "share/\(name)/share")
        try #require(bytes.count == ShareRecord.size)
        return try ShareRecord.decode(bytes)
    }

    /// The count of a zone of a guest's tree, in microjoules: digits, padded with spaces to 20 characters, and a newline.
    func count(of path: String) throws -> UInt64 {
        let text = try tree.text(of: "share/\(path)/energy_uj")
        try #require(text.utf8.count == 21)
        let digits = text.prefix { $0.isNumber }
        try #require(digits == "0" || !digits.hasPrefix("0"))
        try #require(text.dropFirst(digits.count) == String(repeating: " ", count: 20 - digits.count) + "\n")
        return try #require(UInt64(digits))
    }

    /// The state of every file and folder beside the share, by its path.
    func outside() throws -> [String: FileState] {
        var found: [String: FileState] = [:]
        func walk(_ folder: String) throws {
            for name in try tree.names(in: folder) where folder != "" || name != "share" {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                let state = try state(at: path)
                found[path] = state
                if state.mode & S_IFMT == S_IFDIR { try walk(path) }
            }
        }
        try walk("")
        return found
    }

    /// The state of the file or folder at a path; links are not followed.
    func state(at path: String) throws -> FileState {
        var status = stat()
        try #require(unsafe lstat("\(tree.path)/\(path)", &status) == 0, "\(path)")
        let isFile = status.st_mode & S_IFMT == S_IFREG
        return FileState(
            mode: status.st_mode, owner: status.st_uid, inode: UInt64(status.st_ino), changed: status.st_mtim.tv_nsec,
            text: isFile ? try tree.text(of: path) : nil)
    }
}

extension MockTree {
    /// A file's bytes.
    func bytes(of path: String) throws -> [UInt8] {
        try SystemRoot(path: self.path, mountPoint: self.path).bytes(path)
    }
}

extension ShareBed {
    /// The group of a file or folder.
    func group(of path: String) throws -> UInt32 {
        var status = stat()
        try #require(unsafe lstat("\(tree.path)/\(path)", &status) == 0, "\(path)")
        return status.st_gid
    }
}

extension GuestPublisher {
    /// Publishes to guests of a host that measures its packages, and its memory if any guest's is known.
    mutating func publish(
        _ guests: [ShareBed.Guest], status: ReadingStatus = .ok, band: RelativeBand? = nil,
        origin: Provenance = .measured, hops: Int? = nil, slowest: Duration? = nil, at boottimeNanoseconds: Int64
    ) -> [Finding] {
        round(guests, status: status, band: band, origin: origin, hops: hops, slowest: slowest, at: boottimeNanoseconds)
            ?? []
    }

    /// The same; nil if the round came too soon.
    mutating func round(
        _ guests: [ShareBed.Guest], status: ReadingStatus = .ok, band: RelativeBand? = nil,
        origin: Provenance = .measured, hops: Int? = nil, slowest: Duration? = nil, at boottimeNanoseconds: Int64
    ) -> [Finding]? {
        let domains = ["package"] + (guests.contains { $0.dram != nil } ? ["dram"] : [])
        let channels = domains.map { domain in
            var component = Component(id: domain, kind: .domain, parent: nil)
            component.domain = domain
            var channel = Channel(
                id: domain, sensor: .rapl, mechanism: "mock", quantity: .energy,
                encoding: .counter(.counts(unit: .microjoules(1), lastCount: .max)), component: component)
            channel.provenance = origin
            channel.hops = hops
            channel.refreshInterval = slowest
            return channel
        }
        let attribution = AttributionSnapshot(
            instant: SampleInstant(boottimeNanoseconds: boottimeNanoseconds, monotonicNanoseconds: boottimeNanoseconds),
            scope: guests.contains(where: \.isWholeMachine) ? .wall : .cpu, origin: origin, band: band, policy: .active,
            consumers: guests.enumerated().map { number, guest in
                let parts = EnergyParts(package: guest.package, dram: guest.dram ?? 0)
                return ConsumerSnapshot(consumer: guest.consumer, parts: parts, id: number)
            }, unattributed: [], given: [:])
        return publish(attribution, from: channels, status: status)
    }
}
