import PowerSensors

/// The users of a machine, from its passwd(5) file.
package struct UserTable: Sendable {
    /// The users that hypervisors run as: those of libvirt's packages, and 107, which KubeVirt and Red Hat use.
    package static let hypervisorUsers = ["root", "qemu", "libvirt-qemu", "107"]

    private var identifiers: [String: UInt32] = [:]
    private var groups: [UInt32: UInt32] = [:]

    /// The users of this machine; empty if they cannot be read.
    package static var ofThisMachine: UserTable {
        let folder = try? SystemRoot(path: "/etc", mountPoint: "/etc")
        return UserTable((try? folder?.bytes("passwd")) ?? [])
    }

    /// Parses a passwd(5) file, ignoring malformed lines.
    package init(_ passwd: [UInt8]) {
        for line in passwd.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 3, let identifier = UInt32(String(decoding: fields[2], as: UTF8.self)) else {
                continue
            }
            identifiers[String(decoding: fields[0], as: UTF8.self)] = identifier
            if fields.count >= 4 { groups[identifier] = UInt32(String(decoding: fields[3], as: UTF8.self)) }
        }
    }

    /// A user's ID by name or number; nil for an unknown name.
    package subscript(_ user: String) -> UInt32? { UInt32(user) ?? identifiers[user] }

    /// A user's primary group; nil if it is unknown.
    package func group(of user: UInt32) -> UInt32? { groups[user] }
}
