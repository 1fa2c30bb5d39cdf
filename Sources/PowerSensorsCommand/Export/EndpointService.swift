#if Exporters
import PowerSensorsExporters
import PowerSensorsHTTP
import ServiceLifecycle

/// The endpoint for Prometheus, which serves until the end is asked for.
struct EndpointService: Service {
    let endpoint: PrometheusEndpoint

    /// Starts to listen, so that a port that is taken ends the command before anything else begins.
    init(_ options: ExportOptions, pages: MetricsPages) async throws(CommandFailure) {
        guard let address = options.prometheus else { throw .usage("--prometheus names no address.") }
        do throws(EndpointError) {
            var configuration = EndpointConfiguration(
                address: EndpointAddress(host: address.host, port: address.port))
            configuration.web = try options.webConfiguration.map { path throws(EndpointError) in
                try WebConfiguration(file: path)
            }
            endpoint = try await PrometheusEndpoint.start(configuration) {
                pages.page($0)
            } reporting: { notice in
                StandardError.write("powersensors: \(notice)")
            }
        } catch {
            throw .failure("--prometheus: \(error).")
        }
        StandardError.write("powersensors: Prometheus may ask at \(endpoint.address).")
    }

    func run() async throws {
        try? await gracefulShutdown()
        await stop()
    }

    /// Stops to listen.
    func stop() async { await endpoint.stop() }
}
#endif
