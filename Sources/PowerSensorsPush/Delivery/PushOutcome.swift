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

    /// The exporter finished in the meantime.
    case cancelled

    /// Classifies a response. Of the failures, only 429 and 5xx are temporary.
    init(_ response: PushResponse, from url: String, advice: PushAdvice, now: Int64) {
        let message = response.message.isEmpty ? "" : ": \(oneLine(response.message))"
        let failure = PushFailure(
            reason: .status(response.status), url: url, text: "it answered \(response.status)\(message)",
            remedy: advice.remedy(for: response))
        if 200..<300 ~= response.status {
            self = .delivered
        } else if failure.isTemporary {
            self = .failed(failure, retryAfter: response.retryAfter.flatMap { RetryAfter.duration($0, now: now) })
        } else {
            self = .refused(failure)
        }
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
