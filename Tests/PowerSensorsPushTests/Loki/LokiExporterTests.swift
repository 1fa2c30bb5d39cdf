#if Exporters
import PowerSensors
import PowerSensorsExporters
import PowerSensorsPush
import PowerSensorsTesting
import Testing

/// The exporter against a server that is a function, and a clock that the test moves.
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
        configuration.spikes = nil
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

    @Test func `lines of a while go together`() async throws {
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

    @Test func `a request holds no more than was allowed`() async throws {
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
    func `what may work later is tried again, not before the server wants it`(status: Int) async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { number, _ in
            number < 3 ? PushResponse(status: status, retryAfter: "30") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment)
        try exporter.export(snapshot())
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().sent == 1 }
        let times = transport.sent.map(\.at)
        #expect(times.count == 4)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 >= .seconds(30) })
        #expect(statistics().retried == 3)
        #expect(Set(lines(transport)).count == 1)
        #expect(throws: PushFailure.self) { try exporter.export(snapshot()) }
    }

    @Test func `without a wish of the server the waits grow, and differ by chance`() async throws {
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
            let times = transport.sent.map(\.at)
            let waits = zip(times, times.dropFirst()).map { $1 - $0 }
            for (index, wait) in waits.enumerated() { #expect(wait >= .milliseconds(250) * (1 << index)) }
            all.append(waits)
        }
        #expect(all.map(\.count) == [6, 6])
    }

    @Test func `a date in Retry-After is waited for`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { number, _ in
            number == 0
                ? PushResponse(status: 503, retryAfter: "Sun, 22 Nov 2026 14:01:30 GMT") : PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment)
        try exporter.export(snapshot())
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().sent == 1 }
        #expect(try #require(transport.sent.last).at >= .seconds(90))
    }

    @Test(arguments: [400, 401, 404, 413, 301])
    func `what Loki refuses is not sent again, and told once however often it comes`(status: Int) async throws {
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
        // After an hour it is told again. What was refused before may be told late, and then is the one.
        clock.advance(by: .seconds(3600))
        var isTold = false
        for _ in 0..<500 where !isTold {
            do throws(PushFailure) { try export(&exporter) } catch { isTold = true }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(isTold)
    }

    private func export(_ exporter: inout LokiExporter) throws(PushFailure) {
        do { try exporter.export(snapshot()) } catch let error as PushFailure { throw error } catch {
            Issue.record(error)
        }
    }

    @Test func `an outage of six hours costs bounded memory, and every dropped line is counted`() async throws {
        let environment = PushSamples.environment(clock)
        let outage = Duration.seconds(6 * 3600)
        let transport = ScriptedTransport(environment) { _, _ in
            if environment.elapsed() < outage { throw ScriptedTransport.Unreachable() }
            return PushResponse(status: 204)
        }
        let limit = 200 << 10
        var exporter = try exporter(transport, environment) { $0.maximumQueuedBytes = limit }
        var count = 0
        var told = 0
        while environment.elapsed() < outage {
            do throws(PushFailure) { try export(&exporter) } catch { told += 1 }
            count += 1
            #expect(exporter.statistics.queuedBytes <= limit + 4096)
            clock.advance(by: .seconds(5))
            await Task.yield()
        }
        #expect(told <= 7)
        #expect(exporter.statistics.dropped > count / 2)
        #expect(exporter.statistics.queued + exporter.statistics.dropped == count)
        // At 5 minutes a try and more, six hours are not many of them.
        #expect(transport.sent.count < 200)
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run(step: .seconds(10)) { statistics().queued == 0 }
        let result = statistics()
        #expect(result.sent + result.dropped == count)
        let delivered = transport.sent.filter { $0.at >= outage }.flatMap { PushedLine.all(in: $0.request.body) }
        let times = delivered.compactMap { Int64($0.time) }
        #expect(times.count == result.sent)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        let newest = PushSamples.wall + Int64(count - 1) * 5_000_000_000
        #expect(times.last == newest)
    }

    @Test func `lines that Loki would take no more are given up, and counted`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        var exporter = try exporter(transport, environment) { $0.batchInterval = .seconds(3600) }
        try exporter.export(snapshot())
        clock.advance(by: .seconds(168 * 3600))
        try exporter.export(snapshot())
        try await exporter.finish()
        #expect(exporter.statistics.expired == 1)
        #expect(lines(transport).count == 1)
    }

    @Test func `the end delivers what waits, though the waits before were long`() async throws {
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

    @Test func `the end waits no longer than its limit, and says what is lost`() async throws {
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
            "\(error)".contains("3 lines could not be delivered")
        }
        #expect(statistics().abandoned == 3)
        #expect(environment.elapsed() >= .seconds(5))
    }

    @Test func `the end delivers also in a task that was cancelled`() async throws {
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

    @Test func `a server that hangs holds no call up, and is given up after a while`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment) { number, _ in
            if number == 0 { try await Task.sleep(for: .seconds(3600)) }
            return PushResponse(status: 204)
        }
        var exporter = try exporter(transport, environment)
        try exporter.export(snapshot())
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().sent == 1 }
        #expect(try #require(transport.sent.last).at >= .seconds(10))
        #expect {
            try exporter.export(snapshot())
        } throws: { error in
            (error as? PushFailure)?.reason == .unreachable && "\(error)".contains("no answer within")
        }
    }

    @Test func `a power spike is an event, and so is what befalls a sensor`() async throws {
        let environment = PushSamples.environment(clock)
        let transport = ScriptedTransport(environment)
        var exporter = try exporter(transport, environment) {
            $0.spikes = SpikeRule()
            $0.batchInterval = .seconds(3600)
        }
        for number in 0..<20 {
            let power = number == 15 ? 95.5 : 41.2
            try exporter.export(PushSamples.snapshot(topology, power: power, after: Int64(number) * 2_000_000_000))
        }
        try await exporter.finish()
        let events = lines(transport).filter { $0.line.hasPrefix("event=") }
        #expect(
            events.map(\.line) == [
                "event=power_spike scope=cpu sensor=rapl power_w=95.5 baseline_w=41.2 threshold_w=51.5"
            ])
        let time = String(PushSamples.wall + 30_000_000_000)
        #expect(events.first?.time == time)
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
    func `a tenant that no header can carry is refused`(tenant: String) {
        let environment = PushSamples.environment(clock)
        #expect(throws: PushSetupError.self) {
            try exporter(ScriptedTransport(environment), environment) { $0.tenant = tenant }
        }
    }
}
#endif
