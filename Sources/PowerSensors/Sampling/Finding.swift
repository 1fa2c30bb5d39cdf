/// Something that is missing or limited, why, and what mends it.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// How much it matters.
    public struct Severity: Hashable, Sendable, CustomStringConvertible {
        /// The word for it in every output.
        public let name: String

        /// Good to know; nothing is lost by it.
        public static let info = Severity(name: "info")

        /// A figure is missing or less exact than it could be.
        public static let warning = Severity(name: "warning")

        /// A whole sensor does not work.
        public static let error = Severity(name: "error")

        /// The word for it in every output.
        public var description: String { name }
    }

    /// How much it matters.
    public let severity: Severity

    /// What it is about: a file relative to its root, a sensor, or a channel.
    public let subject: String

    /// One word for the cause: `absent`, `forbidden`, `io` and the other words of ``ReadingStatus``; `masked` by a
    /// container runtime; `malformed`; `duplicate`, `merged`, `mirrored`; `disagreement` of two mechanisms; `unread`
    /// for what is left out on purpose; `unsupported`; `frozen`; `estimated`, `unseen`, `unknown` processors; `failed` for
    /// what a sensor threw. The set may grow.
    public let reason: String

    /// One sentence for people.
    public let text: String

    /// What to do about it: a command where there is one. Nil where nothing need be done.
    public let remedy: String?

    /// Describes a finding.
    public init(severity: Severity, subject: String, reason: String, text: String, remedy: String? = nil) {
        self.severity = severity
        self.subject = subject
        self.reason = reason
        self.text = text
        self.remedy = remedy
    }

    /// The finding as one line.
    public var description: String {
        let line = "\(severity): \(subject): \(text)"
        return remedy.map { "\(line) Remedy: \($0)" } ?? line
    }
}
