#if Exporters
import PowerSensors
import PowerSensorsExporters

/// A setting of an exporter that cannot work.
public struct PushSetupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The setting, such as the URL, without any password or query.
    public let subject: String

    /// What is wrong with it.
    public let problem: String

    /// How to fix it.
    public let remedy: String

    init(subject: String, problem: String, remedy: String) {
        self.subject = subject.hidingURLSecrets()
        self.problem = problem.hidingURLSecrets()
        self.remedy = remedy
    }

    /// The setting, the problem and the remedy in one line.
    public var description: String { "\(subject.safeToShow): \(problem). Remedy: \(remedy)" }
}

/// A server that could not be reached, or did not accept a request.
///
/// Exporters deliver in the background and throw failures from their next call, each ``Reason`` at most once an hour.
public struct PushFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Reason: Hashable, Sendable {
        /// There was no connection, or no answer in time. The request is retried.
        case unreachable

        /// The server answered with this status. 429 and 5xx are retried; after any other status the request's data is lost.
        case status(Int)

        /// The exporter finished before everything was delivered.
        case unfinished

        /// Data is or was lost; the text says how much, and why.
        case lost
    }

    /// The kind of failure.
    public let reason: Reason

    /// The server's address, without any password or query.
    public let url: String

    /// What happened, with the server's own message if it sent one.
    public let text: String

    /// How to fix it; empty if there is nothing to fix any more.
    public let remedy: String

    /// Whether the request is retried, as a whole or in smaller parts.
    var isRetried = false

    /// Whether it is retried in smaller parts.
    var isDivided = false

    init(reason: Reason, url: String, text: String, remedy: String) {
        self.reason = reason
        self.url = url.hidingURLSecrets()
        self.text = text.hidingURLSecrets()
        self.remedy = remedy.hidingURLSecrets()
    }

    /// Whether it may go away by itself.
    var isTemporary: Bool {
        switch reason {
        case .unreachable, .status(429), .status(500..<600): true
        case .status, .unfinished, .lost: false
        }
    }

    /// The address, what happened and the remedy in one line.
    public var description: String {
        "\(url): \(text)." + (remedy.isEmpty ? "" : " Remedy: \(remedy)")
            + (isDivided ? " It will be tried again in smaller parts." : isRetried ? " It will be tried again." : "")
    }
}
#endif
