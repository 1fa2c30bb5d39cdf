import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

/// How every format shows consumers.
struct ConsumerTests {
    /// A second in which two processes, and a virtual machine of two processes, ran on a host that used 200 W.
    private func snapshot(_ intensity: CarbonIntensity? = nil) throws -> Snapshot {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 1))
        try machine.add(.intelClient())
        let pod = "/kubepods/burstable/pod11111111-2222-3333-4444-555555555555/" + String(repeating: "ab", count: 32)
        let qemu = ["/usr/libexec/qemu-kvm", "-name", "guest=prod_web\"1,debug-threads=on", "-uuid", "12-34"]
        let processes = [
            try MockProcess(10, start: 5, comm: "qemu-kvm", arguments: qemu, group: pod, user: 107, in: machine.procfs),
            try MockProcess(11, start: 6, comm: "qemu-kvm", arguments: qemu, group: pod, user: 108, in: machine.procfs),
            try MockProcess(
                12, start: 7, comm: "a \"b\"\u{1B}[2J", arguments: ["secret", "--password=1"], in: machine.procfs),
        ]
        var now = SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000)
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)], roots: machine.roots)
        var sampler = try Sampler(sensors, attribution: Attribution(), carbonIntensity: intensity) { now }
        _ = sampler.snapshot()
        for process in processes { try process.run(ticks: 10) }
        try time.advance(MockTicks(user: 40, idle: 60))
        try machine.advanceAll(by: .seconds(1))
        now = now.advanced(by: .seconds(1))
        return sampler.snapshot()
    }

    private func text(_ format: some SnapshotFormat, _ snapshot: Snapshot) -> String {
        var format = format
        var bytes: [UInt8] = []
        format.prepare(for: snapshot.topology)
        format.append(snapshot, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `a table has a row for each consumer and for what is nobody's, which add up to the host's energy`()
        throws
    {
        let snapshot = try snapshot()
        let columns = CSVFormat.header.split(separator: ",").count
        let rows = text(CSVFormat(node: "n1"), snapshot).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(rows.allSatisfy { $0.count == columns || $0.contains { $0.hasPrefix("\"") } })
        let processes = rows.filter { $0[6] == "process" }
        #expect(processes.map { $0[7] }.contains("10/qemu-kvm"))
        let idle = rows.filter { $0[6] == "unattributed" && $0[7].hasPrefix("process/") }
        let sum = (processes + idle).compactMap { Double($0[9]) }.reduce(0, +)
        let host = try #require(snapshot.headline?.energy)
        #expect(abs(sum - host.rawValue) < 1e-6)
    }

    private func page(_ snapshot: Snapshot, compatibility: [PrometheusFormat.Compatibility] = []) -> [String] {
        var page = PrometheusFormat(version: "1", node: "n1", compatibility: compatibility)
        var bytes: [UInt8] = []
        page.prepare(for: snapshot.topology)
        page.append(snapshot, in: .text, age: .zero, to: &bytes)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
    }

    @Test
    func `a page has KubeVirt's labels, and only the first of two machines of one name has it as it is`()
        throws
    {
        let snapshot = try snapshot()
        let machines = snapshot.consumers.filter { $0.consumer.kind == .virtualMachine }
        try #require(machines.count == 2)
        let energy = machines[0].energy
        let lines = page(snapshot)
        let series =
            "powersensors_vm_energy_joules_total{node=\"n1\",namespace=\"prod\",name=\"web\\\"1\","
            + "vm_uuid=\"12-34\",hypervisor=\"qemu\"} "
        let found = lines.filter { $0.hasPrefix("powersensors_vm_energy_joules_total{") }
        #expect(found.count == 2)
        #expect(found.last?.contains("name=\"web\\\"1 (pid 11)\"") == true)
        #expect(found.first?.hasPrefix(series) == true)
        let number = found.first.flatMap { Double($0.dropFirst(series.count)) } ?? 0
        #expect(abs(number - energy.rawValue) < 1e-5)
        #expect(lines.contains { $0.hasPrefix("powersensors_cgroup_power_watts{cgroup=\"/kubepods/") })
        #expect(lines.contains { $0.contains("pod_uid=\"11111111-2222-3333-4444-555555555555\",container_id=\"abab") })
    }

    @Test func `the energies of each kind and the unattributed ones add up to the host's`() throws {
        let snapshot = try snapshot()
        let host = try #require(snapshot.host.first { $0.scope == .cpu }?.energy?.rawValue)
        let lines = page(snapshot)
        for (kind, family) in [("vm", "vm"), ("cgroup", "cgroup"), ("process", "process")] {
            let own = lines.filter { $0.hasPrefix("powersensors_\(family)_energy_joules_total{") }
            let rest = lines.filter { $0.hasPrefix("powersensors_unattributed_energy_joules_total{kind=\"\(kind)\"") }
            let sum = (own + rest).reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? .nan) }
            #expect(abs(sum - host) < 1e-4, "\(kind)")
        }
        #expect(!lines.contains { $0.contains("unscanned") }, "a counter must not fall, and this may")
    }

    @Test func `no output shows a command line, and no name breaks an output`() throws {
        let snapshot = try snapshot()
        let all =
            page(snapshot, compatibility: [.scaphandre]).joined(separator: "\n")
            + text(JSONFormat(node: "n1"), snapshot)
            + text(TextFormat(node: "n1"), snapshot)
        #expect(!all.contains("password") && !all.contains("secret"))
        #expect(!all.contains("\u{1B}"))
        #expect(all.contains("comm=\"a \\\"b\\\""))
        #expect(
            all.contains("scaph_process_power_consumption_microwatts{exe=\"qemu-kvm\",cmdline=\"qemu-kvm\",pid=\"10\"}")
        )
    }

    @Test func `JSON has the consumers, the unattributed energy, and how the energy was divided`() throws {
        let line = text(JSONFormat(node: "n1"), try snapshot())
        #expect(
            line.contains(
                "{\"kind\":\"vm\",\"name\":\"web\\\"1\",\"namespace\":\"prod\",\"uuid\":\"12-34\",\"hypervisor\":\"qemu\",\"pid\":10,\"uid\":107,\"start_time\":5,\"cgroup\":\"/kubepods/"
            ))
        #expect(line.contains("\"provenance\":\"attributed\""))
        #expect(line.contains("{\"kind\":\"vm\",\"reason\":\"idle\",\"energy_j\":"))
        #expect(
            line.contains(
                "\"attribution_scope\":\"cpu\",\"attribution_origin\":\"measured\",\"attribution_policy\":\"active\""))
    }

    @Test func `each machine's carbon is that of its energy`() throws {
        let snapshot = try snapshot(CarbonIntensity(gramsPerKilowattHour: 360))
        let lines = page(snapshot).filter { $0.hasPrefix("powersensors_vm_carbon_grams_total{") }
        let joules = snapshot.consumers.filter { $0.consumer.kind == .virtualMachine }
            .reduce(0) { $0 + $1.energy.rawValue }
        let grams = lines.reduce(0) { $0 + (Double($1.split(separator: " ").last ?? "") ?? .nan) }
        #expect(abs(grams - joules / 1e4) < 1e-5)
    }

    @Test func `text shows the greatest machines and processes first, at most as many as configured`() throws {
        let lines = text(TextFormat(node: "n1", top: 1), try snapshot()).split(separator: "\n").map { String($0) }
        let start = try #require(lines.firstIndex { $0.hasPrefix("virtual machines") })
        #expect(lines[start + 1].hasPrefix("  prod/web\"1"))
        #expect(lines[start + 1].hasSuffix("pid 10"))
        #expect(lines[start + 2].hasPrefix("  1 other "))
        #expect(lines.count { $0.contains(" pid ") } == 2)
        #expect(!text(TextFormat(node: "n1", top: 0), try snapshot()).contains("processes"))
    }
}
