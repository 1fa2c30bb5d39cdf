/// Something that is missing or limited, with its cause and remedy.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
    /// How serious a finding is.
    public struct Severity: Hashable, Sendable, CustomStringConvertible {
        /// The word in output, such as `warning`.
        public let name: String

        /// For information: no figure is affected, or nothing can be done about it on this machine.
        public static let info = Severity(name: "info")

        /// A figure is missing or less accurate than it could be.
        public static let warning = Severity(name: "warning")

        /// A whole sensor does not work.
        public static let error = Severity(name: "error")

        /// The same as ``name``.
        public var description: String { name }
    }

    /// How serious it is.
    public let severity: Severity

    /// What it is about: a file's path relative to its root, a sensor's name, or a channel's `id`.
    public let subject: String

    /// The cause, as one word for programs; ``text`` is for people.
    public let reason: Reason

    /// One sentence for people.
    public let text: String

    /// What to do about it, as a command if there is one; nil if nothing needs to be done.
    public let remedy: String?

    /// Creates a finding.
    public init(severity: Severity, subject: String, reason: Reason, text: String, remedy: String? = nil) {
        self.severity = severity
        self.subject = subject
        self.reason = reason
        self.text = text
        self.remedy = remedy
    }

    /// Creates a warning about a channel, with its path as the subject if it has one.
    package init(_ reason: Reason, of channel: Channel, text: String, remedy: String) {
        self.init(
            severity: .warning, subject: channel.path ?? channel.id, reason: reason, text: text, remedy: remedy)
    }

    /// Severity, subject, text and remedy on one line.
    public var description: String {
        let line = "\(severity): \(subject): \(text)"
        return remedy.map { "\(line) Remedy: \($0)" } ?? line
    }
}
