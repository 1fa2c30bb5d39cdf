/// A file of a hardware-monitoring chip that holds a value, as its name tells (kernel document
/// Documentation/hwmon/sysfs-interface.rst).
///
/// Flags, limits, alarms, serial numbers and what else begins like a value are none.
package struct HwmonAttribute: Hashable, Sendable {
    /// What the file measures, in the order in which channels are listed.
    package enum Kind: String, CaseIterable, Sendable {
        case power, energy
        case voltage = "in"
        case current = "curr"
        case temperature = "temp"
    }

    /// Whether the value is of the moment or a mean.
    package enum Form: String, Sendable {
        case input, average
    }

    package let kind: Kind

    /// The channel's number; some kinds begin at 0, others at 1.
    package let number: Int

    package let form: Form

    /// Reads a file's name; nil for a file that holds no value.
    package init?(_ file: String) {
        let parts = file.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, let form = Form(rawValue: String(parts[1])) else { return nil }
        let digits = parts[0].reversed().prefix { $0.isASCII && $0.isNumber }.count
        guard (1...4).contains(digits), let number = Int(parts[0].suffix(digits)),
            let kind = Kind(rawValue: String(parts[0].dropLast(digits)))
        else { return nil }
        // A mean of a counter means nothing.
        if kind == .energy, form == .average { return nil }
        (self.kind, self.number, self.form) = (kind, number, form)
    }

    /// A file of which all is known.
    package init(_ kind: Kind, _ number: Int, _ form: Form = .input) {
        (self.kind, self.number, self.form) = (kind, number, form)
    }

    /// What all files of the channel begin with, such as `power1`.
    package var stem: String { "\(kind.rawValue)\(number)" }

    /// The file's name.
    package var file: String { "\(stem)_\(form.rawValue)" }

    /// The last part of the channel's identity: `power1`, or `power1_average` for a mean.
    package var name: String { form == .input ? stem : file }

    /// What the number in the file is divided by to be in the quantity's unit; nil for a counter of µJ.
    package var divisor: Double? {
        switch kind {
        case .power: 1e6
        case .energy: nil
        case .voltage, .current, .temperature: 1e3
        }
    }

    /// What is measured.
    package var quantity: Quantity {
        switch kind {
        case .power: .power
        case .energy: .energy
        case .voltage: .voltage
        case .current: .current
        case .temperature: .temperature
        }
    }

    /// Sorts by kind, then by number, the value of the moment before the mean.
    package var order: [Int] {
        [Kind.allCases.firstIndex(of: kind) ?? 0, number, form == .input ? 0 : 1]
    }
}
