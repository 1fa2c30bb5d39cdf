/// What a RAPL zone counts, as its `name` file says. Its number says nothing: it is the order of registration.
package struct RaplDomain: Hashable, Sendable {
    /// The domain's word: `package`, `dram`, `core`, `uncore`, `psys`, or a name that is not known.
    package let name: String

    /// The package's number, where the name has one.
    package let socket: Int?

    /// The die's number, where the name has one.
    package let die: Int?

    /// Reads `package-P`, `package-P-die-D`, `psys`, `psys-P`, `core`, `uncore`, `dram`; keeps any other name whole.
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

    /// The host figure that the domain is a part of.
    ///
    /// Packages and their memory make up `cpu`; core and uncore are inside the package, which is inside psys.
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
