import PowerSensors

/// The users of a machine, by the lines of its passwd(5).
package struct UserTable: Sendable {
    /// The users as whom virtual machines run: those of libvirt's packages, and 107, which is KubeVirt's and Red Hat's.
    package static let usual = ["root", "qemu", "libvirt-qemu", "107"]

    private var identifiers: [String: UInt32] = [:]
    private var groups: [UInt32: UInt32] = [:]

    /// The users of this machine; none where they cannot be read.
    package static var ofThisMachine: UserTable {
        let folder = try? SystemRoot(path: "/etc", mountPoint: "/etc")
        return UserTable((try? folder?.bytes("passwd")) ?? [])
    }

    /// The users in the text of a passwd(5); lines that are none are passed over.
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

    /// A user by name or number; nil for a name that nobody has.
    package subscript(_ user: String) -> UInt32? { UInt32(user) ?? identifiers[user] }

    /// A user's own group; nil where it is not known.
    package func group(of user: UInt32) -> UInt32? { groups[user] }
}
