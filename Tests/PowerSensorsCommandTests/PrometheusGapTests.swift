#if Exporters
import PowerSensors
import PowerSensorsExporters
import PowerSensorsHTTP
import PowerSensorsTesting
import Subprocess
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A real Prometheus that scrapes counters which cannot be read for a while.
@Suite(.timeLimit(.minutes(3)))
struct PrometheusGapTests {
    private static let watts = 65.0

    /// One zone whose reads fail, one whose device is removed, and one without faults.
    private func machine() throws -> (machine: MockMachine, zones: [MockPowercapZone]) {
        let machine = try MockMachine()
        let zones = (0..<3).map { MockZone(name: "package-\($0)", power: Watts(Self.watts)) }
        return (machine, try machine.add(MockControlType(zones: zones)))
    }

    @Test(.enabled(if: Self.isPrometheusHere, "needs Debian's prometheus, and curl"))
    func `a lost channel's series is interrupted, without lost energy, spikes or a false 0`()
        async throws
    {
        let (machine, zones) = try machine()
        let counters = zones.compactMap(\.counter)
        let before = counters.map(\.trueEnergy.rawValue)
        let sensors = SensorSet(roots: machine.roots)
        // Meanwhile there are new generations in which the counters cannot be read.
        let monitor = try PowerMonitor(
            MonitorConfiguration(sensors: sensors, interval: .milliseconds(100), rediscoveryInterval: .seconds(2)))
        let pages = PrometheusExporter(PrometheusFormat(version: "1"), interval: .milliseconds(100))
        let endpoint = try await PrometheusEndpoint.start(
            EndpointConfiguration(address: EndpointAddress(port: 0)), pages: { pages.page($0) }, reporting: { _ in })
        let running = Task { await monitor.export(to: [pages]) { Issue.record($0) } }
        let folder = try MockTree()
        try Self.lay(folder, scraping: endpoint.address.port)
        async let prometheus = Subprocess.run(
            Command.shell, arguments: Arguments(["\(folder.path)/prometheus.sh"]), input: .none,
            output: .discarded, error: .discarded)
        try await wait(for: "started", in: folder)

        try await withPassingTime(of: machine) {
            try await Task.sleep(for: .seconds(8))
            try zones[0].inject(.failing(errno: EIO), at: "energy_uj")
            try zones[1].inject(.gone, at: "energy_uj")
            try await Task.sleep(for: .seconds(5))
            try folder.write("", to: "ask")
            try await wait(for: "asked", in: folder)
            try zones[0].restore("energy_uj")
            try zones[1].restore("energy_uj")
            try await Task.sleep(for: .seconds(10))
        }
        try await Task.sleep(for: .seconds(2))
        try folder.write("", to: "stop")
        _ = try await prometheus
        let doubts = String(decoding: pages.page(.text)?.bytes ?? [], as: UTF8.self).split(separator: "\n").filter {
            !$0.hasPrefix("#")
                && ($0.contains("resets_total{") || $0.contains("ambiguous") || $0.contains("errors_total"))
        }
        monitor.stop()
        await running.value
        await endpoint.stop()

        let up = try JSON(folder.text(of: "up.json"))["data"]["result"].elements.first
        #expect(up?["value"].elements.last?.text == "1")
        let meanwhile = try Self.values(folder.text(of: "meanwhile.json"))
        #expect(meanwhile.keys.sorted() == ["2"], "what cannot be read has no series")
        let stored = try Self.values(folder.text(of: "energy.json"))
        for (socket, counter) in counters.enumerated() {
            let used = counter.trueEnergy.rawValue - before[socket]
            let last = try #require(stored["\(socket)"]?.last)
            #expect(
                abs(last - used) <= used * 1e-4, "package \(socket) used \(used) J: \(doubts)")
            // Over a window within the gap, and one that spans it.
            for name in ["rate3", "rate12"] {
                let rates = try #require(Self.values(folder.text(of: "\(name).json"))["\(socket)"])
                #expect(rates.count > 8)
                #expect(rates.allSatisfy { $0 > 0 }, "package \(socket) was never idle: \(rates)")
                #expect(rates.allSatisfy { $0 < Self.watts * 1.25 }, "there was no spike: \(rates)")
            }
        }
    }

    // MARK: Prometheus

    private static func lay(_ folder: MockTree, scraping port: Int) throws {
        try folder.write(
            """
            set -eu
            cd \(folder.path)
            trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
            \(Command.freePort)
            port=$(free_port)
            cat > prometheus.yml <<END
            global: {scrape_interval: 500ms, scrape_timeout: 500ms}
            scrape_configs: [{job_name: ours, static_configs: [{targets: ["127.0.0.1:\(port)"]}]}]
            END
            prometheus --config.file=prometheus.yml --storage.tsdb.path=data \\
                --web.listen-address=127.0.0.1:$port 2> prometheus.log &
            api=http://127.0.0.1:$port/api/v1
            energy=powersensors_domain_energy_joules_total
            ask() { curl -sfG --max-time 5 $api/query --data-urlencode "query=$1"; }
            over() { curl -sfG --max-time 5 $api/query_range --data-urlencode "query=rate($energy[$1])" \\
                -d start=$began -d end=$ended -d step=0.5; }
            for second in $(seq 100); do
                ask "count($energy)" 2>/dev/null | grep -q '"3"' && break
                sleep 0.3
            done
            touch started
            began=$(($(date +%s) + 4))
            while [ ! -e ask ]; do sleep 0.1; done
            ask "$energy" > meanwhile.json
            touch asked
            while [ ! -e stop ]; do sleep 0.1; done
            ended=$(($(date +%s) - 3))
            ask up > up.json
            ask "$energy" > energy.json
            over 3s > rate3.json
            over 12s > rate12.json
            """, to: "prometheus.sh")
    }

    private func wait(for name: String, in folder: MockTree) async throws {
        for _ in 0..<600 where !folder.exists(name) { try await Task.sleep(for: .milliseconds(100)) }
        try #require(folder.exists(name), "Prometheus stored nothing")
    }

    /// Advances the mock machine's counters in real time.
    private func withPassingTime(of machine: MockMachine, _ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var last = ContinuousClock.now
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(10))
                    let now = ContinuousClock.now
                    try machine.advanceAll(by: now - last)
                    last = now
                }
            }
            try await body()
            group.cancelAll()
        }
    }

    /// The values of a response's series by their socket: one value each, or those of a range.
    private static func values(_ text: String) throws -> [String: [Double]] {
        var result: [String: [Double]] = [:]
        for series in try JSON(text)["data"]["result"].elements {
            guard let socket = series["metric"]["socket"].text else { continue }
            let points = series["values"].elements + [series["value"]]
            result[socket] = points.compactMap { $0.elements.last?.text.flatMap { Double($0) } }
        }
        return result
    }

    private static var isPrometheusHere: Bool {
        unsafe system("command -v prometheus curl python3 > /dev/null") == 0
    }
}
#endif
