#if Exporters
import PowerSensors
import PowerSensorsExporters

/// What became of a request.
enum PushOutcome: Sendable {
    /// The server has it.
    case delivered

    /// The server will never take it.
    case refused(PushFailure)

    /// It may work later, though not before the server's `Retry-After`.
    case failed(PushFailure, retryAfter: Duration?)

    /// The exporter ended meanwhile.
    case cancelled

    /// Judges an answer: of the failures only 429 and 5xx may pass by themselves.
    init(_ response: PushResponse, from url: String, _ advice: PushAdvice, now: Int64) {
        let answer = response.message.isEmpty ? "" : ": \(oneLine(response.message))"
        let failure = PushFailure(
            reason: .status(response.status), url: url, text: "it answered \(response.status)\(answer)",
            remedy: advice.remedy(for: response))
        if 200..<300 ~= response.status {
            self = .delivered
        } else if failure.isPassing {
            self = .failed(failure, retryAfter: response.retryAfter.flatMap { RetryAfter.duration($0, now: now) })
        } else {
            self = .refused(failure)
        }
    }

}

/// Somebody else's words as a part of one line.
func oneLine(_ message: String) -> String {
    let words = message.split(whereSeparator: \.isWhitespace).joined(separator: " ").safeToShow
    return words.count > 500 ? words.prefix(500) + "…" : words
}

/// What to tell people about a server's answers.
struct PushAdvice: Sendable {
    /// What the server is called.
    let server: String

    /// What 401 and 403 may lack.
    let authorisation: String

    /// What 404 and 405 mean.
    let path: String

    /// What is lost by a refusal.
    let refusal: String

    func remedy(for response: PushResponse) -> String {
        switch response.status {
        case 300..<400:
            let target = response.location.map { " \($0.safeToShow)" } ?? ""
            return "Name the address that it points to:\(target)."
        case 401, 403: return authorisation
        case 404, 405: return path
        case 429: return "Where it lasts, raise \(server)'s limits or the interval."
        case 500..<600: return "See \(server)'s own log."
        default: return refusal
        }
    }
}
#endif
