import PowerSensors
import PowerSensorsExporters
import Testing

struct TopologyTextTests {
    @Test func `the list shows what makes up each figure, and findings with their remedies`() {
        let finding = Finding(
            severity: .warning,
            subject: "class/x",
            reason: .forbidden,
            text: "The counter may be read by root only, which keeps it from telling this user what others do.",
            remedy: "sudo chmod a+r /sys/class/x"
        )
        #expect(
            list(Samples.topology(findings: [finding])) == """
                Power is measured here: the processors, by RAPL through powercap.
                n1: 3 channels

                host
                ▶ cpu         rapl/package-0
                  platform    rapl/psys

                channel                 quantity    provenance sensor              counts in
                  package-0             energy      measured   rapl:powercap       cpu
                                        class/powercap/intel-rapl:0/energy_uj
                                        0.8 µs a read, every sample, exact
                    core                energy      measured   rapl:powercap       –
                                        read every sample, exact
                  psys                  energy      measured   rapl:powercap       platform
                                        read every sample, exact

                findings
                  warning: class/x (forbidden)
                    The counter may be read by root only, which keeps it from telling this user
                    what others do.
                    Remedy: sudo chmod a+r /sys/class/x

                """
        )
    }

    @Test func `a shared channel shows how many hosts away it was measured`() {
        #expect(list(Samples.sharedTopology()).contains("shared     share:record        cpu"))
        #expect(list(Samples.sharedTopology()).contains("measured 2 hosts away, read every sample"))
    }

    private func list(_ topology: Topology) -> String {
        String(decoding: TextReport(node: "n1").bytes(of: topology), as: UTF8.self)
    }
}
