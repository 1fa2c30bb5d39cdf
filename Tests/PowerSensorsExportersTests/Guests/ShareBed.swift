import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A folder to publish in, files beside it that must not be touched, and the machines that are published to.
struct ShareBed {
    /// What a file or folder is, and what it holds.
    struct Thing: Hashable {
        let mode: UInt32
        let owner: UInt32
        let inode: UInt64
        let changed: Int
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
        configuration.descriptorBudget = budget
        self.configuration = configuration
    }

    var path: String { "\(tree.path)/share" }

    func publisher() throws -> GuestPublisher { try GuestPublisher(folder: path, configuration: configuration) }

    /// A machine in a slice of virtual machines that has used so many joules.
    static func guest(
        _ name: String, joules: UInt64, dram: UInt64? = nil, namespace: String = "", pid: Int32 = 4711,
        user: UInt32 = geteuid(), group: UInt32 = getegid(), controlGroup: String? = "/machine.slice/machine.scope"
    ) -> GuestFigures {
        var machine = Consumer(kind: .virtualMachine, name: name)
        machine.namespace = namespace
        (machine.processID, machine.startTime) = (Int(pid), 1)
        (machine.userID, machine.groupID) = (Int(user), Int(group))
        machine.controlGroup = controlGroup ?? ""
        return GuestFigures(
            machine, package: .init(nanojoules: joules * 1_000_000_000),
            dram: dram.map { .init(nanojoules: $0 * 1_000_000_000) })
    }

    /// The record of a guest.
    func record(of name: String) throws -> ShareRecord {
        let bytes = try tree.bytes(of: "share/\(name)/share")
        try #require(bytes.count == ShareRecord.size)
        return try ShareRecord.decode(bytes)
    }

    /// A counter of a guest's tree, in microjoules.
    func count(of path: String) throws -> UInt64 {
        let text = try tree.text(of: "share/\(path)/energy_uj")
        try #require(text.utf8.count == 21)
        let digits = text.prefix { $0.isNumber }
        try #require(digits == "0" || !digits.hasPrefix("0"))
        try #require(text.dropFirst(digits.count) == String(repeating: " ", count: 20 - digits.count) + "\n")
        return try #require(UInt64(digits))
    }

    /// All that lies beside the share, with its content and the time of its last change.
    func outside() throws -> [String: Thing] {
        var found: [String: Thing] = [:]
        func walk(_ folder: String) throws {
            for name in try tree.names(in: folder) where folder != "" || name != "share" {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                let thing = try thing(at: path)
                found[path] = thing
                if thing.mode & S_IFMT == S_IFDIR { try walk(path) }
            }
        }
        try walk("")
        return found
    }

    /// One of them; links are not followed.
    func thing(at path: String) throws -> Thing {
        var status = stat()
        try #require(unsafe lstat("\(tree.path)/\(path)", &status) == 0, "\(path)")
        let isFile = status.st_mode & S_IFMT == S_IFREG
        return Thing(
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

/// A publisher's clock in seconds.
struct Seconds {
    var now: Int64 = 1_000

    mutating func next(after seconds: Int64 = 5) -> Int64 {
        now += seconds
        return now * 1_000_000_000
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
