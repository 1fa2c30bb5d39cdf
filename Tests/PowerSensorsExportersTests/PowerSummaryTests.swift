import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

/// The sentence that `list` and `doctor` begin with.
struct PowerSummaryTests {
    private let warning = Finding(
        severity: .warning, subject: "a", reason: .forbidden, text: "Closed.", remedy: "sudo chmod g+r a")
    private let failure = Finding(
        severity: .error, subject: "b", reason: .unloaded, text: "Not loaded.", remedy: "sudo modprobe rapl")
    private let note = Finding(
        severity: .info, subject: "c", reason: .merged, text: "Twice.", remedy: "nothing to do")

    private func channel(
        _ sensor: SensorName, _ mechanism: String, in scope: Scope?, status: ReadingStatus = .ok,
        _ change: (inout Component) -> Void = { _ in }
    ) -> Channel {
        var component = Component(id: "part-\(mechanism)-\(scope?.name ?? "none")", kind: .domain)
        change(&component)
        var channel = Channel(
            id: "\(sensor)/\(component.id)", sensor: sensor, mechanism: mechanism, quantity: .power, encoding: .gauge,
            component: component)
        channel.countsIn = scope
        channel.status = status
        return channel
    }

    private func text(_ channels: [Channel], _ findings: [Finding] = [], headline: Scope? = nil) -> String {
        let discoveries = [Discovery(channels: channels, findings: findings)]
        return PowerSummary(Topology(generation: 1, discoveries: discoveries), headline: headline).text
    }

    @Test func `what is measured, and by what, is one sentence that fits a line`() {
        let memory = channel(.rapl, "perf", in: .cpu) { $0.domain = "dram" }
        let meter = channel(.hwmon, "sysfs", in: .platform) { $0.chip = "power_meter" }
        let battery = channel(.supply, "sysfs", in: .battery) { $0.supply = "BAT0" }
        let sentences = [
            (text([memory]), "Power is measured here: processors and memory, by RAPL through perf."),
            (text([memory, meter]), "Power is measured here: processors and memory, by RAPL through perf."),
            (
                text([memory, meter], headline: .platform),
                "Power is measured here: the whole board, by the chip power_meter."
            ),
            (
                text([channel(.rapl, "powercap", in: .platform)]),
                "Power is measured here: the whole board, by RAPL's psys through powercap."
            ),
            (text([battery]), "Power is measured here: what the battery supplies, by BAT0."),
            (
                text([channel(SensorName("own"), "own", in: .wall)]),
                "Power is measured here: the whole machine, at its plug, by the sensor own."
            ),
        ]
        for (shown, expected) in sentences {
            #expect(shown == expected)
            #expect(shown.count <= 80)
        }
        #expect(
            text([memory], [warning]) == sentences[0].1, "a finding beside a complete figure is no first thing to do")
    }

    @Test func `a share and an estimate are called by their names`() {
        var shared = channel(.share, "record", in: .cpu)
        shared.provenance = .shared
        #expect(text([shared]) == "This machine's host measures its power, and shares it: the processors.")
        shared.origin = .estimated
        #expect(text([shared]) == "This machine's host estimates its power, and shares it: the processors.")
        var estimated = channel(.estimator, "model", in: .wall)
        estimated.provenance = .estimated
        #expect(
            text([estimated], [note, warning, failure])
                == "Nothing measures power here; a model estimates it. First: sudo modprobe rapl")
    }

    @Test func `without a figure, or with a part of one, the first thing to do is that about the worst`() {
        #expect(text([]) == "Nothing measures power here.")
        #expect(text([], [warning]) == "Nothing measures power here. First: sudo chmod g+r a")
        let choice = Finding(
            severity: .error, subject: "d", reason: .guest, text: "None.", remedy: "sudo modprobe x — or ask the host")
        #expect(text([], [choice]) == "Nothing measures power here. First: sudo modprobe x")
        let partly = "Only parts of this machine's power are measured, so no figure of it is complete."
        let closed = channel(.rapl, "perf", in: .cpu, status: .forbidden)
        let open = channel(.rapl, "powercap", in: .cpu)
        #expect(text([closed, open], [warning]) == "\(partly) First: sudo chmod g+r a")
        #expect(text([channel(.hwmon, "sysfs", in: nil)]) == partly)
    }

    @Test func `a report begins with it`() {
        let topology = Topology(
            generation: 1, discoveries: [Discovery(channels: [channel(.rapl, "perf", in: .cpu)])])
        let report = String(decoding: TextReport(node: "n1").bytes(of: topology), as: UTF8.self)
        #expect(report.hasPrefix("Power is measured here: the processors, by RAPL through perf.\nn1: 1 channel\n"))
    }
}
