import PowerSensorsCore

/// A value file of a hardware-monitoring chip, parsed from its name (kernel document
/// Documentation/hwmon/sysfs-interface.rst). Flags, limits, alarms and other files are not values.
package struct HwmonAttribute: Hashable, Sendable {
    /// What the file measures.
    struct Kind: Hashable, Sendable {
        /// What the names of such files begin with.
        let prefix: String

        let quantity: Quantity

        /// Divides the file's number to convert it to the quantity's unit; nil for a counter of µJ.
        let divisor: Double?

        static let power = Kind(prefix: "power", quantity: .power, divisor: 1e6)
        static let energy = Kind(prefix: "energy", quantity: .energy, divisor: nil)
        static let voltage = Kind(prefix: "in", quantity: .voltage, divisor: 1e3)
        static let current = Kind(prefix: "curr", quantity: .current, divisor: 1e3)
        static let temperature = Kind(prefix: "temp", quantity: .temperature, divisor: 1e3)

        /// Every kind, in the order in which channels are listed.
        static let all: [Kind] = [.power, .energy, .voltage, .current, .temperature]
    }

    /// Whether the value is the present one (the kernel calls it input) or a mean.
    enum Form: String, Sendable {
        case input, average
    }

    let kind: Kind

    /// The number among the chip's values of its kind, which starts at 0 for some kinds and at 1 for others.
    let number: Int

    let form: Form

    /// Parses a file's name; nil if the file is not a value.
    package init?(_ file: String) {
        let parts = file.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let form = Form(rawValue: String(parts[1])) else { return nil }
        let digits = parts[0].reversed().prefix { $0.isASCII && $0.isNumber }.count
        guard (1...4).contains(digits), let number = Int(parts[0].suffix(digits)),
            let kind = Kind.all.first(where: { $0.prefix == parts[0].dropLast(digits) })
        else { return nil }
        // A mean of an energy counter makes no sense.
        if kind == .energy, form == .average { return nil }
        (self.kind, self.number, self.form) = (kind, number, form)
    }

    /// What the names of all files about this value begin with, such as `power1`.
    var stem: String { "\(kind.prefix)\(number)" }

    /// The file's name.
    var file: String { "\(stem)_\(form.rawValue)" }

    /// The last part of the channel's ID: `power1`, or `power1_average` for a mean.
    var name: String { form == .input ? stem : file }

    /// By what values are sorted: by kind, then by number, then the present value before the mean.
    var order: [Int] {
        [Kind.all.firstIndex(of: kind) ?? 0, number, form == .input ? 0 : 1]
    }
}
