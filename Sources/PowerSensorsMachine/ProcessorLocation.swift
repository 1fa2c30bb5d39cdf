package import PowerSensorsCore

/// The package, die and core that a logical processor belongs to, as `devices/system/cpu/cpuN/topology` in sysfs says.
package struct ProcessorLocation: Hashable, Sendable {
    /// The package's number, as in the names of powercap's zones.
    package let socket: Int

    /// The die's number within the package; 0 on kernels before Linux 5.3, which do not report it.
    package let die: Int

    /// The core's number within the package or die.
    package let core: Int

    /// The folder of all processors.
    package static let folder = "devices/system/cpu"

    /// Locates an online processor; nil if the kernel does not report its package.
    package init?(of processor: Int, in sysfs: SystemRoot) {
        let folder = "\(Self.folder)/cpu\(processor)/topology"
        // The kernel writes −1 if it does not know a number.
        func number(_ name: String) -> Int? {
            (try? sysfs.number("\(folder)/\(name)")).flatMap { $0 <= 0xFFFF ? Int($0) : nil }
        }
        guard let socket = number("physical_package_id") else { return nil }
        self.socket = socket
        die = number("die_id") ?? 0
        core = number("core_id") ?? 0
    }

    /// The processors that are online, in ascending order; nil if the kernel does not say.
    package static func online(in sysfs: SystemRoot) -> [Int]? {
        (try? sysfs.text("\(folder)/online")).flatMap { ProcessorList($0)?.numbers }
    }
}

/// Processors as the kernel lists them: `0-3,8`.
package struct ProcessorList: Hashable, Sendable {
    /// Their numbers in ascending order, each once.
    package let numbers: [Int]

    /// Parses a list; nil if the text is not one. An empty text is an empty list.
    package init?(_ text: String) {
        // 2¹⁶ is more than Linux supports (8192 on x86). Without a limit, a garbled list could exhaust the memory.
        guard let ranges = text.isEmpty ? [] : Self.ranges(text[...], below: 1 << 16) else { return nil }
        numbers = ranges.reduce(into: Set<Int>()) { $0.formUnion($1) }.sorted()
    }

    /// Parses numbers and ranges as the kernel writes them, in their order; nil if the text is malformed or a number
    /// too large.
    package static func ranges(_ text: Substring, below limit: Int) -> [ClosedRange<Int>]? {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { text in
                text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text).flatMap { $0 < limit ? $0 : nil } : nil
            }
            guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last else {
                return nil
            }
            ranges.append(first...last)
        }
        return ranges
    }
}
