#if Exporters
public import PowerSensors
import PowerSensorsExporters

extension PowerMonitor {
    /// Serves the monitor's figures to Prometheus until the monitor stops or the task is cancelled.
    ///
    /// For TLS, passwords or other exporters beside it, use ``PowerSensorsHTTP/PrometheusEndpoint`` with
    /// ``PowerSensors/PowerMonitor/export(to:reporting:)``.
    ///
    /// - Parameters:
    ///   - address: The address to listen on; by default port 9840, which only this machine can reach.
    ///   - version: The version of the program, for `powersensors_build_info`.
    ///   - report: Receives one line for each thing that the operator should know.
    /// - Throws: ``PowerSensorsHTTP/EndpointError`` if the endpoint cannot listen on the address.
    public func servePrometheus(
        at address: EndpointAddress = EndpointAddress(port: 9840), version: String = "unknown",
        reporting report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws(EndpointError) {
        let pages = PrometheusExporter(PrometheusFormat(version: version))
        let endpoint = try await PrometheusEndpoint.start(
            EndpointConfiguration(address: address), pages: { pages.page($0) }, reporting: { report("\($0)") })
        await export(to: [pages]) { report("\($0)") }
        await endpoint.stop()
    }
}
#endif
