/// The kernel's clock of one control group.
final class GroupClock {
    private let path: String
    private let sysfs: SystemRoot
    private var file: KeptFile
    private let isKept: Bool

    /// The clock in a file: `cpu.stat`, or `cpuacct.usage`.
    init(_ path: String, beneath sysfs: SystemRoot, isKept: Bool) {
        self.path = path
        self.sysfs = sysfs
        self.isKept = isKept
        file = KeptFile(path, beneath: sysfs, opensNow: isKept)
    }

    /// The time that its tasks have run, in microseconds; nil where the group is gone. No allocation where the file is kept.
    func microseconds() -> UInt64? {
        if !isKept {
            guard let bytes = try? sysfs.bytes(path, limit: 64) else { return nil }
            return Self.microseconds(in: bytes.span)
        }
        var buffer = InlineArray<64, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        var count = try? file.read(into: &bytes)
        if count == nil {
            // The group may have been made anew.
            file = KeptFile(path, beneath: sysfs)
            count = try? file.read(into: &bytes)
        }
        guard let count else { return nil }
        return Self.microseconds(in: buffer.span.extracting(first: count))
    }

    private static let name = Array("usage_usec ".utf8)

    /// What the beginning of either file says: `usage_usec` and a number, or a number of nanoseconds alone.
    static func microseconds(in text: Span<UInt8>) -> UInt64? {
        var at = 0
        while at < min(name.count, text.count), text[at] == name[at] { at += 1 }
        let isNamed = at == name.count
        if at > 0, !isNamed { return nil }
        let first = at
        var number: UInt64 = 0
        while at < text.count, case let digit = text[at] &- UInt8(ascii: "0"), digit <= 9 {
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            if overflow || carried { return nil }
            number = sum
            at += 1
        }
        guard at > first, at < text.count, text[at] == UInt8(ascii: "\n") else { return nil }
        return isNamed ? number : number / 1000
    }
}
