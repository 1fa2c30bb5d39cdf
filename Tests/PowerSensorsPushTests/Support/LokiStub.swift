#if Exporters
import Foundation
import NIOHTTP1
import PowerSensors

/// Answers pushes as Loki 3.4.6 with default limits does, except that it knows no protobuf.
final class LokiStub: Sendable {
    private struct State: Sendable {
        var stored: [PushedLine] = []
        /// The latest time in each stream.
        var latest: [[String: String]: Int64] = [:]
        /// What remains of the permitted burst of 6 MB.
        var burst = 6_000_000
        /// The answers to the next requests, whatever they contain.
        var script: [HTTPStub.Answer] = []
    }

    private let wallNanoseconds: @Sendable () -> Int64
    private let requiresTenant: Bool
    private let checksAge: Bool
    private let hasSchemaOf1970: Bool
    private let state = Locked(State())

    init(
        requiresTenant: Bool = false, checksAge: Bool = true, hasSchemaOf1970: Bool = false,
        wallNanoseconds: @escaping @Sendable () -> Int64
    ) {
        self.requiresTenant = requiresTenant
        self.checksAge = checksAge
        self.hasSchemaOf1970 = hasSchemaOf1970
        self.wallNanoseconds = wallNanoseconds
    }

    /// The lines that a query would find.
    var stored: [PushedLine] { state.withLock { $0.stored } }

    /// Sets the answers to the next requests, whatever they contain.
    func script(_ answers: [HTTPStub.Answer]) { state.withLock { $0.script = answers } }

    func answer(_ request: HTTPStub.Request) -> HTTPStub.Answer {
        let scripted = state.withLock { $0.script.isEmpty ? nil : $0.script.removeFirst() }
        return scripted ?? push(request)
    }

    private func push(_ request: HTTPStub.Request) -> HTTPStub.Answer {
        if requiresTenant, request.headers["X-Scope-OrgID"].isEmpty { return .status(401, body: "no org id") }
        switch request.path {
        case "/loki/api/v1/push": break
        // The old API's decoder finds no entries in a body of today's format.
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
        var problems: [String] = []
        for stream in streams {
            guard var labels = stream["stream"] as? [String: String], let values = stream["values"] as? [[Any]] else {
                return .status(400, body: "couldn't parse push request: no labels or values")
            }
            if labels.count > 15 { return .status(400, body: "stream has \(labels.count) label names; limit 15") }
            if labels.keys.contains(where: { $0.contains("-") }) { return .status(400, body: "error parsing labels") }
            if labels.isEmpty { labels = ["service_name": "unknown_service"] }
            for value in values {
                // The time must be a string of digits: neither a number nor RFC 3339.
                guard value.count >= 2, let time = value[0] as? String, let nanoseconds = Int64(time),
                    let line = value[1] as? String
                else { return .status(400, body: "couldn't parse push request: invalid timestamp") }
                let metadata = value.count > 2 ? value[2] as? [String: String] : nil
                let entry = PushedLine(labels: labels, time: time, line: line, metadata: metadata)
                // Without the age check, an entry from 1970 is accepted but never found if a schema reaches back that far;
                // otherwise it is an internal server error.
                if !checksAge, nanoseconds < 1_000_000_000_000_000_000, state.withLock({ $0.latest[labels] }) == nil {
                    if hasSchemaOf1970 { continue }
                    return .status(500, body: "no schema config found for time \(nanoseconds)")
                }
                if let problem = store(entry, at: nanoseconds) { problems.append(problem) }
            }
        }
        return problems.isEmpty ? .status(204) : .status(400, body: problems.joined(separator: "\n"))
    }

    /// Stores a valid entry; returns the problem of an invalid one.
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
            let latest = state.latest[entry.labels] ?? nanoseconds
            if nanoseconds < latest - hour { return "entry too far behind" }
            state.latest[entry.labels] = max(latest, nanoseconds)
            if !state.stored.contains(entry) { state.stored.append(entry) }
            return nil
        }
    }
}
#endif
