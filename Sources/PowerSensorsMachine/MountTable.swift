/// The mounted file systems, as procfs' `mountinfo` lists them (proc_pid_mountinfo(5)).
package struct MountTable: Sendable {
    /// One line of the table.
    package struct Mount: Hashable, Sendable {
        /// The folder at which it is mounted.
        package let point: String

        /// The file system's type, such as `9p`.
        package let type: String

        /// What is mounted, in the file system's own terms: a device, or the tag of a folder that a hypervisor shares.
        package let source: String

        /// The file system's own options, such as `cache=loose`.
        package let options: [String]
    }

    /// The mounts, in the table's order: a later one hides an earlier one on the same folder.
    package let mounts: [Mount]

    /// Parses the table and ignores malformed lines.
    package init(_ bytes: [UInt8]) {
        mounts = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
            // The fifth field is the mount point; a lone dash precedes the type.
            guard fields.count > 6, let dash = fields.dropFirst(6).firstIndex(of: "-"), dash + 1 < fields.count
            else { return nil }
            return Mount(
                point: Self.unescaped(fields[4]), type: String(fields[dash + 1]),
                source: dash + 2 < fields.count ? Self.unescaped(fields[dash + 2]) : "",
                options: dash + 3 < fields.count ? fields[dash + 3].split(separator: ",").map { String($0) } : [])
        }
    }

    /// The folders at which a file system of a type is mounted, in the table's order.
    package func points(of type: String) -> [String] { mounts.filter { $0.type == type }.map(\.point) }

    /// The mount that contains a folder; nil if there is none.
    package func mount(holding folder: String) -> Mount? {
        let holding = mounts.filter { mount in
            mount.point == "/" || folder == mount.point || folder.hasPrefix(mount.point + "/")
        }
        let longest = holding.map(\.point.utf8.count).max()
        return holding.last { $0.point.utf8.count == longest }
    }

    /// A field's text. The kernel writes spaces, tabs, newlines and backslashes in it as a backslash and three octal
    /// digits.
    private static func unescaped(_ field: Substring) -> String {
        let parts = field.split(separator: "\\", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(String(parts[0])) { text, part in
            guard part.utf8.count >= 3, let code = UInt8(part.prefix(3), radix: 8) else { return "\(text)\\\(part)" }
            return "\(text)\(Unicode.Scalar(code))\(part.dropFirst(3))"
        }
    }
}
