#if Exporters
import PowerSensors
import PowerSensorsHTTP
import PowerSensorsTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MonitorEndpointTests {
    private static func monitor(_ machine: MockMachine) throws -> PowerMonitor {
        try machine.add(.intelClient())
        return try PowerMonitor(
            MonitorConfiguration(sensors: SensorSet(roots: machine.roots), interval: .milliseconds(5)))
    }

    @Test func `one call serves a monitor's figures until the monitor stops`() async throws {
        let machine = try MockMachine()
        let monitor = try Self.monitor(machine)
        // A port that was free a moment ago.
        let address = EndpointAddress(port: try await withEndpoint { $0.address.port })
        let serving = Task { try await monitor.servePrometheus(at: address, version: "1.2") { Issue.record("\($0)") } }
        var page = ""
        let isServed = try await becomesTrue {
            try machine.advanceAll(by: .milliseconds(100))
            guard let answer = try? await Client(address).get("/metrics") else { return false }
            page = answer.text
            return page.contains("powersensors_host_power_watts{")
        }
        #expect(isServed)
        #expect(page.contains(#"powersensors_build_info{version="1.2"} 1"#))
        #expect(page.contains(#"powersensors_domain_energy_joules_total{domain="package""#))
        monitor.stop()
        try await serving.value
        #expect(throws: Client.Failure.self) { try Client(address) }
    }

    @Test func `an address that is taken is an error`() async throws {
        let monitor = try Self.monitor(MockMachine())
        try await withEndpoint { endpoint async throws in
            let error = await #expect(throws: EndpointError.self) {
                try await monitor.servePrometheus(at: endpoint.address)
            }
            #expect(error?.description.contains("in use") == true)
        }
        monitor.stop()
    }
}
#endif
