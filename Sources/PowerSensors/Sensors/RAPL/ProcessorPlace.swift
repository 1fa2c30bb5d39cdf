/// Where a logical processor sits, as `devices/system/cpu/cpuN/topology` says.
package struct ProcessorPlace: Hashable, Sendable {
    /// The package's number, which the names of powercap's zones have too.
    package let socket: Int

    /// The die's number within the package; 0 where the kernel tells none (before Linux 5.3).
    package let die: Int

    /// The core's number within the package or die.
    package let core: Int

    package init(socket: Int, die: Int = 0, core: Int = 0) {
        self.socket = socket
        self.die = die
        self.core = core
    }

    /// Looks at a processor that is online; nil where the kernel does not tell its package.
    package init?(of processor: Int, in sysfs: SystemRoot) {
        let folder = "\(Self.folder)/cpu\(processor)/topology"
        // A negative number stands for one that is not known.
        guard let socket = Self.number("\(folder)/physical_package_id", in: sysfs) else { return nil }
        self.socket = socket
        die = Self.number("\(folder)/die_id", in: sysfs) ?? 0
        core = Self.number("\(folder)/core_id", in: sysfs) ?? 0
    }

    /// The folder of all processors.
    package static let folder = "devices/system/cpu"

    /// The processors that are online, in order; nil where the kernel does not say.
    package static func online(in sysfs: SystemRoot) -> [Int]? {
        (try? sysfs.text("\(folder)/online")).flatMap { ProcessorList($0)?.numbers }
    }

    private static func number(_ path: String, in sysfs: SystemRoot) -> Int? {
        (try? sysfs.number(path)).flatMap { $0 <= 0xFFFF ? Int($0) : nil }
    }
}

/// Processors as the kernel lists them: `0-3,8`.
package struct ProcessorList: Hashable, Sendable {
    /// Their numbers, ascending, each once.
    package let numbers: [Int]

    /// More than Linux can be built for (8192 on x86), so that a garbled list cannot ask for all memory.
    private static let limit = 1 << 16

    /// Reads a list; nil for a text that is none. An empty text is an empty list.
    package init?(_ text: String) {
        var numbers: Set<Int> = []
        for part in text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(Self.number)
            guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last else {
                return nil
            }
            numbers.formUnion(first...last)
        }
        self.numbers = numbers.sorted()
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { $0 < limit ? $0 : nil }
    }
}
