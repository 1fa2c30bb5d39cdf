#if Exporters
import NIOCore
import NIOPosix
import PowerSensors
import PowerSensorsExporters
import PowerSensorsPush
import PowerSensorsTesting
import Subprocess
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The exporter with Debian's prometheus-pushgateway.
@Suite(.timeLimit(.minutes(2)))
struct RealPushgatewayTests {
    private static let program = "/usr/bin/prometheus-pushgateway"

    @Test(
        .enabled("prometheus-pushgateway is missing: sudo apt-get install prometheus-pushgateway") {
            unsafe access(program, X_OK) == 0
        })
    func `a real Pushgateway shows a machine's series until the exporter finishes`() async throws {
        let port = try await freePort()
        let url = "http://127.0.0.1:\(port)"
        let script = "exec \"$@\" >/dev/null 2>&1"
        let result = try await Subprocess.run(
            .name("sh"),
            // Without an empty --persistence.file, Debian's package keeps pages in a file.
            arguments: [
                "-c", script, "sh", Self.program, "--web.listen-address=127.0.0.1:\(port)", "--persistence.file=",
            ],
            input: .none, output: .discarded, error: .discarded
        ) { execution in
            defer { try? execution.send(signal: .terminate) }
            try await push(to: url)
        }
        #expect(result.terminationStatus != .exited(1))
    }

    private func push(to url: String) async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let sensors = SensorSet(roots: machine.roots)
        let monitor = try PowerMonitor(MonitorConfiguration(sensors: sensors, interval: .milliseconds(5)))
        var configuration = PushgatewayConfiguration()
        configuration.interval = .milliseconds(20)
        let exporter = try PushgatewayExporter(
            url, node: "rack/n1", format: PrometheusFormat(version: "1"), configuration: configuration)
        while (try? await exporter.check()) == nil { try await Task.sleep(for: .milliseconds(10)) }
        let running = Task { await monitor.export(to: [exporter]) { Issue.record($0) } }
        try await eventually { exporter.statistics.sent > 1 }
        let page = try await metrics(url)
        let label = "instance=\"rack/n1\",job=\"powersensors\""
        #expect(page.contains("powersensors_host_energy_joules_total{\(label),scope=\"cpu\"}"))
        #expect(page.contains("push_failure_time_seconds{\(label)} 0\n"))
        monitor.stop()
        await running.value
        #expect(exporter.statistics.refused == 0)
        // It answers 202 to a deletion, and performs it a moment later.
        for _ in 0..<500 where try await metrics(url).contains("powersensors_") {
            try await Task.sleep(for: .milliseconds(10))
        }
        let rest = try await metrics(url).split(separator: "\n").filter { $0.contains("powersensors_") }
        #expect(rest.isEmpty)
    }

    private func metrics(_ url: String) async throws -> String {
        let transport = try HTTPTransport(nil, authorityFile: nil, maximumMessageBytes: 1 << 22)
        return try await transport.send(PushRequest(method: .get, url: "\(url)/metrics")).message
    }

    /// A port that was free a moment ago.
    private func freePort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port
        try await channel.close().get()
        return try #require(port)
    }
}
#endif
