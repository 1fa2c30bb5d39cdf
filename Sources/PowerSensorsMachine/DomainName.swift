package import PowerSensorsCore

/// What a RAPL zone measures, parsed from its `name` file. The number in the zone's folder does not show it: that is
/// only the order in which zones were registered.
package struct DomainName: Hashable, Sendable {
    /// `package`, `dram`, `core`, `uncore` or `psys`; any other name is kept unchanged.
    package let name: String

    /// The package's number, if the name has one.
    package let socket: Int?

    /// The die's number, if the name has one.
    package let die: Int?

    /// Parses `package-P`, `package-P-die-D`, `psys`, `psys-P`, `core`, `uncore` or `dram`; keeps any other name
    /// unchanged.
    package init(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let first = parts.count > 1 ? Self.number(parts[1]) : nil
        let second = parts.count > 3 && parts[2] == "die" ? Self.number(parts[3]) : nil
        switch (parts.first, parts.count) {
        case ("package", 2) where first != nil, ("psys", 2) where first != nil:
            (name, socket, die) = (String(parts[0]), first, nil)
        case ("package", 4) where first != nil && second != nil:
            (name, socket, die) = ("package", first, second)
        default: (name, socket, die) = (text, nil, nil)
        }
    }

    /// The host figure that the domain counts in: packages and their memory make up `cpu`, psys is `platform`. Core and
    /// uncore count in none, since their package includes them.
    package var scope: Scope? {
        switch name {
        case "package", "dram": .cpu
        case "psys": .platform
        default: nil
        }
    }

    private static func number(_ text: Substring) -> Int? {
        text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
    }
}
