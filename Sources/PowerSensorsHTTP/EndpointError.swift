#if Exporters
/// Why an endpoint cannot start: one line that names the file or value and what mends it.
public struct EndpointError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Something an endpoint tells its operator while it runs.
public struct EndpointNotice: Hashable, Sendable, CustomStringConvertible {
    /// Whether something is amiss; otherwise it is good news.
    public let isProblem: Bool

    /// One line that names the file or value and, for a problem, what mends it.
    public let description: String

    init(problem: String) {
        isProblem = true
        description = problem
    }

    init(_ description: String) {
        isProblem = false
        self.description = description
    }
}
#endif
