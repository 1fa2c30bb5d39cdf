import PowerSensors

/// Decides which virtual machines get figures: only those that an administrator started, because any user can start a program
/// that looks like another user's virtual machine.
extension GuestConfiguration {
    /// The control groups in which systemd, libvirt, Proxmox and Kubernetes put virtual machines; systemd calls them slices. Only
    /// an administrator can create groups at that level.
    private static let machineSlices: Set<Substring> = [
        "machine.slice", "machine", "qemu.slice", "kubepods.slice", "kubepods",
    ]

    /// Why a machine gets no figures; nil if it may get them.
    func refusal(of machine: Consumer, as name: GuestName) -> Finding? {
        guard let user = machine.processIdentity?.user else {
            return Self.refusal(name, "None of its processes can be inspected.", "Restart it.")
        }
        if !users.contains(UInt32(clamping: user)) {
            return Self.refusal(
                name, "Its process runs as user \(user), whose machines get no figures.",
                "If that user may start machines of this name: --guest-user \(user)")
        }
        if names.contains(name) || isInMachineSlice(machine.controlGroup) { return nil }
        return Self.refusal(
            name, "It is not in a slice of virtual machines (machine.slice, qemu.slice, kubepods.slice).",
            "If it is genuine: --guest-name \(name)")
    }

    /// The finding for a machine that gets no figures.
    private static func refusal(_ name: GuestName, _ text: String, _ remedy: String) -> Finding {
        Finding(severity: .warning, subject: "guest \(name)", reason: .refused, text: text, remedy: remedy)
    }

    private func isInMachineSlice(_ controlGroup: String) -> Bool {
        // In a cgroup namespace, paths may begin with `..` components, and then only the first visible group is judged.
        let all = controlGroup.split(separator: "/")
        let parts = all.drop { $0 == ".." }
        guard let top = parts.first else { return false }
        return Self.machineSlices.contains(top) || Self.leadsToPods(parts.count < all.count ? parts.prefix(1) : parts)
    }

    /// Whether a path begins with the group of Kubernetes' pods, or with groups that a kubelet's cgroup root puts above it.
    ///
    /// Only systemd's first process and root create slices inside slices, each named after the one that contains it
    /// (systemd.slice(5)). Without systemd, kubelets have the root `/kubelet` or none.
    private static func leadsToPods(_ parts: ArraySlice<Substring>) -> Bool {
        if parts.first == "kubelet" { return parts.dropFirst().first == "kubepods" }
        var outer = ""
        for part in parts {
            guard part.hasSuffix(".slice"), part.hasPrefix(outer) else { return false }
            let name = part.dropLast(".slice".count)
            if name.split(separator: "-").contains("kubepods") { return true }
            outer = "\(name)-"
        }
        return false
    }
}

extension Consumer {
    /// A process that runs a virtual machine, with its user and group. Its start distinguishes processes that reuse an ID.
    struct ProcessIdentity: Hashable, Sendable {
        let number: Int
        let start: UInt64
        let user: Int
        let group: Int
    }

    /// The process that runs the virtual machine; nil if not all of it is known.
    var processIdentity: ProcessIdentity? {
        guard let processID, let startTime, let userID, let groupID else { return nil }
        return ProcessIdentity(number: processID, start: startTime, user: userID, group: groupID)
    }
}
