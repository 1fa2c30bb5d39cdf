/// A processor's name, and what it says.
package struct NamedProcessor: Hashable, Sendable {
    /// The name as it was written.
    package let text: String

    package let name: ProcessorName

    package let key: ProcessorKey

    package init(_ text: String) {
        self.text = text
        name = ProcessorName(text)
        key = ProcessorKey(text)
    }
}
