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
    /// How many different queries may run or wait.
    private static let maximumWaiting = 8

    private let source: HistorySource
    private let node: String
    private let eventLoop: any EventLoop
    private let worker: NIOThreadPool
    /// The answers of the last seconds, in at most 4 MB.
    private var answers = RecentAnswers<HistoryQuery, EncodedBody>(maximumAge: 5_000_000_000, maximumSize: 4 << 20)
    /// Whether they are going to be removed when they are old.
    private var isCleaningUp = false
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
        if let known = answers.answer(query, at: NIODeadline.now().uptimeNanoseconds) { return send(.success(known)) }
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
        if case .success(let body) = answer {
            answers.insert(body, of: body.size, to: query, at: NIODeadline.now().uptimeNanoseconds)
            cleanUpLater()
        }
        for send in waiting.removeValue(forKey: query) ?? [] { send(answer) }
    }

    /// Removes answers when they are old, also if nobody asks again.
    private func cleanUpLater() {
        if isCleaningUp || answers.isEmpty { return }
        isCleaningUp = true
        let service = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleTask(in: .nanoseconds(Int64(clamping: answers.maximumAge))) {
            let service = service.value
            service.isCleaningUp = false
            service.answers.removeOld(at: NIODeadline.now().uptimeNanoseconds)
            service.cleanUpLater()
        }
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
        if lines.count > HistoryQuery.maximumSize {
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
