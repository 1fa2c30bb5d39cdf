/// A process's control group, with the pod and the container that its path belongs to.
///
/// Paths are the kernel's (cgroups(7)); systemd, container runtimes and Kubernetes' kubelet name the groups.
package struct ControlGroup: Hashable, Sendable {
    /// The path from the hierarchy's root, with a slash before each part; `/` for the root itself.
    package let path: String

    /// The UID of the Kubernetes pod; nil outside Kubernetes.
    package let podUID: String?

    /// The ID of the container; nil if the group is not a container's.
    package let containerID: String?

    /// Whether the group is outside the reader's name space, so that the beginning of its path is not visible.
    package let isOutsideView: Bool

    package init(path: String) {
        // The path of a group outside the reader's name space starts with `/..` for each level up
        // (cgroup_namespaces(7)).
        let all = path.split(separator: "/")
        let parts = all.drop { $0 == ".." }
        let isOutsideView = parts.count < all.count
        self.isOutsideView = isOutsideView
        self.path = parts.isEmpty ? "/" : parts.map { "/\($0)" }.joined()
        // From inside a pod, the part named `kubepods` may not be visible. Then only a complete UID counts.
        let isInKubernetes = parts.contains { part in
            part == "kubepods" || part.hasPrefix("kubepods.") || part.hasPrefix("kubepods-")
                || (isOutsideView && Self.podUID(part)?.utf8.count == 36)
        }
        podUID = isInKubernetes ? parts.lazy.compactMap(Self.podUID).first : nil
        containerID = parts.last.flatMap(Self.containerID)
    }

    /// Parses procfs' `PID/cgroup`; nil if the process is in neither hierarchy.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - prefersUnified: Whether a group of the unified hierarchy comes before one of `cpuacct`.
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
        // If both are mounted, the one without controllers may show the root for every process.
        let grouped = unified.flatMap { $0 == "/" ? nil : $0 }
        guard let path = prefersUnified ? grouped ?? accounting ?? unified : accounting ?? unified else { return nil }
        self.init(path: String(path))
    }

    /// Parses `pod1234…` (cgroupfs driver) or `kubepods-burstable-pod1234….slice` (systemd, with underscores for
    /// dashes).
    private static func podUID(_ part: Substring) -> String? {
        var name = part
        if name.hasSuffix(".slice") {
            guard let dash = name.lastIndex(of: "-") else { return nil }
            name = name[name.index(after: dash)...].dropLast(".slice".count)
        }
        guard name.hasPrefix("pod") else { return nil }
        let uid = String(name.dropFirst(3).map { $0 == "_" ? "-" : $0 })
        let isUID = !uid.isEmpty && uid.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == "-") }
        return isUID ? uid : nil
    }

    /// Parses 64 hexadecimal digits, alone or as `RUNTIME-….scope`.
    private static func containerID(_ part: Substring) -> String? {
        var name = part
        if name.hasSuffix(".scope") { name = name.dropLast(".scope".count) }
        if let dash = name.lastIndex(of: "-") { name = name[name.index(after: dash)...] }
        return name.utf8.count == 64 && name.allSatisfy { $0.isASCII && $0.isHexDigit } ? String(name) : nil
    }
}
