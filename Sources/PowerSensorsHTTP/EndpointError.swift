#if Exporters
/// The reason why an endpoint cannot start.
public struct EndpointError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line that names the file or value and the remedy.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// A message from a running endpoint to its operator.
public struct EndpointNotice: Hashable, Sendable, CustomStringConvertible {
    /// Whether something is wrong; otherwise the message is informational.
    public let isProblem: Bool

    /// One line that names the file or value and, for a problem, the remedy.
    public let description: String
}
#endif
