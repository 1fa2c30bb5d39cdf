/// A processor's name, and what it says.
package struct NamedProcessor: Hashable, Sendable {
    /// The name as it was written.
    package let text: String

    package let name: ProcessorName

    package let key: ProcessorKey

    /// How many there are, if that is written beside the name, as in `2 x AMD EPYC 7763` or `EPYC 7763 2P`.
    package let sockets: Int?

    /// How many hardware threads all have, if that is written beside the name, as in `AMD EPYC 7763 (128)`.
    package let threads: Int?

    /// The design power of one in watts, if that is written beside the name, as in `Xeon D-1541 45W`.
    package let designPower: Double?

    /// The most bytes that a name has; no maker's has a third as many.
    static let mostBytes = 256

    /// Parses a text, of a longer one only its beginning.
    package init(_ text: String) {
        self.text = text
        let counted = CountedName(text.utf8.count > Self.mostBytes ? String(text.prefix(Self.mostBytes)) : text)
        let usual = UsualSpelling(of: counted.name)
        name = ProcessorName(usual.text)
        key = ProcessorKey(usual.text)
        designPower = usual.designPower
        (sockets, threads) = counted.meaning(mostSockets: name.mostSockets ?? 8)
    }
}
