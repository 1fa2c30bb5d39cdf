/// Something that must be true of every input; that nothing traps is true of all of them.
struct Property: Sendable {
    /// What it is about.
    let name: String

    /// How many inputs make one round; a round of any property should take about as long.
    let inputs: Int

    /// Tries one input.
    let check: @Sendable (inout Mutator) throws(Broken) -> Void
}

/// A property that does not hold.
struct Broken: Error {
    let text: String

    init(_ text: String) { self.text = text }
}

/// Throws where a condition does not hold.
func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(Broken) {
    if !condition { throw Broken(text()) }
}
