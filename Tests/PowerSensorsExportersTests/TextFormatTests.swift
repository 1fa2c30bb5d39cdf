import PowerSensors
import PowerSensorsExporters
import Testing

struct TextFormatTests {
    @Test func `the figures of all scopes are above the tree of components`() {
        #expect(
            text(Samples.snapshot()) == """
                n1  2026-11-22 14:00:00 UTC  mean of 2.00 s

                host                   power                     energy     source
                ▶ cpu                  41.2  W                   82.40  J   measured rapl
                  platform              –       read failed (errno 5)       measured rapl

                components             power                     energy     source
                  package-0            41.2  W                   82.40  J   measured rapl
                    core              850    mW                 ≥ 1.700 J   measured rapl
                  psys                  –       read failed (errno 5)       measured rapl

                """
        )
    }

    @Test func `an estimate shows its band, and its channel has no line of its own`() {
        #expect(
            text(Samples.estimate(3.1, low: 2, high: 4.2)) == """
                n1  2026-11-22 14:00:00 UTC  mean of 2.00 s

                host                   power                     energy     source
                ▶ wall                  3.10 W  (2.00…4.20)       6.200 J   estimated estimator

                """
        )
    }

    @Test func `rows whose names are cut can be told apart, by their labels or by the ends of their names`() {
        func text(labels: [String?]) -> [String] {
            let channels = labels.enumerated().map { index, label in
                var component = Component(id: "power_meter/ACPI000D:0\(index)", kind: .chip)
                component.chip = "power_meter"
                var channel = Channel(
                    id: "hwmon/\(component.id)/power1", sensor: .hwmon, mechanism: "sysfs", quantity: .power,
                    encoding: .gauge, component: component)
                channel.label = label
                return channel
            }
            let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
            let snapshot = Snapshot(
                topology: topology, instant: .now, timeNanoseconds: 0, interval: nil, sampleDuration: .zero,
                channels: channels.map { _ in ChannelSnapshot(status: .warmingUp) }, host: [])
            var format = TextFormat(node: "n1")
            format.prepare(for: topology)
            var bytes: [UInt8] = []
            format.append(snapshot, to: &bytes)
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            return lines.dropFirst(3).map { String($0.prefix(21)) }
        }
        #expect(
            text(labels: ["Module Power Socket 0", "Module Power Socket 1", "SysIO"]) == [
                "  Module Po… Socket 0", "  Module Po… Socket 1", "  SysIO              ",
            ])
        #expect(
            text(labels: ["accuracy 95.0%", "accuracy 95.0%"]) == ["  power_met…PI000D:00", "  power_met…PI000D:01"])
        #expect(text(labels: ["Module Power Socket 0"]) == ["  power_meter/ACPI00…"], "there is no other")
    }

    @Test func `values other than power have their own units, and flags are yes or no`() {
        let shown: [(Quantity, Double, String)] = [
            (.storedEnergy, 129_600, "129.6 kJ"), (.charge, 10_800, "10.80 kC"), (.charge, 5, "5.000 C"),
            (.online, 1, "yes"), (.discharging, 0, "no"), (.voltage, 12.3, "12.3 V"), (.temperature, -5.5, "-5.50 °C"),
            (.ratio, 0.8, "80.0 %"),
        ]
        var component = Component(id: "thing", kind: .chip)
        component.chip = "thing"
        let channels = shown.enumerated().map { index, row in
            Channel(
                id: "own/thing/\(index)", sensor: SensorName("own"), mechanism: "own", quantity: row.0,
                encoding: .gauge, component: component)
        }
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
        let readings = shown.map { row in
            var reading = ChannelSnapshot(status: .ok)
            reading.value = row.1
            return reading
        }
        let snapshot = Snapshot(
            topology: topology, instant: .now, timeNanoseconds: 0, interval: nil, sampleDuration: .zero,
            channels: readings, host: [])
        var format = TextFormat(node: "n1", showsAll: true)
        format.prepare(for: topology)
        var bytes: [UInt8] = []
        format.append(snapshot, to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(shown.count)
        for (line, row) in zip(lines, shown) {
            let text = line.split(separator: " ").joined(separator: " ")
            #expect(text.contains(" \(row.2) measured own"), "\(line)")
            #expect(line.count <= 80)
        }
    }

    @Test(arguments: [
        ReadingStatus.warmingUp, .partial, .absent, .forbidden, .io(errno: 5), .implausible, .stale,
    ])
    func `an unknown value is never shown as 0`(status: ReadingStatus) {
        let shown = text(
            Samples.snapshot { channels in
                for index in channels.indices { channels[index] = ChannelSnapshot(status: status) }
            }
        )
        #expect(!shown.contains("0 W"))
        #expect(shown.contains("–"))
    }

    @Test func `no line is longer than 80 columns, however large the figures and long the names`() {
        let label = String(repeating: "a very long label ", count: 9)
        let snapshot = Samples.snapshot(Samples.topology(label: label)) { channels in
            channels[0].low = Watts(-999_999.4)
            channels[0].power = Watts(999_949)
            channels[0].high = Watts(1e12)
            channels[0].energy = Joules(-123_456_789_012)
            channels[0].ambiguousEnergy = Joules(1)
        }
        for line in text(snapshot).split(separator: "\n") { #expect(line.count <= 80) }
        for line in list(Samples.topology(label: label)).split(separator: "\n") { #expect(line.count <= 80) }
    }

    @Test(arguments: [
        (0.0, "0 W"), (0.00012, "0.12 mW"), (0.0123, "12.3 mW"), (0.9996, "1.00 W"), (9.994, "9.99 W"),
        (9.996, "10.0 W"), (126.04, "126.0 W"), (999.94, "999.9 W"), (999.96, "1.00 kW"), (12_345, "12.3 kW"),
    ])
    func `a power has the unit of its size and three digits`(power: Double, expected: String) {
        let line = text(Samples.snapshot(power: power)).split(separator: "\n").first { $0.contains("▶") }
        let words = line?.split(separator: " ").dropFirst(2).prefix(2).joined(separator: " ")
        #expect(words == expected)
    }

    @Test func `decimal points stand in line`() {
        let lines = [126.04, 41.2, 3.14].flatMap { power in
            text(Samples.snapshot(power: power)).split(separator: "\n").filter {
                $0.contains("▶") || $0.contains(" core")
            }
        }
        // 850 mW has no point.
        let powers = lines.map { $0.prefix(31).prefix { $0 != "." }.count }
        #expect(Set(powers) == [25, 31], "\(lines)")
        let energies = lines.map { $0.dropFirst(46).prefix { $0 != "." }.count }
        #expect(Set(energies) == [5], "\(lines)")
    }

    @Test(arguments: [24, 34, 40, 46, 60, 72, 80, 100, 132, 300])
    func `lines fit into the terminal, and names have what is left`(columns: Int) throws {
        let snapshot = Samples.snapshot(Samples.topology(label: String(repeating: "long ", count: 30)))
        var format = TextFormat(node: "n1", style: TextStyle(columns: columns), showsAll: true)
        format.prepare(for: snapshot.topology)
        var bytes: [UInt8] = []
        format.append(snapshot, to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { String($0) }
        #expect(lines.allSatisfy { $0.count < columns }, "\(lines)")
        let host = try #require(lines.first { $0.contains("▶") })
        #expect(host.contains("41.2"))
        #expect(host.contains("measured") == (columns >= 40), "\(host)")
        #expect(host.contains("82.40") == (columns > 46))
        let start = try #require(host.firstRange(of: "41.2")?.lowerBound)
        #expect(host.distance(from: host.startIndex, to: start) <= 43)
    }

    @Test func `a terminal whose width changes has other columns from the next block on`() {
        var format = TextFormat(node: "n1", style: TextStyle(columns: 80))
        let snapshot = Samples.snapshot()
        format.prepare(for: snapshot.topology)
        var (first, second): ([UInt8], [UInt8]) = ([], [])
        format.append(snapshot, to: &first)
        format.style.columns = 120
        format.append(snapshot, to: &second)
        #expect(second.count > first.count)
    }

    @Test func `the parts of an estimate are not called idle, as processors are`() {
        let names = ["estimator/host", "estimator/host/idle", "estimator/host/active"]
        let channels = names.map { name in
            var channel = Samples.channel(name, in: Component(id: Component.hostID, kind: .host))
            channel.parent = name == names[0] ? nil : names[0]
            return channel
        }
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: channels)])
        let readings = channels.map { _ in ChannelSnapshot(status: .warmingUp) }
        let shown = text(Samples.snapshot(topology, channels: readings, host: []))
        #expect(shown.contains("machine at no load") && shown.contains("added by load"))
        #expect(list(topology).contains("estimator/host/idle"), "the identity is what options take")
    }

    @Test func `names from files do not control a terminal`() {
        let topology = Samples.topology(label: "\u{1B}]0;owned\u{7}\u{9B}2J\n")
        let finding = Finding(
            severity: .error, subject: "\u{1B}[2J", reason: Finding.Reason("x"), text: "a\rb", remedy: "\u{9D}")
        let shown =
            text(Samples.snapshot(topology), node: "\u{1B}[31mred") + list(topology)
            + list(Samples.topology(findings: [finding]))
        let controls = shown.unicodeScalars.filter {
            ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
        }
        #expect(controls.isEmpty)
    }

    @Test func `on a terminal a block overwrites the previous one`() {
        var format = TextFormat(node: "n1", style: TextStyle(hasColour: true, redraws: true, rows: 24))
        format.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        format.append(Samples.snapshot(), to: &bytes)
        let first = String(decoding: bytes, as: UTF8.self)
        #expect(!first.contains("\u{1B}[10A"))
        bytes.removeAll()
        format.append(Samples.snapshot(), to: &bytes)
        let second = String(decoding: bytes, as: UTF8.self)
        let height = first.count { $0 == "\n" }
        #expect(second.hasPrefix("\u{1B}[?7l\r\u{1B}[\(height)A"))
        #expect(second.hasSuffix("\u{1B}[J\u{1B}[?7h"))
        #expect(second.contains("\u{1B}[1m▶ cpu"))
    }

    @Test func `a block that is left stays, and the next one is written below it`() {
        var format = TextFormat(node: "n1", style: TextStyle(redraws: true))
        format.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        format.append(Samples.snapshot(), to: &bytes)
        let first = bytes
        format.leaveBlock()
        bytes.removeAll()
        format.append(Samples.snapshot(), to: &bytes)
        #expect(bytes == first)
    }

    @Test func `a host figure with an ambiguous part shows its bounds`() {
        let sample = Samples.snapshot { $0[0].ambiguousEnergy = Joules(262_000) }
        var host = sample.host
        host[0].low = Watts(41.2)
        host[0].high = Watts(131_041)
        let shown = text(Samples.snapshot(sample.topology, channels: sample.channels, host: host))
        #expect(shown.contains("▶ cpu                  41.2  W  (≤ 131.0 kW)   ≥ 82.40  J   measured rapl\n"))
        host[0].high = Watts(45)
        let close = text(Samples.snapshot(sample.topology, channels: sample.channels, host: host))
        #expect(close.contains("▶ cpu                  41.2  W  (41.2…45.0)    ≥ 82.40  J   measured rapl\n"))
    }

    @Test func `a figure that is ambiguous has bounds in place of a power, and its energy is a lower bound`() {
        let shown = text(Samples.ambiguous())
        #expect(shown.contains("▶ cpu                   –       (3.1…991.5 W)  ≥ 82.40  J   measured rapl\n"))
    }

    @Test func `a block higher than the terminal is cut, and says how many lines are missing`() {
        var format = TextFormat(node: "n1", style: TextStyle(redraws: true, rows: 6))
        format.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        format.append(Samples.snapshot(), to: &bytes)
        let shown = String(decoding: bytes, as: UTF8.self)
        #expect(shown.count { $0 == "\n" } == 5)
        #expect(shown.contains("… 6 more lines"))
    }

    @Test func `without a terminal an empty line separates the blocks`() {
        var format = TextFormat(node: "n1")
        format.prepare(for: Samples.topology())
        var bytes: [UInt8] = []
        format.append(Samples.snapshot(), to: &bytes)
        let one = String(decoding: bytes, as: UTF8.self)
        format.append(Samples.snapshot(), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == one + "\n" + one)
    }

    private func text(_ snapshot: Snapshot, node: String = "n1") -> String {
        var format = TextFormat(node: node)
        format.prepare(for: snapshot.topology)
        var bytes: [UInt8] = []
        format.append(snapshot, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func list(_ topology: Topology) -> String {
        String(decoding: TextReport(node: "n1").bytes(of: topology), as: UTF8.self)
    }
}
