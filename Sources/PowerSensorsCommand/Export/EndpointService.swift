#if Exporters
import PowerSensorsExporters
import PowerSensorsHTTP
import ServiceLifecycle

/// The endpoint for Prometheus, as a service.
struct EndpointService: Service {
    let endpoint: PrometheusEndpoint

    /// Starts to listen, so that a port in use ends the command before anything else begins.
    init(
        _ address: EndpointAddress, webConfiguration: String?, pages: PrometheusExporter
    ) async throws(CommandFailure) {
        do throws(EndpointError) {
            var configuration = EndpointConfiguration(address: address)
            configuration.web = try webConfiguration.map { path throws(EndpointError) in
                try WebConfiguration(file: path)
            }
            endpoint = try await PrometheusEndpoint.start(configuration) {
                pages.page($0)
            } reporting: { notice in
                StandardError.write("\(notice)")
            }
        } catch {
            throw .failure("--prometheus: \(error).")
        }
        StandardError.write("Prometheus can scrape \(endpoint.address).")
    }

    func run() async throws {
        try? await gracefulShutdown()
        await stop()
    }

    func stop() async { await endpoint.stop() }
}
#endif
