import PowerSensors

/// Who may be told figures: only what a machine's administrators started, since anybody can start a program that looks
/// like somebody else's virtual machine.
struct GuestAdmission: Sendable {
    /// The control groups in which systemd, libvirt, Proxmox and Kubernetes put virtual machines. Only an administrator
    /// makes groups at that level.
    private static let homes: Set<Substring> = ["machine.slice", "machine", "qemu.slice", "kubepods.slice", "kubepods"]

    private let configuration: GuestConfiguration

    init(_ configuration: GuestConfiguration) { self.configuration = configuration }

    /// Why a machine is told nothing; nil where it may be.
    func refusal(of guest: GuestFigures, as name: GuestName) -> Finding? {
        guard !guest.processes.isEmpty else {
            return Self.refusal(name, "It has no process that could be looked at.", "Start it anew.")
        }
        let strangers = Set(guest.processes.map(\.user)).subtracting(configuration.users).sorted()
        if let stranger = strangers.first {
            return Self.refusal(
                name, "Its process runs as user \(stranger), whose machines are told nothing.",
                "Where that user may start machines of this name: --guest-user \(stranger)")
        }
        if configuration.names.contains(name) || isAtHome(guest.controlGroup) { return nil }
        return Self.refusal(
            name, "It lives in no slice of virtual machines (machine.slice, qemu.slice, kubepods.slice).",
            "Where it is what it seems: --guest-name \(name)")
    }

    /// What is said of a machine that is told nothing.
    static func refusal(_ name: GuestName, _ text: String, _ remedy: String) -> Finding {
        Finding(severity: .warning, subject: "guest \(name)", reason: "refused", text: text, remedy: remedy)
    }

    private func isAtHome(_ controlGroup: String?) -> Bool {
        // Seen from a control-group name space of one's own, a path begins with steps upwards.
        let home = controlGroup?.split(separator: "/").first { $0 != ".." }
        guard let home else { return false }
        return Self.homes.contains(home) || (home.hasPrefix("kubepods-") && home.hasSuffix(".slice"))
    }
}
