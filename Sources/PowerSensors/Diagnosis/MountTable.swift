/// Where file systems are mounted, as `mountinfo` of procfs tells (proc_pid_mountinfo(5)).
package struct MountTable: Sendable {
    private let mounts: [(point: String, type: Substring)]

    /// Reads the table; lines that make no sense are left out.
    package init(_ bytes: [UInt8]) {
        mounts = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
            // The fifth field is the mount point; a lone dash parts what comes before the type from it.
            guard fields.count > 6, let dash = fields.dropFirst(6).firstIndex(of: "-"), dash + 1 < fields.count
            else { return nil }
            return (Self.unescaped(fields[4]), fields[dash + 1])
        }
    }

    /// The folders at which a file system of the type is mounted, in the table's order.
    package func points(of type: String) -> [String] { mounts.filter { $0.type == type }.map(\.point) }

    /// The kernel writes blanks, tabs, line ends and backslashes as three octal digits.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let value = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
