/// What a power supply's channel shows, and the files that it comes from (kernel documents
/// Documentation/ABI/testing/sysfs-class-power and Documentation/power/power_supply_class.rst).
package enum SupplyAttribute: String, CaseIterable, Sendable {
    /// The power that flows, in whichever direction.
    case power

    /// The power that a battery gives; there is none while it does not discharge.
    case discharge

    case voltage, current, energy, charge, ratio, temperature, online, discharging

    /// The file of the number; nil for what follows from the direction alone. Power has a second way, by current times
    /// voltage.
    var file: String? {
        switch self {
        case .power, .discharge: "power_now"
        case .voltage: "voltage_now"
        case .current: "current_now"
        case .energy: "energy_now"
        case .charge: "charge_now"
        case .ratio: "capacity"
        case .temperature: "temp"
        case .online: "online"
        case .discharging: nil
        }
    }

    /// The quantity, in whose unit values are given.
    var quantity: Quantity {
        switch self {
        case .power, .discharge: .power
        case .voltage: .voltage
        case .current: .current
        case .energy: .storedEnergy
        case .charge: .charge
        case .ratio: .ratio
        case .temperature: .temperature
        case .online: .online
        case .discharging: .discharging
        }
    }

    /// The value of a file's number; nil for one that cannot be true.
    ///
    /// Files hold µW, µV, µA, µWh, µAh, tenths of a degree, and percent. Of power the sign is left out: some drivers give
    /// one and some give none, so only the status tells the direction.
    func value(of number: Int64) -> Double? {
        if HwmonReader.isSentinel(number) { return nil }
        let number = Double(number)
        switch self {
        case .power, .discharge: return abs(number) / 1e6
        case .voltage, .current: return number / 1e6
        // 3600 J or C in an hour's watt or ampere, of which the files hold millionths.
        case .energy, .charge: return number < 0 ? nil : number * 36 / 10_000
        case .ratio: return (0...100).contains(number) ? number / 100 : nil
        case .temperature: return number / 10
        case .online: return number > 0 ? 1 : 0
        case .discharging: return nil
        }
    }
}

/// Where a battery's energy goes, as its `status` says.
package enum SupplyDirection: Sendable {
    case discharging, charging
    /// Full, or not charging.
    case idle
    case unknown

    /// Reads the text of a `status` file.
    package init(_ text: String) { self.init(Array(text.utf8), count: text.utf8.count) }

    /// Reads the first bytes of a buffer. No allocation.
    init(_ bytes: [UInt8], count: Int) {
        var count = min(count, bytes.count)
        while count > 0, bytes[count - 1] == 0x0A || bytes[count - 1] == 0x20 { count -= 1 }
        if Self.isWord(bytes, count, "Discharging") {
            self = .discharging
        } else if Self.isWord(bytes, count, "Charging") {
            self = .charging
        } else if Self.isWord(bytes, count, "Full") || Self.isWord(bytes, count, "Not charging") {
            self = .idle
        } else {
            self = .unknown
        }
    }

    /// Whether the bytes are a word, no more and no less.
    private static func isWord(_ bytes: [UInt8], _ count: Int, _ word: StaticString) -> Bool {
        guard word.utf8CodeUnitCount == count else { return false }
        for index in 0..<count where unsafe word.utf8Start[index] != bytes[index] { return false }
        return true
    }
}
