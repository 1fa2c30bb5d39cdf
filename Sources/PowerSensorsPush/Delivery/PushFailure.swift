#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Something in an exporter's setting that cannot work.
public struct PushSetupError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it is about, such as the URL, without any password.
    public let subject: String

    /// What is wrong with it.
    public let problem: String

    /// What mends it.
    public let remedy: String

    /// All three as one line.
    public var description: String { "\(subject.safeToShow): \(problem). Remedy: \(remedy)" }
}

/// A server that could not be reached, or did not take what was sent.
///
/// An exporter throws it from its next call, since it delivers in the background. Each ``Reason`` is told once an hour at most.
public struct PushFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which sort of failure it is.
    public enum Reason: Hashable, Sendable {
        /// There was no connection, or no answer in time. It is tried again.
        case unreachable

        /// The server answered with this status. 429 and 5xx are tried again; after any other what was sent is lost.
        case status(Int)

        /// The exporter ended before all was delivered.
        case unfinished
    }

    /// Which sort of failure it is.
    public let reason: Reason

    /// The server's address, without any password.
    public let url: String

    /// What happened, in the server's words where it sent some.
    public let text: String

    /// What mends it.
    public let remedy: String

    /// Whether what was sent is sent again.
    var isTriedAgain = false

    /// Whether it may pass by itself.
    var isPassing: Bool {
        switch reason {
        case .unreachable, .status(429), .status(500..<600): true
        case .status, .unfinished: false
        }
    }

    /// All of it as one line.
    public var description: String {
        "\(url): \(text). Remedy: \(remedy)" + (isTriedAgain ? " It is tried again." : "")
    }
}
#endif
