/// A process's control group, and what its path tells of where it belongs.
///
/// Paths are the kernel's (cgroups(7)), with the names that systemd, container runtimes and Kubernetes' kubelet give.
package struct ControlGroup: Hashable, Sendable {
    /// The path beneath the hierarchy's root, with a slash before each part; `/` for the root itself.
    package let path: String

    /// The pod that it belongs to; nil outside Kubernetes.
    package let podUID: String?

    /// The container's identity; nil where it is none's.
    package let containerID: String?

    /// Whether the path is told from elsewhere in the hierarchy, so that its beginning is not known.
    package let isOutsideView: Bool

    /// Takes a path apart.
    package init(path: String) {
        // A path outside the reader's own name space begins with the way up to it (cgroup_namespaces(7)).
        let all = path.split(separator: "/")
        let parts = all.drop { $0 == ".." }
        isOutsideView = parts.count < all.count
        self.path = parts.isEmpty ? "/" : parts.map { "/\($0)" }.joined()
        // From inside a pod the way up may hide the part that says so; then the pod's UID must be whole.
        let isOfKubernetes = parts.contains { part in
            part == "kubepods" || part.hasPrefix("kubepods.") || part.hasPrefix("kubepods-")
                || (all.first == ".." && Self.podUID(part)?.utf8.count == 36)
        }
        podUID = isOfKubernetes ? parts.lazy.compactMap(Self.podUID).first : nil
        containerID = parts.last.flatMap(Self.containerID)
    }

    /// Reads procfs' `PID/cgroup`; nil where the process is in neither hierarchy.
    ///
    /// - Parameters:
    ///   - text: The file.
    ///   - prefersUnified: Whether to take the unified hierarchy where the process is in one of its groups, or else that of
    ///     the processors' times.
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
        // Where both are mounted, the one without controllers may show the root for all.
        let grouped = unified.flatMap { $0 == "/" ? nil : $0 }
        guard let path = prefersUnified ? grouped ?? accounting ?? unified : accounting ?? unified else { return nil }
        self.init(path: String(path))
    }

    /// `pod1234…` of the driver cgroupfs, `kubepods-burstable-pod1234….slice` of systemd, with underscores for dashes.
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

    /// 64 hexadecimal digits, alone or as `RUNTIME-….scope`.
    private static func containerID(_ part: Substring) -> String? {
        var name = part
        if name.hasSuffix(".scope") { name = name.dropLast(".scope".count) }
        if let dash = name.lastIndex(of: "-") { name = name[name.index(after: dash)...] }
        return name.utf8.count == 64 && name.allSatisfy { $0.isASCII && $0.isHexDigit } ? String(name) : nil
    }
}
