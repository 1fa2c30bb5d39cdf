package import PowerSensorsMachine

/// The kind of machine, as far as its power depends on it.
package enum MachineClass: String, CaseIterable, Sendable {
    case server, workstation, desktop, laptop
    case miniPC = "mini-pc"
    case singleBoard = "single-board"

    /// What a class was found by.
    package enum Basis: String, Sendable {
        /// By the user's word.
        case given

        /// By the chassis, the device tree, or a battery.
        case form = "form of the machine"

        /// By the line of the processor.
        case line = "line of the processor"
    }

    /// The class of a machine with such a processor; nil if neither shows it.
    ///
    /// - Parameters:
    ///   - line: The line of the processor; nil if unknown.
    ///   - form: The form of the machine; nil if unknown.
    package init?(line: ProcessorName.Line?, form: MachineForm? = nil) {
        switch (form, line) {
        // A tower may be a server's, and a server's processor is in no other machine than these.
        case (.server, _), (.desktop, .server), (.mini, .server), (.board, .server), (nil, .server): self = .server
        case (.portable, _): self = .laptop
        case (.desktop, .workstation), (.mini, .workstation), (.board, .workstation), (nil, .workstation):
            self = .workstation
        case (.board, _), (_, .singleBoard): self = .singleBoard
        case (.mini, _), (_, .embedded), (.desktop, .mobile): self = .miniPC
        case (.desktop, _), (nil, .desktop): self = .desktop
        case (nil, .mobile): self = .laptop
        case (nil, nil): return nil
        }
    }

    /// The class that a table's form factor shows, such as `2U`; nil for those that several classes have.
    package init?(formFactor: String) {
        let text = formFactor.lowercased()
        let isRack = text.hasSuffix("u") && Int(text.dropLast()) != nil
        if isRack || text.contains("rack") || text.contains("blade") {
            self = .server
        } else if ["laptop", "notebook", "convertible", "tablet"].contains(where: text.contains) {
            self = .laptop
        } else {
            return nil
        }
    }

    /// Several of them, as in a sentence.
    var plural: String {
        switch self {
        case .server: "servers"
        case .workstation: "workstations"
        case .desktop: "desktops"
        case .laptop: "laptops"
        case .miniPC: "mini-PCs"
        case .singleBoard: "single boards"
        }
    }
}

extension MachineDescription {
    /// The class of the machine, and what it was found by; for a guest, that of its host. Nil if nothing shows it.
    func machineClass(_ name: ProcessorName) -> (MachineClass, MachineClass.Basis)? {
        let line = name.line ?? processor.lineByNumber
        if isGuest == true {
            // Hypervisors' own names say nothing of the host, and most hosts are servers.
            let isSmall = line == .desktop || line == .workstation || line == .mobile
            return isSmall && !name.isHypervisorModel ? MachineClass(line: line).map { ($0, .line) } : nil
        }
        if form == .desktop, line == .server, Self.isWorkstation(firmware.product) { return (.workstation, .form) }
        // What is neither in a known chassis nor has a battery is no laptop.
        let shown = form ?? (line == .mobile && isGuest == false ? .mini : nil)
        guard let found = MachineClass(line: line, form: shown) else { return nil }
        return (found, form == nil ? .line : .form)
    }

    /// The names of makers' workstations, which may have servers' processors.
    private static func isWorkstation(_ product: String) -> Bool {
        ["Precision", "ThinkStation", "HP Z", "CELSIUS"].contains { product.hasPrefix($0) }
            || product.contains("Workstation")
    }
}

extension ProcessorIdentity {
    /// The line of an Arm processor by who designed it and its part (the kernel's cputype.h); nil for others.
    var lineByNumber: ProcessorName.Line? {
        guard vendor == .arm else { return nil }
        switch (implementer, model) {
        // Neoverse N1, V1, N2, V2, V3, N3.
        case (0x41, 0xD0C), (0x41, 0xD40), (0x41, 0xD49), (0x41, 0xD4F), (0x41, 0xD84), (0x41, 0xD8E): return .server
        case (0x41, _): return .singleBoard
        // Cavium, Fujitsu, HiSilicon's TaiShan, Ampere; HiSilicon's others are of phones.
        case (0x43, _), (0x46, _), (0x48, 0xD01), (0x48, 0xD02), (0xC0, _): return .server
        case (0x4E, _): return .singleBoard
        // Apple and Qualcomm.
        case (0x61, _), (0x51, _): return .mobile
        default: return nil
        }
    }

    /// Whether it is a core like those of a small server: Cortex-A75 and newer, and the X series.
    var hasFastCores: Bool {
        implementer == 0x41
            && [0xD0A, 0xD0B, 0xD0D, 0xD41, 0xD42, 0xD44, 0xD47, 0xD48, 0xD4B, 0xD4D, 0xD4E, 0xD81, 0xD82, 0xD85]
                .contains(model)
    }
}
