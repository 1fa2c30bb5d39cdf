#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The outcome of a request.
enum PushOutcome: Sendable {
    /// The server accepted it.
    case delivered

    /// The server rejected it for good.
    case refused(PushFailure)

    /// It may work later, but not before the server's `Retry-After`.
    case failed(PushFailure, retryAfter: Duration?)

    /// The server rejected it for its size.
    case tooLarge(PushFailure, retryAfter: Duration?)

    /// Its contents are sent again in smaller requests, but not before the server's `Retry-After`.
    case divided(PushFailure, retryAfter: Duration?)

    /// The exporter finished in the meantime.
    case cancelled

    /// Classifies a response. Of the failures, only 429 and 5xx are temporary, unless they are about the request's size.
    init(_ response: PushResponse, from url: String, advice: PushAdvice, now: Int64) {
        let retryAfter = response.retryAfter.flatMap { RetryAfter.duration($0, now: now) }
        let message = response.message.isEmpty ? "" : ": \(oneLine(response.message))"
        let failure = PushFailure(
            reason: .status(response.status), url: url, text: "it answered \(response.status)\(message)",
            remedy: advice.remedy(for: response))
        if 200..<300 ~= response.status {
            self = .delivered
        } else if response.isAboutSize {
            self = .tooLarge(failure, retryAfter: retryAfter)
        } else if failure.isTemporary {
            self = .failed(failure, retryAfter: retryAfter)
        } else {
            self = .refused(failure)
        }
    }
}

extension PushResponse {
    /// What servers say of a request that is too large for them: gRPC behind Loki's distributor, which answers 500
    /// (grafana/loki#2271), Loki's own reader of bodies, and proxies.
    private static let complaintsAboutSize = [
        "message larger than max", "message size too large", "request body too large",
        "request entity too large",
    ]

    /// Whether the server refused the request for its size as a whole, so that a smaller one may pass.
    fileprivate var isAboutSize: Bool {
        if status == 413 { return true }
        guard status == 400 || 500..<600 ~= status else { return false }
        let message = message.lowercased()
        return Self.complaintsAboutSize.contains { message.contains($0) }
    }
}

/// A foreign message as part of one line: without line breaks, and cut after 500 characters.
func oneLine(_ message: String) -> String {
    let words = message.split(whereSeparator: \.isWhitespace).joined(separator: " ").safeToShow
    return words.count > 500 ? words.prefix(500) + "…" : words
}

/// The remedies for a server's answers.
struct PushAdvice: Sendable {
    /// The server's name.
    let server: String

    /// The remedy for 401 and 403.
    let authorization: String

    /// The remedy for 404 and 405.
    let path: String

    /// The remedy for other refusals.
    let refusal: String

    func remedy(for response: PushResponse) -> String {
        switch response.status {
        case 300..<400:
            let target = response.location.map { " \($0.safeToShow)" } ?? ""
            return "Use the address that it points to:\(target)."
        case 401, 403: return authorization
        case 404, 405: return path
        case 429: return "If this persists, raise \(server)'s limits or the interval."
        case 500..<600: return "Check \(server)'s log."
        default: return refusal
        }
    }
}
#endif
