public import PowerSensorsCore

/// Why sampling cannot start.
public enum SamplerError: Error, Sendable, CustomStringConvertible {
    /// No sensor found a channel. The findings say why.
    case nothingToRead([Finding])

    /// The configured headline scope is not among the available scopes.
    case noSuchScope(Scope, available: [Scope])

    /// The system refused to start a thread.
    case noThread(errno: Int32)

    /// One line that says what is missing and, if a finding has a remedy, what to do about it.
    public var description: String {
        switch self {
        case .nothingToRead(let findings):
            // The last sensor that was tried is the fallback, which should work everywhere.
            let errors = findings.filter { $0.severity == .error }
            guard let finding = errors.last ?? findings.first else { return "No sensor was found." }
            return "No sensor works here: \(finding.subject): \(finding.text)"
                + (finding.remedy.map { " Remedy: \($0)" } ?? "")
        case .noSuchScope(let scope, let available):
            let names = available.map(\.name).joined(separator: ", ")
            return "This machine has no figure of scope \(scope); it has "
                + (names.isEmpty ? "no figure at all." : "only \(names).")
        case .noThread(let code):
            return "No thread could be started to sample on: \(systemMessage(errno: code))."
        }
    }
}
