#if Exporters
import PowerSensors
import PowerSensorsExporters
import PowerSensorsPush
import PowerSensorsTestSupport
import Testing

/// Servers that refuse requests for their size or their rate.
@Suite(.timeLimit(.minutes(2)))
struct LokiLimitTests {
    private let clock = ManualClock()
    private let topology = PushSamples.topology()

    private func exporter(
        _ transport: ScriptedTransport, change: (inout LokiConfiguration) -> Void = { _ in }
    ) throws -> LokiExporter {
        var configuration = LokiConfiguration()
        configuration.isCompressed = false
        configuration.batchInterval = .seconds(3600)
        configuration.finishLimit = .seconds(100_000)
        change(&configuration)
        var exporter = try LokiExporter(
            "http://loki", node: "n1", configuration: configuration, transport: transport,
            environment: PushSamples.environment(clock))
        try exporter.prepare(for: topology)
        return exporter
    }

    /// Finishes while the clock runs, and returns the failure.
    private func finish(_ exporter: LokiExporter) async throws -> (any Error)? {
        let outcome = Locked<Result<Void, any Error>?>(nil)
        let task = Task {
            var exporter = exporter
            do {
                try await exporter.finish()
                outcome.withLock { $0 = .success(()) }
            } catch { outcome.withLock { $0 = .failure(error) } }
        }
        try await clock.run { outcome.withLock { $0 != nil } }
        await task.value
        guard case .failure(let error) = outcome.withLock({ $0 }) else { return nil }
        return error
    }

    private func lines(_ transport: ScriptedTransport, sent isSent: (ScriptedTransport.Sent) -> Bool) -> [PushedLine] {
        transport.sent.filter(isSent).flatMap { PushedLine.all(in: $0.request.body) }
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let status: Int
        var message = ""
        var retryAfter: String?

        var response: PushResponse { PushResponse(status: status, retryAfter: retryAfter, message: message) }
    }

    // Real answers: grafana/loki#2271 for gRPC, and Loki's distributor for the rate.
    private static let refusals = [
        Refusal(testDescription: "413", status: 413),
        Refusal(
            testDescription: "500 of gRPC", status: 500,
            message:
                "rpc error: code = ResourceExhausted desc = grpc: received message larger than max (5229930 vs. 4194304)"
        ),
        Refusal(
            testDescription: "400 of gRPC", status: 400, message: "grpc: received message larger than max (9 vs. 4)"),
        Refusal(
            testDescription: "429 for a burst", status: 429,
            message: "Ingestion rate limit exceeded for user fake (limit: 4194304 bytes/sec) while attempting to ingest"
                + " '4082' lines totaling '7820025' bytes, reduce log volume"),
    ]

    @Test(arguments: refusals)
    func `a request that is too large is halved until it passes, and every line arrives`(refusal: Refusal) async throws
    {
        let limit = 2000
        let transport = ScriptedTransport(PushSamples.environment(clock)) { _, request in
            request.body.count > limit ? refusal.response : PushResponse(status: 204)
        }
        let start = try exporter(transport)
        var exporter = start
        for number in 0..<300 { try exporter.export(PushSamples.snapshot(topology, after: Int64(number))) }
        #expect(try await finish(exporter) == nil)
        let arrived = lines(transport) { $0.request.body.count <= limit }
        #expect(arrived.map(\.time) == (0..<300).map { String(PushSamples.wall + $0) })
        let statistics = exporter.statistics
        #expect(statistics.sent == 300)
        #expect(statistics.refused == 0)
        // From all lines to five takes six requests; afterwards a larger one is tried now and then.
        let refused = transport.sent.count { $0.request.body.count > limit }
        #expect(refused == statistics.retried)
        #expect(refused >= 6 && refused < 20, "\(refused) of \(transport.sent.count)")
    }

    @Test func `after enough successes requests grow again`() async throws {
        let areAllWaiting = Locked(false)
        let transport = ScriptedTransport(PushSamples.environment(clock)) { number, _ in
            while !areAllWaiting.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            return PushResponse(status: number < 6 ? 413 : 204)
        }
        var exporter = try exporter(transport) { $0.maximumBatchBytes = 64 << 10 }
        for number in 0..<4000 { try exporter.export(PushSamples.snapshot(topology, after: Int64(number))) }
        areAllWaiting.withLock { $0 = true }
        #expect(try await finish(exporter) == nil)
        let counts = transport.sent.dropFirst(6).map { PushedLine.all(in: $0.request.body).count }
        #expect(counts.reduce(0, +) == 4000)
        #expect(Set(counts.prefix(16)).count == 1, "it stays small for a while")
        let largest = try #require(counts.max())
        #expect(largest > 16 * counts[0])
        #expect(zip(counts, counts.dropFirst()).allSatisfy { $1 <= $0 + $0 / 8 + 2 }, "it grows a little each time")
    }

    @Test(arguments: [413, 400])
    func `a line that is too large alone is refused, and the others arrive`(status: Int) async throws {
        let marker = "p7 "
        let transport = ScriptedTransport(PushSamples.environment(clock)) { _, request in
            String(decoding: request.body, as: UTF8.self).contains(marker)
                ? PushResponse(status: status, message: "grpc: received message larger than max (9 vs. 4)")
                : PushResponse(status: 204)
        }
        var exporter = try exporter(transport)
        try exporter.export(PushSamples.attributed(topology, processes: 40))
        let failure = try #require(try await finish(exporter))
        #expect("\(failure)".contains("of 42 lines, 41 were delivered and 1 is lost: 1 was refused"), "\(failure)")
        #expect("\(failure)".contains("larger than max"))
        #expect(exporter.statistics.refused == 1)
        #expect(exporter.statistics.sent == 41)
        let arrived = lines(transport) { !String(decoding: $0.request.body, as: UTF8.self).contains(marker) }
        #expect(Set(arrived).count == 41)
    }

    @Test func `a request refused for its rate is halved, and sent again no sooner than the server asks`() async throws
    {
        let transport = ScriptedTransport(PushSamples.environment(clock)) { number, _ in
            number < 4 ? PushResponse(status: 429, retryAfter: "30") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport)
        for number in 0..<64 { try exporter.export(PushSamples.snapshot(topology, after: Int64(number))) }
        #expect(try await finish(exporter) == nil)
        #expect(exporter.statistics.sent == 64)
        let times = transport.sent.prefix(5).map(\.time)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .seconds(30) })
        let sizes = transport.sent.prefix(5).map(\.request.body.count)
        for (before, after) in zip(sizes, sizes.dropFirst()) { #expect(after <= max(before / 2 + 200, 700)) }
    }

    @Test func `a single line is refused only after it met the rate limit ten times, and another passed`() async throws
    {
        let transport = ScriptedTransport(PushSamples.environment(clock)) { _, request in
            String(decoding: request.body, as: UTF8.self).contains(String(PushSamples.wall))
                ? PushResponse(status: 429, message: "Per stream rate limit exceeded") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport) { $0.batchInterval = .zero }
        try exporter.export(PushSamples.snapshot(topology))
        try await clock.run(step: .seconds(10)) { transport.sent.count >= 30 }
        #expect(exporter.statistics.queued == 1, "alone it is tried for as long as it waits")
        try? exporter.export(PushSamples.snapshot(topology, after: 1))
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run(step: .seconds(1)) { statistics().sent + statistics().refused == 2 }
        #expect(statistics().refused == 1)
    }

    @Test func `a rate limit that others exceed for hours loses no line`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { _, _ in
            environment.elapsed() < .seconds(3 * 3600)
                ? PushResponse(status: 429, message: "Ingestion rate limit exceeded") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport) { $0.batchInterval = .zero }
        for number in 0..<20 { try? exporter.export(PushSamples.snapshot(topology, after: Int64(number))) }
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run(step: .seconds(10)) { statistics().queued == 0 }
        #expect(statistics().sent == 20)
        #expect(statistics().refused == 0)
        #expect(transport.sent.count > 40)
        let arrived = lines(transport) { $0.time >= .seconds(3 * 3600) }
        #expect(arrived.map(\.time).sorted() == (0..<20).map { String(PushSamples.wall + $0) })
    }

    @Test func `each line has tries of its own, whatever became of the one before`() async throws {
        let environment = PushSamples.environment(clock)
        let second: Int64 = 1_000_000_000
        let (first, next) = (String(PushSamples.wall), String(PushSamples.wall + 20_000 * second))
        let transport = ScriptedTransport(environment) { _, request in
            let body = String(decoding: request.body, as: UTF8.self)
            return PushResponse(status: body.contains(first) || body.contains(next) ? 429 : 204)
        }
        var exporter = try exporter(transport) {
            $0.batchInterval = .zero
            $0.maximumAge = .seconds(100)
        }
        let statistics = { [exporter] in exporter.statistics }
        try exporter.export(PushSamples.snapshot(topology))
        try? exporter.export(PushSamples.snapshot(topology, after: 20_000 * second))
        try? exporter.export(PushSamples.snapshot(topology, after: 40_000 * second))
        try await clock.run(step: .seconds(1)) { statistics().expired == 1 }
        try await clock.run(step: .seconds(10)) { statistics().queued == 0 }
        func tries(of line: String) -> Int {
            transport.sent.count { PushedLine.all(in: $0.request.body).map(\.time) == [line] }
        }
        #expect(tries(of: first) > 3)
        // Ten, and once more after another line has passed.
        #expect(tries(of: next) == 11)
    }

    @Test(arguments: [
        "Maximum active stream limit exceeded when trying to create stream {provenance=\"attributed\"}",
        "Per stream rate limit exceeded (limit: 3MB/sec) while attempting to ingest for stream",
    ])
    func `a limit on consumers' lines does not hold back the host's`(message: String) async throws {
        let transport = ScriptedTransport(PushSamples.environment(clock)) { _, request in
            String(decoding: request.body, as: UTF8.self).contains("attributed")
                ? PushResponse(status: 429, retryAfter: "600", message: message) : PushResponse(status: 204)
        }
        var exporter = try exporter(transport) { $0.batchInterval = .seconds(1) }
        let statistics = { [exporter] in exporter.statistics }
        for round in 1...20 {
            let time = ManualClock.Instant().duration(to: clock.now).wholeNanoseconds
            try? exporter.export(PushSamples.attributed(topology, processes: 30, after: time))
            try await clock.run { statistics().sent == round }
        }
        #expect(statistics().queued == 20 * 31)
        let host = transport.sent.filter { !String(decoding: $0.request.body, as: UTF8.self).contains("attributed") }
        #expect(host.count == 20)
        #expect(transport.sent.count - host.count < 5)
    }

    @Test func `the host's lines go first`() async throws {
        let transport = ScriptedTransport(PushSamples.environment(clock))
        var exporter = try exporter(transport)
        for number in 0..<3 {
            try exporter.export(PushSamples.attributed(topology, processes: 5, after: Int64(number)))
        }
        #expect(try await finish(exporter) == nil)
        let labels = transport.sent.map {
            Set(PushedLine.all(in: $0.request.body).map { $0.labels["provenance"] ?? "" })
        }
        #expect(labels == [["measured"], ["attributed"]])
    }

    @Test(arguments: 0..<10)
    func `every line is delivered, dropped, expired, refused or still waiting`(seed: UInt64) async throws {
        let environment = PushSamples.environment(clock, seed: seed)
        let transport = ScriptedTransport(environment) { number, request in
            var generator = SeededGenerator(seed: seed &* 1000 &+ UInt64(number))
            switch Int.random(in: 0..<10, using: &generator) {
            case 0: throw ScriptedTransport.Unreachable()
            case 1: return PushResponse(status: 413)
            case 2: return PushResponse(status: 429, retryAfter: "20")
            case 3: return PushResponse(status: 400, message: "entry too far behind")
            case 4, 5: return PushResponse(status: 503)
            default: return PushResponse(status: request.body.count > 4000 ? 413 : 204)
            }
        }
        var exporter = try exporter(transport) {
            $0.batchInterval = .seconds(1)
            $0.maximumQueuedBytes = 64 << 10
            $0.maximumAge = .seconds(40)
        }
        var offered = 0
        for _ in 0..<200 {
            let time = ManualClock.Instant().duration(to: clock.now).wholeNanoseconds
            try? exporter.export(PushSamples.attributed(topology, processes: 20, after: time))
            offered += 22
            clock.advance(by: .seconds(2))
            try await Task.sleep(for: .milliseconds(1))
            let now = exporter.statistics
            #expect(now.sent + now.queued + now.dropped + now.expired + now.refused == offered)
        }
        let failure = try await finish(exporter)
        let end = exporter.statistics
        #expect(end.sent + end.dropped + end.expired + end.refused + end.abandoned == offered)
        let text = try #require(failure.map { "\($0)" })
        #expect(text.contains("of \(offered) lines, \(end.sent) were delivered and \(offered - end.sent) are lost"))
        #expect(end.refused == 0 || text.contains("\(end.refused) were refused"))
        #expect(end.expired == 0 || text.contains("\(end.expired) were dropped because they had become too old"))
    }

    @Test func `a loss is reported once when it begins, once when it is over, and in total at the end`() async throws {
        let environment = PushSamples.environment(clock)
        let outage = Duration.seconds(7200)
        let transport = ScriptedTransport(environment) { _, _ in
            if environment.elapsed() < outage { throw ScriptedTransport.Unreachable() }
            return PushResponse(status: 204)
        }
        var exporter = try exporter(transport) {
            $0.batchInterval = .zero
            $0.maximumQueuedBytes = 64 << 10
        }
        var reports: [(time: Duration, text: String)] = []
        while environment.elapsed() < .seconds(9000) {
            let time = ManualClock.Instant().duration(to: clock.now).wholeNanoseconds
            do { try exporter.export(PushSamples.snapshot(topology, after: time)) } catch {
                reports.append((environment.elapsed(), "\(error)"))
            }
            clock.advance(by: .seconds(5))
            try await Task.sleep(for: .microseconds(500))
        }
        let begin = reports.filter { $0.text.contains("lines are being lost") && !$0.text.contains("no more") }
        let end = reports.filter { $0.text.contains("no more lines are being lost") }
        try #require(begin.count == 1 && end.count == 1, "\(reports)")
        #expect(begin[0].text.contains("64 KiB") && begin[0].time < .seconds(3600))
        #expect(end[0].time > outage + .seconds(300))
        let dropped = exporter.statistics.dropped
        #expect(end[0].text.contains("\(dropped) were dropped because too many were waiting"))
        let failure = try #require(try await finish(exporter))
        #expect("\(failure)".contains("of 1800 lines, \(1800 - dropped) were delivered and \(dropped) are lost"))
        let page = exporter.statistics.counts
        var format = PrometheusFormat(version: "1")
        format.deliveries.append { page }
        format.prepare(for: topology)
        var bytes: [UInt8] = []
        format.append(PushSamples.snapshot(topology), in: .text, age: .zero, to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("\npowersensors_loki_lines_total{outcome=\"dropped\"} \(dropped)\n"))
        #expect(text.contains("\npowersensors_loki_lines_total{outcome=\"refused\"} 0\n"))
    }

    @Test func `snapshots that came too fast are counted`() async throws {
        var exporter = try exporter(ScriptedTransport(PushSamples.environment(clock)))
        for skipped in [0, 3, 0, 2] {
            var snapshot = PushSamples.snapshot(topology)
            snapshot.skipped = skipped
            try exporter.export(snapshot)
        }
        #expect(try await finish(exporter) == nil)
        #expect(exporter.statistics.skippedSnapshots == 5)
        #expect(exporter.statistics.sent == 4)
    }

    @Test func `the longest outage follows from the size of the lines, and the host's last longer`() throws {
        let transport = ScriptedTransport(PushSamples.environment(clock))
        let exporter = try exporter(transport)
        let alone = exporter.longestOutage(PushSamples.snapshot(topology), consumers: 0)
        #expect(alone.all == alone.host)
        let crowd = exporter.longestOutage(PushSamples.attributed(topology, processes: 100), consumers: 0)
        #expect(crowd.host == alone.host)
        #expect(crowd.all < alone.host / 20)
        let expected = exporter.longestOutage(PushSamples.snapshot(topology), consumers: 100)
        #expect(expected.all < alone.host / 20)
    }
}
#endif
