/// The first two numbers of a kernel's version, from which follows which drivers it has.
package struct KernelRelease: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Parses procfs' `sys/kernel/osrelease`, such as `6.12.95-amd64`; nil for anything else.
    package init?(_ text: String) {
        let numbers = text.split(separator: ".", maxSplits: 2).prefix(2).map { $0.prefix { $0.isASCII && $0.isNumber } }
        guard numbers.count == 2, let major = Int(numbers[0]), let minor = Int(numbers[1]) else { return nil }
        self.init(major, minor)
    }

    package static func < (one: KernelRelease, other: KernelRelease) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }

    package var description: String { "\(major).\(minor)" }
}
