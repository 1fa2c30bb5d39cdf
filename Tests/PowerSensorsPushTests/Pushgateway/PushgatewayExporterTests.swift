#if Exporters
import PowerSensors
import PowerSensorsExporters
import PowerSensorsPush
import Testing

@Suite(.timeLimit(.minutes(2)))
struct PushgatewayExporterTests {
    private let clock = ManualClock()
    private let topology = PushSamples.topology()

    private func exporter(
        _ transport: ScriptedTransport, change: (inout PushgatewayConfiguration) -> Void = { _ in }
    ) throws -> PushgatewayExporter {
        var configuration = PushgatewayConfiguration()
        change(&configuration)
        var exporter = try PushgatewayExporter(
            "http://gateway/prefix/", node: "n1", format: PrometheusFormat(version: "1"), configuration: configuration,
            transport: transport, environment: PushSamples.environment(clock))
        exporter.prepare(for: topology)
        return exporter
    }

    @Test(arguments: [
        ("powersensors", "n1", "/metrics/job/powersensors/instance/n1"),
        ("a b", "größe", "/metrics/job/a%20b/instance/gr%C3%B6%C3%9Fe"),
        ("dir/sub", "n1", "/metrics/job@base64/ZGlyL3N1Yg/instance/n1"),
        ("j", "", "/metrics/job/j/instance@base64/="),
        ("j", "a/?>", "/metrics/job/j/instance@base64/YS8_Pg"),
    ])
    func `the key is a valid path for any names`(job: String, node: String, path: String) {
        #expect(groupingPath(job: job, instance: node) == path)
    }

    @Test(arguments: ["gateway", "http://gateway/metrics/job/a", "http://gateway/metrics"])
    func `an invalid address is refused`(url: String) {
        #expect(throws: PushSetupError.self) {
            try PushgatewayExporter(url, node: "n1", format: PrometheusFormat(version: "1"))
        }
    }

    @Test func `a page replaces the previous one, and is deleted at the end`() async throws {
        let transport = ScriptedTransport(PushSamples.environment(clock)) { _, _ in PushResponse(status: 200) }
        var exporter = try exporter(transport)
        for round in 1...2 {
            try exporter.export(PushSamples.snapshot(topology, after: Int64(round)))
            let statistics = { [exporter] in exporter.statistics }
            try await eventually { statistics().sent == round }
        }
        try await exporter.finish()
        #expect(transport.sent.map(\.request.method) == [.put, .put, .delete])
        #expect(
            transport.sent.allSatisfy {
                $0.request.url == "http://gateway/prefix/metrics/job/powersensors/instance/n1"
            })
        let page = String(decoding: try #require(transport.sent.first).request.body, as: UTF8.self)
        #expect(page.contains("powersensors_host_power_watts{scope=\"cpu\"} 41.2\n"))
    }

    @Test func `only the newest page is kept while the Pushgateway is unreachable`() async throws {
        let transport = ScriptedTransport(PushSamples.environment(clock)) { number, _ in
            if number < 3 { throw ScriptedTransport.Unreachable() }
            return PushResponse(status: 200)
        }
        var exporter = try exporter(transport) { $0.deletesOnFinish = false }
        for power in 1...10 { try? exporter.export(PushSamples.snapshot(topology, power: Double(power) * 10)) }
        let statistics = { [exporter] in exporter.statistics }
        try await clock.run { statistics().sent == 1 }
        let page = String(decoding: try #require(transport.sent.last).request.body, as: UTF8.self)
        #expect(page.contains("powersensors_host_power_watts{scope=\"cpu\"} 100"))
        let result = statistics()
        #expect(result.sent + result.replaced + result.refused == 10)
        #expect(result.retried == 3)
    }

    @Test func `a refused page is not pushed again, and the failure is reported`() async throws {
        let transport = ScriptedTransport(PushSamples.environment(clock)) { _, request in
            PushResponse(status: request.method == .put ? 400 : 202, message: "text format parsing error")
        }
        var exporter = try exporter(transport)
        try exporter.export(PushSamples.snapshot(topology))
        let statistics = { [exporter] in exporter.statistics }
        try await eventually { statistics().refused == 1 }
        await #expect {
            try await exporter.finish()
        } throws: { error in
            "\(error)".contains("400: text format parsing error")
        }
        #expect(transport.sent.map(\.request.method) == [.put, .delete])
    }

    @Test func `nothing is deleted if nothing was pushed`() async throws {
        let transport = ScriptedTransport(PushSamples.environment(clock))
        var exporter = try exporter(transport)
        try await exporter.finish()
        #expect(transport.sent.isEmpty)
    }

    @Test func `a page that could not be deleted is reported within the time limit`() async throws {
        let transport = ScriptedTransport(PushSamples.environment(clock)) { _, request in
            if request.method == .delete { throw ScriptedTransport.Unreachable() }
            return PushResponse(status: 200)
        }
        var exporter = try exporter(transport)
        try exporter.export(PushSamples.snapshot(topology))
        let statistics = { [exporter] in exporter.statistics }
        try await eventually { statistics().sent == 1 }
        let isOver = Locked(false)
        let end = Task { [exporter] in
            var ending = exporter
            defer { isOver.withLock { $0 = true } }
            try await ending.finish()
        }
        try await clock.run { isOver.withLock { $0 } }
        await #expect {
            try await end.value
        } throws: { error in
            "\(error)".contains("could not be deleted") && "\(error)".contains("the connection failed")
        }
    }
}
#endif
