/// The name of a guest's folder in a share: the machine's name, sanitized.
///
/// It is `NAME`, `NAMESPACE_NAME`, or the UUID of a machine without a name. ASCII letters, digits, dots, hyphens and
/// underscores are kept; every other byte, and a leading dot, becomes an underscore. Names are cut to 128 bytes. Two
/// machines may end up with the same name, and then neither gets figures.
package struct GuestName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The maximum length in bytes: two Kubernetes labels and a separator.
    package static let longest = 128

    private static let harmless = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-".utf8)

    /// The name.
    package let description: String

    /// The name of a machine's folder; nil if the machine has neither a name nor a UUID.
    package init?(name: String, namespace: String, uuid: String) {
        let whole = name.isEmpty ? uuid : namespace.isEmpty ? name : "\(namespace)_\(name)"
        guard !whole.isEmpty else { return nil }
        var bytes = whole.utf8.prefix(Self.longest).map { Self.harmless.contains($0) ? $0 : UInt8(ascii: "_") }
        if bytes.first == UInt8(ascii: ".") { bytes[0] = UInt8(ascii: "_") }
        description = String(decoding: bytes, as: UTF8.self)
    }

    /// The name of an existing folder; nil if it is not a valid name.
    init?(ofFolder folder: String) {
        self.init(name: folder, namespace: "", uuid: "")
        if description != folder { return nil }
    }

    package static func < (left: GuestName, right: GuestName) -> Bool { left.description < right.description }
}
