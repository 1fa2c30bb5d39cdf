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
    func refusal(of guest: GuestFigures, as name: GuestName) -> Finding? {
        guard !guest.processes.isEmpty else {
            return Self.refusal(name, "None of its processes can be inspected.", "Restart it.")
        }
        let refusedUsers = Set(guest.processes.map(\.user)).subtracting(users).sorted()
        if let user = refusedUsers.first {
            return Self.refusal(
                name, "Its process runs as user \(user), whose machines get no figures.",
                "If that user may start machines of this name: --guest-user \(user)")
        }
        if names.contains(name) || isInMachineSlice(guest.consumer.controlGroup) { return nil }
        return Self.refusal(
            name, "It is not in a slice of virtual machines (machine.slice, qemu.slice, kubepods.slice).",
            "If it is genuine: --guest-name \(name)")
    }

    /// The finding for a machine that gets no figures.
    private static func refusal(_ name: GuestName, _ text: String, _ remedy: String) -> Finding {
        Finding(severity: .warning, subject: "guest \(name)", reason: .refused, text: text, remedy: remedy)
    }

    private func isInMachineSlice(_ controlGroup: String) -> Bool {
        // In a cgroup namespace, paths may begin with `..` components.
        guard let top = controlGroup.split(separator: "/").first(where: { $0 != ".." }) else { return false }
        return Self.machineSlices.contains(top) || (top.hasPrefix("kubepods-") && top.hasSuffix(".slice"))
    }
}
