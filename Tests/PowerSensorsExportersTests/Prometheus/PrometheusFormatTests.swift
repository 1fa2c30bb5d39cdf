import PowerSensors
import PowerSensorsExporters
import Testing

struct PrometheusFormatTests {
    @Test func `a page has the form of Prometheus' text format`() throws {
        let page = text(of: Samples.snapshot())
        #expect(
            page.hasPrefix(
                """
                # HELP powersensors_host_energy_joules_total Energy of the host since this process began. Scopes are \
                nested or overlap, and must not be added.
                # TYPE powersensors_host_energy_joules_total counter
                powersensors_host_energy_joules_total{scope="cpu"} 82.4
                # HELP powersensors_host_power_watts Mean power of the host over the last interval. Scopes are nested \
                or overlap, and must not be added.
                # TYPE powersensors_host_power_watts gauge
                powersensors_host_power_watts{scope="cpu"} 41.2
                """))
        #expect(!page.contains("EOF"))
        #expect(!page.contains("{scope=\"platform\"}"), "what failed has no figure: it is neither 0 nor the last one")
    }

    @Test(arguments: MetricsFormat.allCases)
    func `a strict parser accepts both formats and finds the same numbers`(format: MetricsFormat) throws {
        let page = try StrictParser(bytes(of: Samples.snapshot(), format), format)
        let package = ["domain": "package", "socket": "0"]
        #expect(page.value("powersensors_domain_energy_joules_total", package) == 82.4)
        #expect(page.value("powersensors_domain_power_watts", package) == 41.2)
        #expect(page.value("powersensors_subdomain_power_watts", ["domain": "core", "socket": "0"]) == 0.85)
        #expect(page.value("powersensors_host_power_watts", ["scope": "platform"]) == nil)
        #expect(page.value("powersensors_channel_wraps_total", ["channel": "rapl/package-0"]) == 3)
        #expect(page.value("powersensors_energy_ambiguous_joules_total", ["channel": "rapl/package-0/core"]) == 0.5)
        #expect(page.value("powersensors_sensor_up", ["sensor": "rapl"]) == 1)
        #expect(page.value("powersensors_sample_age_seconds") == 0.25)
        #expect(page.value("powersensors_sample_duration_seconds") == 0.000003)
        #expect(page.value("powersensors_build_info", ["version": "1.2.3"]) == 1)
        let info = [
            "channel": "rapl/package-0", "sensor": "rapl", "mechanism": "powercap", "provenance": "measured",
            "path": "class/powercap/intel-rapl:0/energy_uj", "domain": "package", "socket": "0",
        ]
        #expect(page.value("powersensors_channel_info", info) == 1)
    }

    @Test(arguments: MetricsFormat.allCases)
    func `a page shows what became of other exporters' lines, with the numbers of the moment`(format: MetricsFormat)
        throws
    {
        let dropped = Locked(0)
        var pages = PrometheusFormat(version: "1")
        pages.deliveries.append {
            DeliveryCounts(
                exporter: "loki", server: "Loki", items: "lines",
                outcomes: ["delivered": 7, "dropped": dropped.withLock { $0 }],
                queued: 2, retries: 1)
        }
        pages.prepare(for: Samples.snapshot().topology)
        for count in [0, 5] {
            dropped.withLock { $0 = count }
            var bytes: [UInt8] = []
            pages.append(Samples.snapshot(), in: format, age: .zero, to: &bytes)
            let page = try StrictParser(bytes, format)
            #expect(page.value("powersensors_loki_lines_total", ["outcome": "delivered"]) == 7)
            #expect(page.value("powersensors_loki_lines_total", ["outcome": "dropped"]) == Double(count))
            #expect(page.value("powersensors_loki_queued_lines") == 2)
            #expect(page.value("powersensors_loki_retries_total") == 1)
        }
    }

    @Test func `a sensor whose devices sleep is up, and has no power`() throws {
        let asleep = Samples.snapshot { channels in
            for index in channels.indices { channels[index] = ChannelSnapshot(status: .asleep) }
        }
        let page = try StrictParser(bytes(of: asleep, .text), .text)
        #expect(page.value("powersensors_sensor_up", ["sensor": "rapl"]) == 1)
        #expect(page.value("powersensors_domain_power_watts", ["domain": "package", "socket": "0"]) == nil)
    }

    @Test func `a figure that is ambiguous has its energy and its bounds, and no power`() throws {
        let page = try StrictParser(bytes(of: Samples.ambiguous(), .text), .text)
        let (package, cpu) = (["domain": "package", "socket": "0"], ["scope": "cpu"])
        #expect(page.value("powersensors_sensor_up", ["sensor": "rapl"]) == 1)
        #expect(page.value("powersensors_domain_energy_joules_total", package) == 82.4)
        #expect(page.value("powersensors_domain_power_watts", package) == nil)
        #expect(page.value("powersensors_host_energy_joules_total", cpu) == 82.4)
        #expect(page.value("powersensors_host_power_watts", cpu) == nil)
        #expect(page.value("powersensors_host_power_low_watts", cpu) == 3.1)
        #expect(page.value("powersensors_host_power_high_watts", cpu) == 991.5)
        #expect(
            page.value("powersensors_energy_ambiguous_joules_total", ["channel": "rapl/package-0"]) == 59_309)
    }

    @Test func `a nominal power has no series that a query could add to measured ones`() throws {
        var component = Component(id: "port", kind: .supply)
        (component.supply, component.supplyType) = ("port", "USB")
        let channels = [("power", Quantity.power), ("voltage", .voltage)].map { name, quantity in
            var channel = Channel(
                id: "supply/port/\(name)", sensor: .supply, mechanism: "sysfs", quantity: quantity, encoding: .gauge,
                component: component)
            channel.provenance = .nominal
            return channel
        }
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
        let figures = channels.map { _ in
            var figures = ChannelSnapshot(status: .ok)
            figures.value = 20
            return figures
        }
        let page = text(of: Samples.snapshot(topology, channels: figures, host: []))
        #expect(!page.contains("powersensors_supply_power_watts{"))
        #expect(page.contains("powersensors_supply_volts{"))
        #expect(page.contains("provenance=\"nominal\""))
    }

    @Test func `a guest's shared packages have the domain series, unless it has counters of its own`() throws {
        func page(_ scope: Scope?) throws -> StrictParser {
            let topology = Samples.sharedTopology(countingIn: scope)
            return try StrictParser(
                bytes(of: Samples.snapshot(topology) { $0 = Array($0.prefix(1)) }, .text), .text)
        }
        let (own, beside) = (try page(.cpu), try page(nil))
        let package = ["domain": "package", "socket": "0"]
        #expect(own.value("powersensors_domain_energy_joules_total", package) == 82.4)
        #expect(own.value("powersensors_channel_energy_joules_total", ["channel": "share/package-0"]) == nil)
        #expect(beside.value("powersensors_domain_energy_joules_total", package) == nil)
        #expect(beside.value("powersensors_channel_energy_joules_total", ["channel": "share/package-0"]) == 82.4)
        let info = [
            "channel": "share/package-0", "sensor": "share", "mechanism": "record", "provenance": "shared",
            "origin": "measured", "domain": "package", "socket": "0",
        ]
        #expect(own.value("powersensors_channel_info", info) == 1)
    }

    @Test func `every figure of the host says where it comes from, by a series with its scope`() throws {
        let measured = try StrictParser(bytes(of: Samples.snapshot(), .text), .text)
        for scope in ["cpu", "platform"] {
            let labels = ["scope": scope, "sensor": "rapl", "provenance": "measured"]
            #expect(measured.value("powersensors_host_info", labels) == 1)
        }
        let estimated = try StrictParser(bytes(of: Samples.estimate(3.1, low: 2, high: 4.2), .text), .text)
        let labels = ["scope": "wall", "sensor": "estimator", "provenance": "estimated"]
        #expect(estimated.value("powersensors_host_info", labels) == 1)
    }

    @Test func `OpenMetrics has the start times of counters if they are requested`() throws {
        var page = PrometheusFormat(version: "1", createdNanoseconds: 1_795_356_000_500_000_000)
        page.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        page.append(Samples.snapshot(), in: .openMetrics, age: .zero, to: &bytes)
        let parsed = try StrictParser(bytes, .openMetrics)
        #expect(parsed.value("powersensors_host_energy_joules_created", ["scope": "cpu"]) == 1_795_356_000.5)
        bytes = []
        page.append(Samples.snapshot(), in: .text, age: .zero, to: &bytes)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("_created"))
    }

    @Test(arguments: MetricsFormat.allCases)
    func `malicious labels do not break a page`(format: MetricsFormat) throws {
        let labels = [
            "quote\" backslash\\ end\\", "two\nlines\r\nand \u{0}\u{1B}[2J", "käse €👩‍🚀", "}{=,\"", "\u{2028}\u{202E}",
            String(repeating: "long", count: 2500), "# EOF", "\\n", " ",
        ]
        var channels: [Channel] = []
        for (index, label) in labels.enumerated() {
            var chip = Component(id: "chip\(index)", kind: .chip)
            chip.chip = label
            chip.device = label
            var channel = Channel(
                id: "hwmon/\(label)\(index)/power1", sensor: .hwmon, mechanism: "sysfs", quantity: .power,
                encoding: .gauge, component: chip)
            channel.label = label
            channel.path = label
            channels.append(channel)
        }
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
        let figures = channels.indices.map { index in
            var figure = ChannelSnapshot(status: .ok)
            figure.value = Double(index)
            return figure
        }
        let snapshot = Samples.snapshot(topology, channels: figures, host: [])
        let page = try StrictParser(bytes(of: snapshot, format), format)
        let powers = page.samples.filter { $0.name == "powersensors_hwmon_power_watts" }
        #expect(powers.count == labels.count, "every channel has a series of its own")
        #expect(powers[0].labels["label"] == labels[0])
        #expect(powers[2].labels["label"] == labels[2])
        #expect(powers[7].labels["label"] == labels[7])
        #expect(powers.allSatisfy { ($0.labels["label"] ?? "").unicodeScalars.count <= 257 })
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `no text breaks a page, whatever label it is in`(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func random(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }
        let pieces: [[UInt8]] = [
            Array("\"".utf8), Array("\\".utf8), [10], [13], [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80],
            [0xF0, 0x9F],
            Array("é".utf8), Array("👩‍🚀".utf8), Array("\u{FEFF}".utf8), Array("# EOF".utf8), Array("} 1\n".utf8),
            Array("n".utf8),
            Array("=,{".utf8), [0x1B], [0x7F], [0x20], Array(String(repeating: "x", count: 300).utf8),
        ]
        func text() -> String {
            let bytes = (0..<random(8)).flatMap { _ in pieces[random(pieces.count)] }
            return String(decoding: bytes, as: UTF8.self)
        }
        let channels = (0..<12).map { index -> Channel in
            var chip = Component(id: "chip\(index)\(text())", kind: .chip)
            (chip.chip, chip.device) = (text(), text())
            var channel = Channel(
                id: "hwmon/\(index)\(text())/power1", sensor: .hwmon, mechanism: text(), quantity: .power,
                encoding: .gauge, component: chip)
            (channel.label, channel.path) = (text(), text())
            return channel
        }
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
        var figure = ChannelSnapshot(status: .ok)
        figure.value = 1
        let snapshot = Samples.snapshot(
            topology, channels: Array(repeating: figure, count: channels.count), host: [])
        for format in MetricsFormat.allCases {
            let page = try StrictParser(bytes(of: snapshot, format), format)
            #expect(page.samples.count { $0.name == "powersensors_channel_info" } == channels.count)
        }
    }

    @Test func `the labels of energy and power do not depend on the mechanism`() throws {
        func names(_ mechanism: String) -> Set<String> {
            var channels = Samples.topology().channels
            for index in channels.indices {
                let old = channels[index]
                channels[index] = Channel(
                    id: old.id, sensor: old.sensor, mechanism: mechanism, quantity: old.quantity,
                    encoding: old.encoding,
                    component: old.component)
                (channels[index].countsIn, channels[index].parent) = (old.countsIn, old.parent)
                channels[index].path = "\(mechanism)/\(index)"
            }
            let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
            let page = String(decoding: bytes(of: Samples.snapshot(topology), .text), as: UTF8.self)
            let lines = page.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.contains("channel_info") }
            return Set(lines.map { line in line.lastIndex(of: " ").map { String(line[..<$0]) } ?? "" })
        }
        #expect(names("powercap").contains("powersensors_domain_energy_joules_total{domain=\"package\",socket=\"0\"}"))
        #expect(names("powercap") == names("msr"))
    }

    @Test func `a lost channel's series is interrupted, and continues with its sum`() throws {
        var page = PrometheusFormat(version: "1")
        page.prepare(for: Samples.topology())
        let package = ["domain": "package", "socket": "0"]
        func energy(_ snapshot: Snapshot) throws -> Double? {
            var bytes: [UInt8] = []
            page.append(snapshot, in: .text, age: .zero, to: &bytes)
            return try StrictParser(bytes, .text).value("powersensors_domain_energy_joules_total", package)
        }
        #expect(try energy(Samples.snapshot()) == 82.4)
        #expect(try energy(Samples.snapshot { $0[0] = ChannelSnapshot(status: .io(errno: 5)) }) == nil)
        #expect(try energy(Samples.snapshot { $0[0].energy = Joules(90) }) == 90)
    }

    @Test func `a channel's failures are counted by reason, across generations`() throws {
        var page = PrometheusFormat(version: "1")
        page.prepare(for: Samples.topology())
        for status in [ReadingStatus.io(errno: 74), .io(errno: 5), .forbidden] {
            var event = MonitorEvent(.sensorLost, Samples.snapshot().instant, generation: 1)
            event.channel = "rapl/package-0"
            event.status = status
            page.record(event)
        }
        page.record(MonitorEvent(.sensorBack, Samples.snapshot().instant, generation: 1))
        func failures(_ reason: String, in topology: Topology) throws -> Double? {
            page.prepare(for: topology)
            var bytes: [UInt8] = []
            page.append(Samples.snapshot(), in: .text, age: .zero, to: &bytes)
            return try StrictParser(bytes, .text).value(
                "powersensors_channel_errors_total", ["channel": "rapl/package-0", "reason": reason])
        }
        #expect(try failures("io", in: Samples.topology()) == 2)
        #expect(try failures("forbidden", in: Samples.topology()) == 1)
        #expect(try failures("io", in: Samples.sharedTopology()) == nil, "the channel is gone for good")
        #expect(try failures("io", in: Samples.topology()) == 2)
    }

    @Test func `Scaphandre's names show our figures in its units`() throws {
        var page = PrometheusFormat(version: "1", compatibility: [.scaphandre])
        page.prepare(for: Samples.topology())
        for format in MetricsFormat.allCases {
            var bytes: [UInt8] = []
            page.append(Samples.snapshot(), in: format, age: .zero, to: &bytes)
            let parsed = try StrictParser(bytes, format)
            #expect(parsed.value("scaph_host_power_microwatts") == 41_200_000)
            #expect(parsed.value("scaph_socket_energy_microjoules", ["socket_id": "0"]) == 82_400_000)
            let core = ["domain_id": "0", "domain_name": "core", "socket_id": "0"]
            #expect(parsed.value("scaph_domain_power_microwatts", core) == 850_000)
        }
    }

    @Test(arguments: [
        (0, "0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (12.229, "12.229"), (0.000001, "0.000001"), (0.0000004, "0"),
        (262_143.328850, "262143.32885"), (4_294_967.295, "4294967.295"), (-0.25, "-0.25"),
        (9_007_199_253.5, "9007199253.5"),
        (1e12, "1000000000000"), (1e13, "10000000000000.0"), (0.9999999, "1"), (123_456_789.000001, "123456789.000001"),
    ])
    func `a number has six decimals, or all digits if it is large`(number: Double, text: String) {
        var bytes: [UInt8] = []
        bytes.append(decimal: number)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test func `every number with six decimals is parsed as the same number`() throws {
        var state: UInt64 = 99
        for _ in 0..<10_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(Int64(state >> 12) % 4_294_967_296_000_000) / 1e6
            var bytes: [UInt8] = []
            bytes.append(decimal: number)
            #expect(Double(String(decoding: bytes, as: UTF8.self)) == number)
        }
    }

    private func bytes(of snapshot: Snapshot, _ format: MetricsFormat) -> [UInt8] {
        var page = PrometheusFormat(version: "1.2.3")
        page.prepare(for: snapshot.topology)
        var bytes: [UInt8] = []
        page.append(snapshot, in: format, age: .milliseconds(250), to: &bytes)
        return bytes
    }

    private func text(of snapshot: Snapshot) -> String { String(decoding: bytes(of: snapshot, .text), as: UTF8.self) }
}
