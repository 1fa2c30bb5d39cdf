/// A condition that must be true for every input. No input must trap.
struct Property: Sendable {
    /// The name of the property.
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

/// Throws if a condition is false.
func require(_ condition: Bool, _ text: @autoclosure () -> String) throws(Broken) {
    if !condition { throw Broken(text()) }
}
