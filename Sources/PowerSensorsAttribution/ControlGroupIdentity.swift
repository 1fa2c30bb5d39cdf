/// The Kubernetes pod and the container that the path of a control group names.
///
/// A kubelet with a cgroup root of its own, a cluster in containers (kind), and systemd in a container put their groups
/// beneath other groups, so that each part of a path is judged by itself and by its neighbours, wherever it stands. The
/// innermost pod and container count.
struct ControlGroupIdentity: Hashable {
    /// The UID of the pod; nil if the path names none.
    let podUID: String?

    /// The ID of the container or, for one of LXC or systemd-nspawn, its name; nil if the path names none. A container
    /// that only contains the pod, such as a node made by kind, is not the pod's.
    let containerID: String?

    /// - Parameter path: The parts of the path, the outermost first.
    init(_ path: ArraySlice<Substring>) {
        // If containerd has the cgroupfs driver and the kubelet that of systemd, a pod's slice, the runtime and the
        // container's ID share one part, separated by colons.
        let isShared = path.contains { $0.utf8.contains(UInt8(ascii: ":")) }
        let parts = isShared ? path.flatMap { $0.split(separator: ":") }[...] : path
        var container: String?
        for index in parts.indices.reversed() {
            if let pod = Self.podUID(parts, at: index) {
                (podUID, containerID) = (pod, container)
                return
            }
            if container == nil { container = Self.containerID(parts, at: index) }
        }
        (podUID, containerID) = (nil, container)
    }

    // MARK: Pods

    /// The UID of a pod whose group the part is; nil if it is not a pod's.
    ///
    /// With its cgroupfs driver the kubelet calls the group `pod1234…`, in `kubepods` or in a class of service in that;
    /// with its systemd driver `ROOT-kubepods-burstable-pod1234….slice`, where underscores stand for the UID's dashes.
    private static func podUID(_ parts: ArraySlice<Substring>, at index: Int) -> String? {
        let part = parts[index]
        if let slice = part.without(suffix: ".slice") {
            let words = slice.split(separator: "-", omittingEmptySubsequences: false)
            guard let first = words.lastIndex(where: { $0.hasPrefix("pod") }) else { return nil }
            return podUID(words[first...].joined(separator: "-"), isInKubepods: words[..<first].contains("kubepods"))
        }
        guard part.hasPrefix("pod") else { return nil }
        let above = parts[..<index].suffix(2)
        let isInClass = above.last == "burstable" || above.last == "besteffort"
        let folder = isInClass ? above.dropLast().last : above.last
        return podUID(String(part), isInKubepods: folder.map(isKubepods) ?? false)
    }

    /// Whether a part is the group of all pods: `kubepods`, or a slice such as `kubelet-kubepods.slice`.
    private static func isKubepods(_ part: Substring) -> Bool {
        if part == "kubepods" { return true }
        return part.without(suffix: ".slice")?.split(separator: "-").contains("kubepods") ?? false
    }

    /// The UID in a pod's name. From inside a pod, or with a name of the administrator's, `kubepods` is not visible; then
    /// only a complete UUID is taken for a pod's.
    private static func podUID(_ name: String, isInKubepods: Bool) -> String? {
        let uid = String(name.dropFirst("pod".count).map { $0 == "_" ? "-" : $0 })
        let isUID = !uid.isEmpty && uid.utf8.allSatisfy { isHexDigit($0) || $0 == UInt8(ascii: "-") }
        let groups = uid.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8.count)
        return isUID && (isInKubepods || groups == [8, 4, 4, 4, 12]) ? uid : nil
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        // The bit 0x20 makes a letter lower-case.
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    // MARK: Containers

    private static func containerID(_ parts: ArraySlice<Substring>, at index: Int) -> String? {
        let outer = parts[..<index].last
        // Kata Containers count their hypervisor's own needs in this group, by the ID of the pod's first container.
        if outer == "kata_overhead" { return nil }
        let part = parts[index]
        return hexadecimalID(part) ?? nspawnName(part, around: parts[(index + 1)...].first) ?? lxcName(part, in: outer)
    }

    /// The ID in the name of a container's group: 64 hexadecimal digits, alone or as `RUNTIME-…` or `RUNTIME-….scope`;
    /// nil for other groups, among them those of the runtimes' helpers, such as `libpod-conmon-….scope`.
    private static func hexadecimalID(_ part: Substring) -> String? {
        let name = part.without(suffix: ".scope") ?? part
        let length = 64
        guard name.utf8.count >= length else { return nil }
        let start = name.utf8.index(name.endIndex, offsetBy: -length)
        guard name.utf8[start...].allSatisfy(isHexDigit) else { return nil }
        let (prefix, id) = (name[..<start], name[start...])
        guard prefix.isEmpty || prefix.hasSuffix("-") else { return nil }
        // Each container has a process that started it and watches it, outside the container: Podman's and CRI-O's
        // conmon, containerd's shim.
        let isHelper = prefix.split(separator: "-").contains {
            $0.hasPrefix("conmon") || $0 == "shim" || $0 == "monitor"
        }
        return isHelper ? nil : String(id)
    }

    /// The name of a container of LXC, Incus or LXD: `lxc.payload.NAME` or, before LXC 4 and in Proxmox VE, `lxc/NAME`.
    /// The process that watches it is in `lxc.monitor.NAME`.
    private static func lxcName(_ part: Substring, in outer: Substring?) -> String? {
        let prefix = "lxc.payload."
        if part.hasPrefix(prefix), part != prefix { return String(part.dropFirst(prefix.count)) }
        return outer == "lxc" ? String(part) : nil
    }

    /// The name of a container of systemd-nspawn, whose unit is `systemd-nspawn@NAME.service` or `machine-NAME.scope`.
    ///
    /// What runs in it is in the group `payload` inside the unit's or, without the unified hierarchy, in systemd's own
    /// groups. systemd-nspawn itself is in `supervisor` (systemd's docs/CONTAINER_INTERFACE.md). libvirt's machines have
    /// units like the latter, but no such groups.
    private static func nspawnName(_ part: Substring, around inner: Substring?) -> String? {
        var name: Substring?
        if part.hasPrefix("systemd-nspawn@"), let inner, inner != "supervisor" {
            name = part.dropFirst("systemd-nspawn@".count).without(suffix: ".service")
        } else if part.hasPrefix("machine-"), inner == "payload" {
            name = part.dropFirst("machine-".count).without(suffix: ".scope")
        }
        guard let name, !name.isEmpty else { return nil }
        // systemd escapes dashes. A machine's name has no other character that it would escape.
        return String(name.replacing("\\x2d", with: "-"))
    }
}

extension Substring {
    /// The text before an ASCII suffix; nil if it has another end. `hasSuffix` costs a comparison of characters.
    fileprivate func without(suffix: String) -> Substring? {
        guard utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) else { return nil }
        return self[..<utf8.index(endIndex, offsetBy: -suffix.utf8.count)]
    }
}
