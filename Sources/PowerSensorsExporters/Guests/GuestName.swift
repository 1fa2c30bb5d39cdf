/// The name of a guest's folder in a share: what its machine is called, as far as that is harmless.
///
/// It is `NAME`, or `NAMESPACE_NAME`, or the identity of a machine without a name. Letters, digits, dots, hyphens and
/// underscores of ASCII are kept; each other byte, and a dot at the start, becomes an underscore. What is longer than 128
/// bytes is cut off. Two machines may thus have one name, and then neither is told anything.
package struct GuestName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The longest name in bytes: two labels of Kubernetes with what stands between them.
    package static let longest = 128

    /// The name.
    package let description: String

    /// The name of a machine's folder; nil for one that has neither name nor identity.
    package init?(name: String, namespace: String, uuid: String) {
        let whole = name.isEmpty ? uuid : namespace.isEmpty ? name : "\(namespace)_\(name)"
        guard !whole.isEmpty else { return nil }
        var bytes = whole.utf8.prefix(Self.longest).map { Self.isHarmless($0) ? $0 : UInt8(ascii: "_") }
        if bytes.first == UInt8(ascii: ".") { bytes[0] = UInt8(ascii: "_") }
        description = String(decoding: bytes, as: UTF8.self)
    }

    /// The name that a folder bears already; nil for what is nobody's.
    init?(ofFolder folder: String) {
        self.init(name: folder, namespace: "", uuid: "")
        if description != folder { return nil }
    }

    package static func < (left: GuestName, right: GuestName) -> Bool { left.description < right.description }

    private static func isHarmless(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
