#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Real programs that receive the figures: node_exporter's textfile collector, the Pushgateway, Prometheus. Some are restarted.
@Suite(.timeLimit(.minutes(3)))
struct PeerTests {
    /// The beginning of each script.
    private static let prologue = """
        trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
        \(Command.freePort)
        until_true() { for round in $(seq 150); do "$@" && return; sleep 0.2; done; echo "never: $*" >&2; return 1; }

        """

    private static func isHere(_ programs: String) -> Bool {
        unsafe system("command -v \(programs) curl python3 > /dev/null") == 0
    }

    @Test(.enabled(if: isHere("prometheus-node-exporter"), "needs prometheus-node-exporter, curl and python3"))
    func `node_exporter's textfile collector shows our series`() async throws {
        let machine = try MockMachine.twoSockets()
        let folder = try MockTree()
        let script =
            Self.prologue + """
                port=$(free_port)
                "$@" & export=$!
                until_true [ -e \(folder.path)/power.prom ]
                prometheus-node-exporter --web.listen-address=127.0.0.1:$port --collector.disable-defaults \
                    --collector.textfile --collector.textfile.directory=\(folder.path) 2>/dev/null & peer=$!
                page() { curl -sf http://127.0.0.1:$port/metrics > \(folder.path)/page.txt; }
                until_true page
                kill -TERM $peer
                kill -TERM $export; wait $export
                """
        let outcome = try await Command.run(
            ["export", "--textfile", "\(folder.path)/power.prom"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        let page = try folder.text(of: "page.txt")
        for domain in ["package", "dram"] {
            for socket in 0...1 {
                #expect(
                    page.contains(
                        "powersensors_domain_energy_joules_total{domain=\"\(domain)\",socket=\"\(socket)\"}"))
            }
        }
        #expect(page.contains("powersensors_host_energy_joules_total{scope=\"cpu\"}"))
        #expect(page.contains("node_textfile_scrape_error 0\n"))
    }

    @Test(.enabled(if: isHere("prometheus promtool"), "needs prometheus, promtool, curl and python3"))
    func `Prometheus can join a virtual machine's energy with KubeVirt's series`() async throws {
        let machine = try MockMachine.onePackage()
        try machine.set(.guest(processors: 2))
        let pod = "/kubepods/burstable/pod11111111-2222-3333-4444-555555555555/" + String(repeating: "ab", count: 32)
        let qemu = ["/usr/libexec/qemu-kvm", "-name", "guest=prod_web_1,debug-threads=on", "-uuid", "12-34"]
        _ = try MockProcess(
            4711, start: 5, comm: "qemu-kvm", arguments: qemu, group: pod, user: 107, in: machine.procfs)
        let folder = try MockTree()
        try folder.write(
            "kubevirt_vmi_info{node=\"n1\",namespace=\"prod\",name=\"web_1\",os=\"fedora\",vmi_pod=\"p\"} 1\n",
            to: "kubevirt/metrics")
        // An operator gives both targets the namespace of the program, rather than that of the virtual machine.
        let script =
            Self.prologue + """
                cd \(folder.path)
                ours=$(free_port); kubevirt=$(free_port); port=$(free_port)
                "$@" --prometheus 127.0.0.1:$ours & export=$!
                python3 -m http.server --bind 127.0.0.1 --directory kubevirt $kubevirt 2>/dev/null & peer=$!
                job() { echo "  - {job_name: $1, honor_labels: true, scrape_interval: 1s, static_configs: \
                [{targets: [\"127.0.0.1:$2\"], labels: {namespace: monitoring}}]}"; }
                { echo scrape_configs:; job ours $ours; job kubevirt $kubevirt; } > prometheus.yml
                prometheus --config.file=prometheus.yml --storage.tsdb.path=data --log.level=error \
                    --web.listen-address=127.0.0.1:$port 2> prometheus.txt & prometheus=$!
                ask() { curl -sf --data-urlencode "query=$1" http://127.0.0.1:$port/api/v1/query > answer.json \
                    && grep -q fedora answer.json; }
                until_true ask 'powersensors_vm_energy_joules_total * on (node, namespace, name) group_left (os)
                    max by (node, namespace, name, os) (kubevirt_vmi_info)'
                kill -TERM $prometheus $peer $export; wait $export
                """
        let outcome = try await Command.run(
            ["export", "--consumers", "vm", "--node", "n1", "--sensor", "rapl:powercap"] + Command.roots(machine),
            inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        let answer = try folder.text(of: "answer.json")
        for label in [
            "\"namespace\":\"prod\"", "\"name\":\"web_1\"", "\"vm_uuid\":\"12-34\"", "\"hypervisor\":\"qemu\"",
            "\"os\":\"fedora\"",
        ] { #expect(answer.contains(label), "\(answer)") }
    }

    @Test(.enabled(if: isHere("prometheus-pushgateway"), "needs prometheus-pushgateway, curl and python3"))
    func `kills and restarts in any order block nothing, and lost lines are counted`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let path = folder.path
        // Loki is never reachable. The Pushgateway starts late, is killed, and starts again; so does the command.
        let script =
            Self.prologue + """
                cd \(path)
                gateway=$(free_port); loki=$(free_port); ours=$(free_port)
                start() { "$@" --pushgateway http://127.0.0.1:$gateway --loki http://127.0.0.1:$loki \
                    --prometheus 127.0.0.1:$ours --json \(path)/power.json 2>> errors.txt & export=$!; }
                start_gateway() { prometheus-pushgateway --web.listen-address=127.0.0.1:$gateway --persistence.file= \
                    2>/dev/null & peer=$!; }
                has() { curl -sf http://127.0.0.1:$1/metrics | grep -q '^powersensors_host_energy_joules_total'; }
                grown() { [ $(wc -l < power.json) -ge $(($1 + 5)) ]; }
                touch power.json
                start "$@"
                until_true has $ours
                until_true grown 0
                start_gateway
                until_true has $gateway
                kill -KILL $peer; wait $peer
                until_true grown $(wc -l < power.json)
                has $ours
                start_gateway
                until_true has $gateway
                kill -KILL $export; wait $export
                has $gateway || echo "the gateway forgot" >&2
                start "$@"
                until_true has $ours
                kill -KILL $peer; wait $peer
                until_true grown $(wc -l < power.json)
                kill -TERM $export; wait $export
                """
        let arguments = ["export", "--interval", "200ms", "--node", "n1"] + Command.roots(machine)
        let outcome = try await withRunningClock(of: machine) { try await Command.run(arguments, inScript: script) }
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(!outcome.error.contains("never:") && !outcome.error.contains("forgot"), "\(outcome.error)")
        let errors = try folder.text(of: "errors.txt").split(separator: "\n")
        #expect(errors.contains { $0.contains("loki") && $0.contains("the connection ") && $0.contains("tried again") })
        #expect(errors.contains { $0.contains("were delivered and") && $0.contains("were left at the end") })
        #expect(errors.contains { $0.contains("pushgateway") && $0.contains("could not be deleted") })
        #expect(errors.count < 20, "no failure is told again and again: \(errors)")
        for line in try folder.text(of: "power.json").split(separator: "\n") {
            #expect(try JSON(line)["node"].text == "n1", "no line is torn by a kill")
        }
    }

    @Test(.enabled(if: isHere("prometheus promtool"), "needs prometheus, promtool, curl and python3"))
    func `malicious labels reach Prometheus as labels`() async throws {
        let machine = try MockMachine.onePackage()
        let labels: [[UInt8]] = [
            Array("quote\" back\\slash end\\".utf8), Array("two\nlines".utf8),
            [0xFF, 0xC0, 0x80, 0x22, 0xED, 0xA0, 0x80],
            Array("}{=,\"# EOF".utf8), Array("# TYPE x counter\nx 1".utf8), Array("\r\u{0}\u{1B}[2J\u{2028}".utf8),
            Array(String(repeating: "long", count: 2500).utf8), [0xF0, 0x9F], Array("é".utf8), [0x20], [],
        ]
        for (index, label) in labels.enumerated() {
            let chip = try machine.add(.chip("chip\(index)", files: ["power1_input": "\(index + 1)000000"]))
            try machine.sysfs.write(bytes: label + [0x0A], to: "class/hwmon/\(chip.identifier)/power1_label")
            if index % 2 == 0 {
                try machine.sysfs.write(bytes: label + [0x0A], to: "class/hwmon/\(chip.identifier)/name")
            }
        }
        let folder = try MockTree()
        let script =
            Self.prologue + """
                cd \(folder.path)
                ours=$(free_port); theirs=$(free_port)
                "$@" --prometheus 127.0.0.1:$ours 2>/dev/null & export=$!
                echo "{global: {scrape_interval: 500ms}, scrape_configs: [{job_name: a, static_configs: [{targets: \
                ['127.0.0.1:$ours']}]}]}" > prometheus.yml
                prometheus --config.file=prometheus.yml --storage.tsdb.path=data \
                    --web.listen-address=127.0.0.1:$theirs 2>prometheus.log & peer=$!
                ask() { curl -sfG http://127.0.0.1:$theirs/api/v1/query --data-urlencode "query=$1" > $2; }
                stored() { ask 'sort(powersensors_hwmon_power_watts)' power.json && grep -q '"11"' power.json; }
                until_true stored
                ask up up.json
                curl -sf http://127.0.0.1:$ours/metrics | promtool check metrics > promtool.txt 2>&1 || true
                kill -TERM $peer
                kill -TERM $export; wait $export
                """
        let outcome = try await Command.run(["export"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(try folder.text(of: "promtool.txt").isEmpty)
        let up = try JSON(folder.text(of: "up.json"))["data"]["result"].elements
        #expect(up.first?["value"].elements.last?.text == "1")
        let powers = try JSON(folder.text(of: "power.json"))["data"]["result"].elements
        #expect(powers.map { $0["value"].elements.last?.text } == (1...labels.count).map { "\($0)" })
        #expect(powers.first?["metric"]["label"].text == "quote\" back\\slash end\\")
        for power in powers { #expect((power["metric"]["label"].text ?? "").unicodeScalars.count <= 257) }
    }
}
#endif
