#if Exporters
import NIOCore
import NIOHTTP1
import NIOPosix
import PowerSensorsExporters

/// Answers clients' queries of the history. Belongs to the endpoint's event loop.
///
/// Queries run one after another on a thread of their own, so that they occupy one processor at most and delay no other
/// client. Clients with the same query share one answer.
final class HistoryService {
    /// An answer, and its compressed form.
    private struct Answer {
        let at: NIODeadline
        let body: EncodedBody
    }

    /// The time for which an answer is not made again.
    private static let maximumAge = TimeAmount.seconds(5)

    /// How many different queries may run or wait.
    private static let maximumWaiting = 8

    /// How many answers are kept.
    private static let maximumKept = 16

    /// The largest answer in bytes: some fifty thousand rows.
    private static let maximumSize = 8 << 20

    private let source: HistorySource
    private let node: String
    private let eventLoop: any EventLoop
    private let worker: NIOThreadPool
    private var answers: [HistoryQuery: Answer] = [:]
    private var waiting: [HistoryQuery: [(Result<EncodedBody, Response>) -> Void]] = [:]

    /// - Parameters:
    ///   - source: What answers the queries.
    ///   - node: The machine's name.
    init(_ source: @escaping HistorySource, node: String, on eventLoop: any EventLoop, worker: NIOThreadPool) {
        self.source = source
        self.node = node
        self.eventLoop = eventLoop
        self.worker = worker
    }

    /// Answers a query, at once or later.
    func answer(_ query: HistoryQuery, then send: @escaping (Result<EncodedBody, Response>) -> Void) {
        let now = NIODeadline.now()
        if let known = answers[query], now - known.at < Self.maximumAge { return send(.success(known.body)) }
        if waiting[query]?.append(send) != nil { return }
        guard waiting.count < Self.maximumWaiting else {
            return send(
                .failure(
                    .text(
                        .serviceUnavailable, "The history is being asked too much; try again in a second.",
                        headers: ["Retry-After": "1"])))
        }
        waiting[query] = [send]
        let (source, node) = (source, node)
        worker.runIfActive(eventLoop: eventLoop) { try Self.body(of: try source(query), node: node) }
            .assumeIsolated().whenComplete { [self] in finish(query, $0) }
    }

    private func finish(_ query: HistoryQuery, _ result: Result<EncodedBody, any Error>) {
        let answer = result.mapError(Self.refusal)
        let now = NIODeadline.now()
        answers = answers.filter { now - $0.value.at < Self.maximumAge }
        if case .success(let body) = answer, answers.count < Self.maximumKept {
            answers[query] = Answer(at: now, body: body)
        }
        for send in waiting.removeValue(forKey: query) ?? [] { send(answer) }
    }

    /// The response to a query that has no answer.
    static func refusal(_ error: any Error) -> Response {
        switch error as? HistoryRefusal {
        case .wrongQuery(let text): .text(.badRequest, text)
        case .unavailable(let text): .text(.serviceUnavailable, text, headers: ["Retry-After": "10"])
        case nil: .text(.serviceUnavailable, "The endpoint is stopping.")
        }
    }

    /// One JSON object that holds the rows, also compressed.
    private static func body(of lines: [UInt8], node: String) throws(HistoryRefusal) -> EncodedBody {
        if lines.count > maximumSize {
            throw .wrongQuery("These are too many rows. Ask for a shorter time, or for rows by hour or day.")
        }
        return EncodedBody(document(of: lines, node: node), by: GzipCompressor())
    }

    private static func document(of lines: [UInt8], node: String) -> [UInt8] {
        JSONWriter.rendering { json in
            json.object { json in
                json.member("version", 1)
                json.member("node", node)
                json.name("rows")
                json.array { json in
                    for line in lines.split(separator: UInt8(ascii: "\n")) { json.rendered(Array(line)) }
                }
            }
        } + [UInt8(ascii: "\n")]
    }
}
#endif
