#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A real Prometheus and a real node_exporter, on a machine whose counters wrap every few seconds.
@Suite(.timeLimit(.minutes(3)))
struct PrometheusTests {
    /// Counts of 2⁻²⁴ J in 32 bits, which wrap every 256 J.
    private static let register = MockRegister.binaryFraction(24)

    @Test(.enabled(if: arePeersHere, "needs Debian's prometheus, prometheus-node-exporter, curl and python3"))
    func `Prometheus stores every joule of a wrapping counter, unlike node_exporter's`() async throws {
        let machine = try MockMachine()
        var zones: [MockZone] = []
        for (number, watts) in [65.0, 120].enumerated() {
            var zone = MockZone(name: "package-\(number)", register: Self.register, power: Watts(watts))
            zone.startCount = 1 << 31
            zones.append(zone)
        }
        let counters = try machine.add(MockControlType(zones: zones)).compactMap(\.counter)
        let folder = try MockTree()
        try Self.lay(folder, machine)
        let arguments = ["export"] + Command.roots(machine) + ["--interval", "100ms", "--prometheus"]
        async let run = Command.run(arguments, inScript: "exec bash \(folder.path)/peers.sh \"$@\"")

        // The counters do not change around the first and the last scrape.
        try await wait(for: "started", in: folder)
        let before = counters.map(\.trueEnergy.rawValue)
        try await withRunningClock(of: machine) { try await Task.sleep(for: .seconds(20)) }
        let used = zip(counters.map(\.trueEnergy.rawValue), before).map { $0 - $1 }
        try folder.write("", to: "stop")
        let outcome = try await run
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        for energy in used { #expect(energy > 3 * 256, "each counter wrapped at least three times") }

        #expect(try folder.text(of: "promtool.txt").isEmpty, "promtool finds nothing to blame")
        let up = try JSON(folder.text(of: "up.json"))["data"]["result"].elements
        #expect(up.count == 2)
        for target in up {
            #expect(target["value"].elements.last?.text == "1")
        }
        let ours = try Self.increases(folder.text(of: "ours.json"), by: "socket")
        let theirs = try Self.increases(folder.text(of: "theirs.json"), by: "index")
        for (index, energy) in used.enumerated() {
            let stored = try #require(ours["\(index)"])
            #expect(abs(stored.last - stored.first - energy) <= energy * 1e-4, "package \(index) used \(energy) J")
            #expect(stored.corrected == stored.last - stored.first, "our counters are never set back")
            let lost = energy - (try #require(theirs["\(index)"])).corrected
            // Up to 65 J or 120 J are lost at a wrap, depending on when the scrapes are.
            #expect(lost > energy * 1e-3, "a wrap costs node_exporter's counter what was used before it: \(lost) J")
        }
    }

    // MARK: Other programs

    private static func lay(_ folder: MockTree, _ machine: MockMachine) throws {
        try folder.write(
            """
            set -eu
            cd \(folder.path)
            \(Command.freePort)
            ours=$(free_port); theirs=$(free_port); prometheus=$(free_port)
            trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
            "$@" 127.0.0.1:$ours 2> ours.log &
            prometheus-node-exporter --web.listen-address=127.0.0.1:$theirs --path.sysfs=\(machine.sysfs.path) \
                --collector.disable-defaults --collector.rapl --web.disable-exporter-metrics 2> theirs.log &
            cat > prometheus.yml <<END
            global: {scrape_interval: 1s}
            scrape_configs:
              - {job_name: ours, static_configs: [{targets: ["127.0.0.1:$ours"]}]}
              - {job_name: theirs, static_configs: [{targets: ["127.0.0.1:$theirs"]}]}
            END
            prometheus --config.file=prometheus.yml --storage.tsdb.path=data \
                --web.listen-address=127.0.0.1:$prometheus 2> prometheus.log &
            ask() { curl -sfG --max-time 5 http://127.0.0.1:$prometheus/api/v1/query --data-urlencode "query=$1"; }
            energy=powersensors_domain_energy_joules_total
            for second in $(seq 60); do
                ask "count($energy) + count(node_rapl_package_joules_total)" 2>/dev/null | grep -q '"4"' && break
                sleep 0.5
            done
            sleep 2
            touch started
            while [ ! -e stop ]; do sleep 0.2; done
            sleep 4
            ask up > up.json
            ask "$energy[5m]" > ours.json
            ask 'node_rapl_package_joules_total[5m]' > theirs.json
            curl -sf http://127.0.0.1:$ours/metrics > page.txt
            promtool check metrics < page.txt > promtool.txt 2>&1 || true
            """, to: "peers.sh")
    }

    private func wait(for name: String, in folder: MockTree) async throws {
        for _ in 0..<600 where !folder.exists(name) { try await Task.sleep(for: .milliseconds(100)) }
        try #require(folder.exists(name), "Prometheus stored nothing: see its log")
    }

    /// What was stored of each series: its first and last value, and the sum of its rises, a fall being a new start
    /// as Prometheus takes it.
    private static func increases(
        _ text: String, by label: String
    ) throws -> [String: (first: Double, last: Double, corrected: Double)] {
        var result: [String: (first: Double, last: Double, corrected: Double)] = [:]
        for series in try JSON(text)["data"]["result"].elements {
            let values = series["values"].elements.compactMap { $0.elements.last?.text.flatMap { Double($0) } }
            guard let first = values.first, let last = values.last, let name = series["metric"][label].text else {
                continue
            }
            let rises = zip(values, values.dropFirst()).map { $1 >= $0 ? $1 - $0 : $1 }
            result[name] = (first, last, rises.reduce(0, +))
        }
        return result
    }

    private static var arePeersHere: Bool {
        let programs = ["prometheus", "promtool", "prometheus-node-exporter", "curl", "python3"]
        return unsafe system("command -v \(programs.joined(separator: " ")) > /dev/null") == 0
    }
}
#endif
