import PowerSensorsCore

/// Labels of a driver that are known to mean the power of the whole machine, or of its processors. Their channels count in a
/// host figure.
struct KnownWhole {
    /// What the driver's name begins with.
    let driver: String

    /// The labels, in lower case and without the number that may follow them. The first one is the main label, without which
    /// nothing counts; the others are added to it where they exist.
    let labels: [String]

    let scope: Scope

    /// Whether a machine may have several such chips, which are added.
    var isOnSeveralChips = false

    /// Every known whole; of those with the same scope, the first that a machine has is used.
    ///
    /// - NVIDIA Grace: the firmware tells its ACPI power meters apart by `power1_oem_info` alone. A module holds the
    ///   socket and, with Hopper, the graphics processor; a Grace socket holds the processor and its memory.
    /// - Apple: the management controller's key PSTR (kernel source drivers/hwmon/macsmc-hwmon.c).
    /// - Jetson: VDD_IN is the input of the module. AGX Orin has no such rail: its module is fed by three, of which
    ///   VIN_SYS_5V0 is one (NVIDIA's developer guide, "Jetson Orin Nano Series, … and Jetson AGX Orin Series").
    /// - IBM POWER: what the service processor gives for the system (kernel source drivers/hwmon/ibmpowernv.c).
    /// - Corsair: the sum of the power supply's outputs (kernel document Documentation/hwmon/corsair-psu.rst).
    /// - AMD: a socket's energy counter (kernel document Documentation/hwmon/amd_energy.rst of Linux 5.8 to 5.12, and
    ///   the module zenergy).
    static let all = [
        KnownWhole(
            driver: "power_meter", labels: ["module power socket"], scope: .platform, isOnSeveralChips: true),
        KnownWhole(driver: "power_meter", labels: ["grace power socket"], scope: .platform, isOnSeveralChips: true),
        KnownWhole(driver: "macsmc", labels: ["total system power"], scope: .platform),
        KnownWhole(driver: "ina3221", labels: ["vdd_in"], scope: .platform),
        KnownWhole(driver: "ina3221", labels: ["vin_sys_5v0", "vdd_gpu_soc", "vdd_cpu_cv"], scope: .platform),
        KnownWhole(driver: "ibmpowernv", labels: ["system"], scope: .platform),
        KnownWhole(driver: "corsairpsu", labels: ["power total"], scope: .platform, isOnSeveralChips: true),
        KnownWhole(driver: "amd_energy", labels: ["esocket"], scope: .cpu),
        KnownWhole(driver: "zenergy", labels: ["esocket"], scope: .cpu),
    ]

    /// The indices of the channels that measure a scope's whole; empty if no known one does.
    ///
    /// - Parameters:
    ///   - scope: The scope.
    ///   - channels: The chips' channels.
    ///   - owners: Each channel's chip.
    static func members(of scope: Scope, among channels: [Channel], owners: [HwmonChip]) -> [Int] {
        all.lazy.filter { $0.scope == scope }.map { $0.members(among: channels, owners: owners) }
            .first { !$0.isEmpty } ?? []
    }

    /// Whether one chip of a driver measures the whole by itself, so that other chips of the driver add nothing to it.
    static func isOnOneChip(_ name: String) -> Bool {
        all.contains { name.hasPrefix($0.driver) && !$0.isOnSeveralChips }
    }

    private func members(among channels: [Channel], owners: [HwmonChip]) -> [Int] {
        var seen: Set<[String]> = []
        var hasMainLabel = false
        let members = channels.indices.filter { index in
            guard channels[index].quantity == .power || channels[index].quantity == .energy,
                // The chip of a power supply shows what the sensor `supply` counts.
                owners[index].supply == nil, owners[index].name.hasPrefix(driver),
                let label = Self.label(of: channels[index], in: owners[index])?.lowercased(),
                let position = labels.firstIndex(where: { label.matchesLabel($0) }),
                // One channel of a label is enough, so each label is recorded, and only its first channel counts. Power
                // comes before energy, and the present value before the mean.
                seen.insert([owners[index].resolvedTop, label]).inserted
            else { return false }
            hasMainLabel = hasMainLabel || position == 0
            return true
        }
        return hasMainLabel ? members : []
    }

    /// The label of a channel, or of the voltage from which its power is derived.
    private static func label(of channel: Channel, in chip: HwmonChip) -> String? {
        guard let voltage = channel.handle?.value(as: HwmonHandle.self)?.voltage else { return channel.label }
        return chip.value(voltage)?.label
    }
}

extension String {
    /// Whether the text, in lower case, is a label, perhaps followed by a number.
    func matchesLabel(_ label: String) -> Bool {
        hasPrefix(label) && dropFirst(label.count).drop { $0 == " " }.allSatisfy(\.isNumber)
    }
}
