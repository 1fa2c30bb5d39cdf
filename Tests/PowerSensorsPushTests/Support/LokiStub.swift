#if Exporters
import Foundation
import NIOHTTP1
import PowerSensors

/// Judges pushes as a Loki 3.4.6 with its default limits was seen to, but for protobuf, which nobody here sends.
final class LokiStub: Sendable {
    private struct State: Sendable {
        var stored: [PushedLine] = []
        /// The newest time of each stream.
        var heads: [[String: String]: Int64] = [:]
        /// What is left of the burst of 6 MB.
        var burst = 6_000_000
        /// What to do instead, request by request.
        var script: [HTTPStub.Answer] = []
    }

    private let wallNanoseconds: @Sendable () -> Int64
    private let wantsTenant: Bool
    private let checksAge: Bool
    private let hasSchemaOf1970: Bool
    private let state = Guarded(State())

    init(
        wantsTenant: Bool = false, checksAge: Bool = true, hasSchemaOf1970: Bool = false,
        wallNanoseconds: @escaping @Sendable () -> Int64
    ) {
        self.wantsTenant = wantsTenant
        self.checksAge = checksAge
        self.hasSchemaOf1970 = hasSchemaOf1970
        self.wallNanoseconds = wallNanoseconds
    }

    /// What a query would find.
    var stored: [PushedLine] { state.withLock { $0.stored } }

    /// Answers the next requests so, whatever they hold; after them it is itself again.
    func script(_ answers: [HTTPStub.Answer]) { state.withLock { $0.script = answers } }

    func answer(_ request: HTTPStub.Request) -> HTTPStub.Answer {
        let scripted = state.withLock { $0.script.isEmpty ? nil : $0.script.removeFirst() }
        return scripted ?? judge(request)
    }

    private func judge(_ request: HTTPStub.Request) -> HTTPStub.Answer {
        if wantsTenant, request.headers["X-Scope-OrgID"].isEmpty { return .status(401, body: "no org id") }
        switch request.path {
        case "/loki/api/v1/push": break
        // The decoder of old finds no entries in a body of today, and stores none.
        case "/api/prom/push": return .status(204)
        default: return .status(404, body: "404 page not found")
        }
        guard ["identity", "gzip", "deflate"].contains(request.headers.first(name: "Content-Encoding") ?? "identity")
        else {
            return .status(400, body: "Content-Encoding not supported")
        }
        guard request.headers.first(name: "Content-Type")?.hasPrefix("application/json") == true else {
            return .status(400, body: "Content-Type not supported")
        }
        let isWithinBurst = state.withLock { state in
            guard request.body.count <= state.burst else { return false }
            state.burst -= request.body.count
            return true
        }
        guard isWithinBurst else { return .status(429, body: "ingestion rate limit exceeded") }
        guard let root = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any],
            let streams = root["streams"] as? [[String: Any]]
        else { return .status(400, body: "couldn't parse push request") }
        if streams.isEmpty { return .status(422, body: "at least one valid stream is required for ingestion") }
        return store(streams)
    }

    private func store(_ streams: [[String: Any]]) -> HTTPStub.Answer {
        var complaints: [String] = []
        for stream in streams {
            guard var labels = stream["stream"] as? [String: String], let values = stream["values"] as? [[Any]] else {
                return .status(400, body: "couldn't parse push request: no labels or values")
            }
            if labels.count > 15 { return .status(400, body: "stream has \(labels.count) label names; limit 15") }
            if labels.keys.contains(where: { $0.contains("-") }) { return .status(400, body: "error parsing labels") }
            if labels.isEmpty { labels = ["service_name": "unknown_service"] }
            for value in values {
                // A number is no text, and RFC 3339 no number.
                guard value.count >= 2, let time = value[0] as? String, let nanoseconds = Int64(time),
                    let line = value[1] as? String
                else { return .status(400, body: "couldn't parse push request: invalid timestamp") }
                let metadata = value.count > 2 ? value[2] as? [String: String] : nil
                let entry = PushedLine(labels: labels, time: time, line: line, metadata: metadata)
                // With the check of ages off, where a schema reaches back to 1970, an entry is taken that no query finds;
                // where none does, that is the server's own failure.
                if !checksAge, nanoseconds < 1_000_000_000_000_000_000, state.withLock({ $0.heads[labels] }) == nil {
                    if hasSchemaOf1970 { continue }
                    return .status(500, body: "no schema config found for time \(nanoseconds)")
                }
                if let complaint = store(entry, at: nanoseconds) { complaints.append(complaint) }
            }
        }
        return complaints.isEmpty ? .status(204) : .status(400, body: complaints.joined(separator: "\n"))
    }

    /// Stores a good entry; says what is wrong with another.
    private func store(_ entry: PushedLine, at nanoseconds: Int64) -> String? {
        let now = wallNanoseconds()
        let hour: Int64 = 3_600_000_000_000
        return state.withLock { state in
            if entry.line.utf8.count > 256 << 10 { return "max entry size exceeded" }
            if checksAge, nanoseconds < now - 7 * 24 * hour {
                let date = Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000)).ISO8601Format()
                return "entry has timestamp too old: \(date)"
            }
            if nanoseconds > now + hour / 6 { return "entry has timestamp too new" }
            let head = state.heads[entry.labels] ?? nanoseconds
            if nanoseconds < head - hour { return "entry too far behind" }
            state.heads[entry.labels] = max(head, nanoseconds)
            if !state.stored.contains(entry) { state.stored.append(entry) }
            return nil
        }
    }
}
#endif
