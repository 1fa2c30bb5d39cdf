import PowerSensors
import PowerSensorsExporters
import PowerSensorsHTTP

/// Serves this machine's figures to others, with the certificate and the passwords that a file names.
func serve() async throws {
    let monitor = try PowerMonitor()
    let pages = PrometheusExporter(PrometheusFormat(version: "1.0"))
    var configuration = EndpointConfiguration(address: EndpointAddress(host: "0.0.0.0", port: 9840))
    configuration.web = try WebConfiguration(file: "/etc/agent/web.yml")
    configuration.limits.connections = 16
    let live = LiveExporter(of: monitor, node: "n1")
    configuration.live = live
    let endpoint = try await PrometheusEndpoint.start(
        configuration, pages: { pages.page($0) }, reporting: { notice in print(notice) })
    await monitor.export(to: [pages, live]) { failure in print(failure) }
    await endpoint.stop()
}

try await serve()
