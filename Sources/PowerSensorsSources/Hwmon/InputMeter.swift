import PowerSensorsCore

/// Decides which channels measure a whole: those of the host figure of scope `platform`, the whole machine's input, and
/// of `cpu`.
///
/// Four kinds of meters show the input. A single ACPI power meter measures the whole system unless it names devices
/// (ACPI specification, section 10.4). The mains power supplies together take all of the input power (PMBus `READ_PIN`,
/// label `pin`). A single hot-swap controller is at the input of the board. Some drivers name what they measure, see
/// ``KnownWhole``. The input power of anything else, such as a voltage regulator, is a part of the same power. If there
/// is any doubt, nothing counts.
enum InputMeter {
    /// Sets ``Channel/countsIn`` of the channels that measure a whole, and reports why other candidates do not.
    ///
    /// - Parameters:
    ///   - channels: The chips' channels.
    ///   - owners: Each channel's chip.
    static func mark(_ channels: inout [Channel], owners: [HwmonChip], findings: inout [Finding]) {
        for index in KnownWhole.members(of: .cpu, among: channels, owners: owners) { channels[index].countsIn = .cpu }
        let known = KnownWhole.members(of: .platform, among: channels, owners: owners)
        let candidates = channels.indices.filter { known.contains($0) || isInputPower(channels[$0], of: owners[$0]) }
        if candidates.isEmpty { return }
        let meters = candidates.filter { isPowerMeter(owners[$0]) && !namesPart(channels[$0]) }
        let mainsNames = Set(candidates.map { owners[$0] }.filter(isAtMains).map(\.name))
        // An unplugged supply has no input voltage, but is recognized because it has the name of one that is plugged
        // in.
        let supplies = candidates.filter { mainsNames.contains(owners[$0].name) }
        let boards = candidates.filter { isHotSwap(owners[$0]) }
        let counted =
            meters.count == 1 ? meters : !supplies.isEmpty ? supplies : boards.count == 1 ? boards : known
        for index in candidates {
            if counted.contains(index) {
                channels[index].countsIn = .platform
            } else {
                let why = reason(hasCounted: !counted.isEmpty, meters: meters.count, boards: boards.count)
                findings.append(.uncounted(channels[index], because: why))
            }
        }
    }

    private static func reason(hasCounted: Bool, meters: Int, boards: Int) -> String {
        if hasCounted { return "another meter is nearer to the machine's input." }
        if meters > 1 { return "there are \(meters) power meters, and it is unknown how they add up." }
        if boards > 1 { return "there are \(boards) hot-swap controllers, and it is unknown how they add up." }
        return "it is unknown whether it is the whole machine's."
    }

    private static func isInputPower(_ channel: Channel, of chip: HwmonChip) -> Bool {
        guard channel.quantity == .power, chip.supply == nil else { return false }
        let attribute = channel.handle?.value(as: HwmonHandle.self)?.attribute
        if isPowerMeter(chip) { return attribute?.file == "power1_average" && !chip.isBattery }
        // A file with the mean has the same label, but it shows the same power, which must not count twice.
        return matches(channel.label, word: "pin") && attribute?.form == .input
    }

    private static func isPowerMeter(_ chip: HwmonChip) -> Bool {
        chip.name == "power_meter" || chip.name == "acpi_power_meter"
    }

    /// Whether an ACPI power meter says which part of a Grace machine it measures.
    private static func namesPart(_ channel: Channel) -> Bool {
        let parts = ["module", "grace", "cpu", "sysio"].map { "\($0) power socket" }
        return parts.contains { matches(channel.label, word: $0) }
    }

    /// Whether its voltage is that of the mains or of a data centre's direct current, 90 V or more. Boards have at most
    /// 60 V.
    private static func isAtMains(_ chip: HwmonChip) -> Bool {
        chip.values.contains { value in
            value.attribute.kind == .voltage && matches(value.label, word: "vin") && (value.number ?? 0) >= 90_000
        }
    }

    /// Whether it is one of the PMBus hot-swap controllers that have kernel drivers.
    private static func isHotSwap(_ chip: HwmonChip) -> Bool {
        [
            "adm1075", "adm127", "adm128", "adm129", "lm25056", "lm25063", "lm25066", "lm5064", "lm5066", "ltc4286",
            "mp5023",
        ]
        .contains { chip.name.hasPrefix($0) }
    }

    /// Whether a label is a word, perhaps followed by a number.
    private static func matches(_ label: String?, word: String) -> Bool {
        label?.lowercased().matchesLabel(word) ?? false
    }
}
