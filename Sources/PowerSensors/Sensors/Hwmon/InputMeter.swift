/// Tells which channels measure what the whole machine takes in: the host's figure of scope `platform`.
///
/// Only two kinds do for sure: the one ACPI power meter (ACPI specification, section 10.4, which is of the whole
/// system unless it names devices), and the input power of the power supplies at the mains (PMBus `READ_PIN`, label
/// `pin`), all of them together. A lone hot-swap controller stands at a board's input. Input power of anything else, such
/// as a voltage regulator, is a part of the same power. Where it is not sure, nothing counts.
struct InputMeter {
    private let chips: [HwmonChip]

    init(_ chips: [HwmonChip]) { self.chips = chips }

    /// Marks the channels that count, and says why the others that may seem to do not.
    ///
    /// - Parameters:
    ///   - channels: Of the chips; each is known by its chip's place in `owners`.
    ///   - owners: The index of each channel's chip.
    func mark(_ channels: inout [Channel], owners: [Int], findings: inout [Finding]) {
        let candidates = channels.indices.filter { isInputPower(channels[$0], of: chips[owners[$0]]) }
        if candidates.isEmpty { return }
        let meters = candidates.filter { Self.isPowerMeter(chips[owners[$0]]) }
        let fed = Set(candidates.map { chips[owners[$0]] }.filter(Self.isAtMains).map(\.name))
        // A supply whose plug is out is at the mains like its twins.
        let supplies = candidates.filter { fed.contains(chips[owners[$0]].name) }
        let boards = candidates.filter { Self.isHotSwap(chips[owners[$0]]) }
        let counted = meters.count == 1 ? meters : !supplies.isEmpty ? supplies : boards.count == 1 ? boards : []
        for index in candidates {
            if counted.contains(index) {
                channels[index].countsIn = .platform
            } else {
                findings.append(.uncounted(channels[index], why(counted.isEmpty, meters.count, boards.count)))
            }
        }
    }

    private func why(_ isNone: Bool, _ meters: Int, _ boards: Int) -> String {
        if !isNone { return "another meter stands nearer to the machine's input." }
        if meters > 1 { return "there are \(meters) power meters, and nothing tells how they add up." }
        if boards > 1 { return "there are \(boards) hot-swap controllers, and nothing tells how they add up." }
        return "nothing tells whether it is the whole machine's."
    }

    private func isInputPower(_ channel: Channel, of chip: HwmonChip) -> Bool {
        guard channel.quantity == .power, chip.supply == nil else { return false }
        if Self.isPowerMeter(chip) { return channel.id.hasSuffix("/power1_average") && !chip.isBattery }
        // A mean has the same label, and is the same power.
        return Self.isNamed(channel.label, "pin") && !channel.id.hasSuffix("_average")
    }

    private static func isPowerMeter(_ chip: HwmonChip) -> Bool {
        chip.name == "power_meter" || chip.name == "acpi_power_meter"
    }

    /// At 90 V and more it is the mains, or a data centre's direct current; boards have 60 V at most.
    private static func isAtMains(_ chip: HwmonChip) -> Bool {
        chip.values.contains { value in
            value.attribute.kind == .voltage && isNamed(value.label, "vin") && (value.number ?? 0) >= 90_000
        }
    }

    /// The PMBus hot-swap controllers that have kernel drivers.
    private static func isHotSwap(_ chip: HwmonChip) -> Bool {
        [
            "adm1075", "adm127", "adm128", "adm129", "lm25056", "lm25063", "lm25066", "lm5064", "lm5066", "ltc4286",
            "mp5023",
        ]
        .contains { chip.name.hasPrefix($0) }
    }

    /// Whether a label is a word, perhaps with a number behind it.
    private static func isNamed(_ label: String?, _ word: String) -> Bool {
        guard let label = label?.lowercased(), label.hasPrefix(word) else { return false }
        return label.dropFirst(word.count).allSatisfy(\.isNumber)
    }
}
