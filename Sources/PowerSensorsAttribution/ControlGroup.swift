/// A process's control group, with the Kubernetes pod and the container that its path names.
///
/// The path is the one in procfs (cgroups(7)). Its parts are names that systemd, a container runtime or Kubernetes'
/// kubelet chose.
package struct ControlGroup: Hashable, Sendable {
    /// The path from the hierarchy's root, with a slash before each part; `/` for the root itself.
    package let path: String

    /// The UID of the Kubernetes pod; nil outside Kubernetes.
    package let podUID: String?

    /// The ID of the container or, for one of LXC or systemd-nspawn, its name; nil if the group is not in a container.
    package let containerID: String?

    /// Whether the group is outside this process's control group name space, so that the beginning of the group's path
    /// is not visible.
    package let isOutsideView: Bool

    package init(path: String) {
        // The path of a group outside this process's name space starts with one `/..` for each level above the name
        // space's root (cgroup_namespaces(7)).
        let all = path.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }
        let parts = all.drop { $0 == ".." }
        let isOutsideView = parts.count < all.count
        self.isOutsideView = isOutsideView
        self.path = parts.isEmpty ? "/" : parts.map { "/\($0)" }.joined()
        let identity = ControlGroupIdentity(parts)
        podUID = identity.podUID
        containerID = identity.containerID
    }

    /// Parses procfs' `PID/cgroup`; nil if the process is in no group of the two hierarchies that count processor time:
    /// the unified one (version 2), and that of the `cpuacct` controller (version 1).
    ///
    /// - Parameters:
    ///   - text: The content of the file.
    ///   - prefersUnified: Which of the two groups to take if the process is in both.
    package init?(parsing text: [UInt8], prefersUnified: Bool = true) {
        var unified: Substring?
        var accounting: Substring?
        let text = String(decoding: text, as: UTF8.self)
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].hasPrefix("/") else { continue }
            if fields[0] == "0", fields[1].isEmpty { unified = fields[2] }
            if fields[1].split(separator: ",").contains("cpuacct") { accounting = fields[2] }
        }
        // If both hierarchies are mounted, the unified one may be unused, and then every process is in its root.
        let belowRoot = unified.flatMap { $0 == "/" ? nil : $0 }
        guard let path = prefersUnified ? belowRoot ?? accounting ?? unified : accounting ?? unified else { return nil }
        self.init(path: String(path))
    }
}
