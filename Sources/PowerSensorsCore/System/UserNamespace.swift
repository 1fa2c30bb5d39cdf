/// The user namespace of a process, outside of which its capabilities have no effect (user_namespaces(7)).
///
/// Root of a rootless container has every capability, but only over files whose owners are users of its namespace. The
/// host's files are not among them.
package struct UserNamespace: Hashable, Sendable {
    /// The map of user numbers, as procfs' `self/uid_map` shows it, such as `0 100000 65536`; a comma separates ranges.
    package let map: String

    /// The namespace with a map, which is a file of one range per line.
    package init(map: String) {
        let ranges = map.split { $0.isNewline }.map { range in
            range.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        }
        self.map = ranges.joined(separator: ", ")
    }

    /// The host's own namespace.
    package static let initial = UserNamespace(map: "0 0 4294967295")

    /// This process's namespace, which cannot change while it has several threads; the initial one if the kernel has no
    /// others.
    package static let current = UserNamespace(in: SystemRoot(mountPoint: "/proc")) ?? initial

    /// The namespace that a procfs shows for this process; nil if it shows none.
    package init?(in procfs: SystemRoot) {
        guard let map = try? procfs.bytes("self/uid_map", limit: 1 << 16) else { return nil }
        self.init(map: String(trimming: map))
    }

    /// Whether its users are the host's.
    package var isInitial: Bool { self == .initial }

    /// Whether a file's owner is none of its users, so that not even its root has a right over the file.
    ///
    /// - Parameter owner: The owner's number in the namespace; nil if it is unknown.
    package func isForeign(owner: UInt32?) -> Bool {
        // The kernel shows this number for every user that has none in the namespace (overflowuid in proc_sys_kernel(5)).
        !isInitial && (owner ?? 65534) == 65534
    }

    /// The namespace in a sentence.
    package var words: String { "a user namespace (its uid_map is \(map.isEmpty ? "empty" : map))" }

    /// Why a process in it may not read a file of the host.
    package var explanation: String {
        "this process is in \(words), whose root has no right over the host's files"
    }

    /// What lets a process in it read a file of the host: nothing that can be done inside.
    package static let remedy = """
        Start it in the host's own user namespace (not in a rootless or unprivileged container), or have the host's \
        administrator open the file, by its group or a udev rule: Docs/Permissions.md
        """
}
