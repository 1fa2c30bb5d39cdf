#if Exporters
import PowerSensors
import PowerSensorsExporters
import PowerSensorsPush
import PowerSensorsTesting
import Testing

/// The exporter with a scripted server and a manual clock.
@Suite(.timeLimit(.minutes(2)))
struct LokiExporterTests {
    private let clock = ManualClock()
    private let topology = PushSamples.topology()

    private func exporter(
        _ transport: ScriptedTransport, _ environment: PushEnvironment,
        change: (inout LokiConfiguration) -> Void = { _ in }
    ) throws -> LokiExporter {
        var configuration = LokiConfiguration()
        configuration.isCompressed = false
        change(&configuration)
        var exporter = try LokiExporter(
            "http://loki", node: "n1", configuration: configuration, transport: transport, environment: environment)
        try exporter.prepare(for: topology)
        return exporter
    }

    /// A snapshot at the clock's time.
    private func snapshot() -> Snapshot {
        PushSamples.snapshot(topology, after: ManualClock.Instant().duration(to: clock.now).wholeNanoseconds)
    }

    private func lines(_ transport: ScriptedTransport) -> [PushedLine] {
        transport.sent.flatMap { PushedLine.all(in: $0.request.body) }
    }

    @Test func `lines within the batch interval share a request`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        var exporter = try exporter(transport, environment) { $0.batchInterval = .seconds(60) }
        for _ in 0..<5 {
            try exporter.export(snapshot())
            clock.advance(by: .seconds(5))
        }
        try await Task.sleep(for: .milliseconds(20))
        #expect(transport.sent.isEmpty)
        try await clock.run(step: .seconds(1)) { !transport.sent.isEmpty }
        #expect(lines(transport).count == 5)
        try await exporter.finish()
        #expect(exporter.statistics.sent == 5)
    }

    @Test func `a request is no larger than configured`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        var exporter = try exporter(transport, environment) {
            $0.batchInterval = .seconds(3600)
            $0.maximumBatchBytes = 8 << 10
        }
        for number in 0..<200 { try exporter.export(PushSamples.snapshot(topology, after: Int64(number))) }
        try await exporter.finish()
        #expect(lines(transport).count == 200)
        #expect(transport.sent.allSatisfy { $0.request.body.count <= 8 << 10 })
        #expect(transport.sent.count < 20)
    }

    @Test(arguments: [429, 500, 502, 503])
    func `temporary failures are retried no sooner than the server asks`(status: Int) async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { number, _ in
            number < 3 ? PushResponse(status: status, retryAfter: "30") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment)
        try exporter.export(snapshot())
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().sent == 1 }
        let times = transport.sent.map(\.time)
        #expect(times.count == 4)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .seconds(30) })
        #expect(statistics().retried == 3)
        #expect(Set(lines(transport)).count == 1)
        #expect(throws: PushFailure.self) { try exporter.export(snapshot()) }
    }

    @Test func `without Retry-After the delays grow, and are random`() async throws {
        var all: [[Duration]] = []
        for seed in 1...2 as ClosedRange<UInt64> {
            let environment = PushSamples.environment(clock, seed: seed)
            let transport = ScriptedTransport(environment) { number, _ in
                if number < 6 { throw ScriptedTransport.Unreachable() }
                return PushResponse(status: 204)
            }
            var exporter = try exporter(transport, environment)
            try exporter.export(snapshot())
            let statistics = { [exporter] in exporter.statistics }
            try await clock.run { statistics().sent == 1 }
            let times = transport.sent.map(\.time)
            let delays = zip(times, times.dropFirst()).map { $1 - $0 }
            for (index, delay) in delays.enumerated() { #expect(delay >= .milliseconds(250) * (1 << index)) }
            all.append(delays)
        }
        #expect(all.map(\.count) == [6, 6])
    }

    @Test func `a date in Retry-After is respected`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { number, _ in
            number == 0
                ? PushResponse(status: 503, retryAfter: "Sun, 22 Nov 2026 14:01:30 GMT") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment)
        try exporter.export(snapshot())
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().sent == 1 }
        #expect(try #require(transport.sent.last).time >= .seconds(90))
    }

    @Test(arguments: [400, 401, 404, 413, 301])
    func `refused lines are not sent again, and the reason is reported once`(status: Int) async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { _, _ in
            PushResponse(status: status, location: "http://elsewhere", message: "entry too far\n behind\u{1B}[31m")
        }
        var exporter = try exporter(transport, environment) { $0.batchInterval = .zero }
        var failures: [PushFailure] = []
        for round in 1...20 {
            do throws(PushFailure) { try export(&exporter) } catch { failures.append(error) }
            let statistics = { [exporter] in exporter.statistics }
            try await eventually { statistics().refused == round }
        }
        #expect(transport.sent.count == 20)
        let failure = try #require(failures.first)
        #expect(failures.count == 1)
        #expect(failure.reason == .status(status))
        #expect(failure.description.contains("\(status): entry too far behind\u{FFFD}[31m"))
        #expect(!failure.description.contains("\n"))
        #expect(failure.description.contains("http://elsewhere") == (status == 301))
        // After an hour it is reported again. An earlier refusal may be reported late, and then counts.
        clock.advance(by: .seconds(3600))
        var isReported = false
        for _ in 0..<500 where !isReported {
            do throws(PushFailure) { try export(&exporter) } catch { isReported = true }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(isReported)
    }

    private func export(_ exporter: inout LokiExporter) throws(PushFailure) {
        do { try exporter.export(snapshot()) } catch let error as PushFailure { throw error } catch {
            Issue.record(error)
        }
    }

    @Test func `an outage of six hours takes bounded memory, and every dropped line is counted`() async throws {
        let environment = PushSamples.environment(clock)
        let outage = Duration.seconds(6 * 3600)
        // A request may be on its way when the outage ends.
        let arrived = Locked<[Int]>([])
        let transport = ScriptedTransport(environment) { number, _ in
            if environment.elapsed() < outage { throw ScriptedTransport.Unreachable() }
            arrived.withLock { $0.append(number) }
            return PushResponse(status: 204)
        }
        let limit = 200 << 10
        var exporter = try exporter(transport, environment) { $0.maximumQueuedBytes = limit }
        var count = 0
        var reported = 0
        while environment.elapsed() < outage {
            do throws(PushFailure) { try export(&exporter) } catch { reported += 1 }
            count += 1
            #expect(exporter.statistics.queuedBytes <= limit + 4096)
            clock.advance(by: .seconds(5))
            await Task.yield()
        }
        #expect(reported <= 7)
        #expect(exporter.statistics.dropped > count / 2)
        #expect(exporter.statistics.queued + exporter.statistics.dropped == count)
        // With delays of up to 5 minutes there are not many retries in six hours.
        #expect(transport.sent.count < 200)
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run(step: .seconds(10)) { statistics().queued == 0 }
        let result = statistics()
        #expect(result.sent + result.dropped == count)
        let sent = transport.sent
        let delivered = arrived.withLock { $0 }.flatMap { PushedLine.all(in: sent[$0].request.body) }
        let times = delivered.compactMap { Int64($0.time) }
        #expect(times.count == result.sent)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        let newest = PushSamples.wall + Int64(count - 1) * 5_000_000_000
        #expect(times.last == newest)
    }

    @Test func `lines too old for Loki are dropped and counted`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        var exporter = try exporter(transport, environment) { $0.batchInterval = .seconds(3600) }
        try exporter.export(snapshot())
        clock.advance(by: .seconds(168 * 3600))
        // What is lost may have been noticed already.
        do { try exporter.export(snapshot()) } catch { #expect("\(error)".contains("lines are being lost")) }
        await #expect {
            try await exporter.finish()
        } throws: { error in
            "\(error)".contains("1 is lost: 1 was dropped because it had become too old")
        }
        #expect(exporter.statistics.expired == 1)
        #expect(lines(transport).count == 1)
    }

    @Test func `finishing delivers the queue at once, even during a long delay`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { number, _ in
            number == 0 ? PushResponse(status: 503, retryAfter: "3000") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment) { $0.batchInterval = .zero }
        try exporter.export(snapshot())
        let statistics = { [exporter] in exporter.statistics }
        try await eventually { statistics().retried == 1 }
        try await exporter.finish()
        #expect(statistics().sent == 1)
        #expect(environment.elapsed() < .seconds(1))
    }

    @Test func `finishing takes no longer than its limit, and reports what is lost`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { _, _ in
            try await Task.sleep(for: .seconds(3600))
            return PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment)
        for _ in 0..<3 { try exporter.export(snapshot()) }
        var ending = exporter
        let end = Task { try await ending.finish() }
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().abandoned > 0 }
        await #expect {
            try await end.value
        } throws: { error in
            "\(error)".contains("of 3 lines, 0 were delivered and 3 are lost: 3 were left at the end")
        }
        #expect(statistics().abandoned == 3)
        #expect(environment.elapsed() >= .seconds(5))
    }

    @Test func `finishing delivers even in a cancelled task`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        let start = try exporter(transport, environment)
        let snapshot = snapshot()
        let task = Task { [start] in
            while !Task.isCancelled { await Task.yield() }
            var exporter = start
            try exporter.export(snapshot)
            try await exporter.finish()
        }
        task.cancel()
        try await task.value
        #expect(lines(transport).count == 1)
    }

    @Test func `a hanging server delays no call, and the request times out`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { number, _ in
            if number == 0 { try await Task.sleep(for: .seconds(3600)) }
            return PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment)
        try exporter.export(snapshot())
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().sent == 1 }
        #expect(try #require(transport.sent.last).time >= .seconds(10))
        #expect {
            try exporter.export(snapshot())
        } throws: { error in
            (error as? PushFailure)?.reason == .unreachable && "\(error)".contains("no answer within")
        }
    }

    @Test func `the beginning and the end of a power spike become lines`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        var exporter = try exporter(transport, environment) { $0.batchInterval = .seconds(3600) }
        var detector = SpikeDetector(.normal, of: try #require(PushSamples.snapshot(topology).headline))
        func export(_ power: Double, after seconds: Int64) throws {
            let snapshot = PushSamples.snapshot(topology, power: power, after: seconds * 1_000_000_000)
            try exporter.export(snapshot)
            let change = detector.record(Watts(power), over: .seconds(2), until: snapshot.instant)
            if let change { try exporter.export(MonitorEvent(change, of: snapshot)) }
        }
        for number in 0..<40 as Range<Int64> { try export(number == 30 ? 95.5 : 41.2, after: number * 2) }
        try await exporter.finish()
        let events = lines(transport).filter { $0.line.hasPrefix("event=") }
        let figure = "scope=cpu sensor=rapl"
        #expect(
            events.map(\.line) == [
                "event=power_spike \(figure) power_w=95.5 baseline_w=41.2 threshold_w=51.5 generation=1",
                "event=power_spike_end \(figure) peak_w=95.5 baseline_w=41.2 threshold_w=51.5 duration_s=2.0 extra_j=108.6"
                    + " lasting=no generation=1",
            ])
        #expect(events.map(\.time) == [60, 62].map { String(PushSamples.wall + $0 * 1_000_000_000) })
    }

    @Test func `a monitor's events become lines`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let sensors = SensorSet(roots: machine.roots)
        let monitor = try PowerMonitor(MonitorConfiguration(sensors: sensors, interval: .milliseconds(5)))
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        var configuration = LokiConfiguration()
        configuration.interval = .milliseconds(5)
        configuration.batchInterval = .zero
        configuration.isCompressed = false
        let exporter = try LokiExporter(
            "http://loki", node: "n1", configuration: configuration, transport: transport, environment: environment)
        let running = Task { await monitor.export(to: [exporter]) { Issue.record($0) } }
        try await eventually { exporter.statistics.sent > 2 }
        let file = "class/powercap/intel-rapl:0/energy_uj"
        try machine.sysfs.inject(.garbage, at: file)
        try await eventually { lines(transport).contains { $0.line.hasPrefix("event=sensor_lost ") } }
        try machine.sysfs.restore(file)
        try await eventually { lines(transport).contains { $0.line.hasPrefix("event=sensor_back ") } }
        monitor.stop()
        await running.value
        let lost = try #require(lines(transport).first { $0.line.hasPrefix("event=sensor_lost ") })
        #expect(lost.line.contains("channel=rapl/package-0"))
        #expect(lost.line.contains("status="))
        #expect(lost.labels["provenance"] == "measured")
    }

    @Test(arguments: ["", "two words", "line\nend"])
    func `a tenant that a header cannot carry is refused`(tenant: String) {
        let environment = PushSamples.environment(clock)
        #expect(throws: PushSetupError.self) {
            try exporter(ScriptedTransport(environment), environment) { $0.tenant = tenant }
        }
    }
}
#endif
