#if Exporters
import PowerSensors
import PowerSensorsHTTP
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// An endpoint in a process whose limit of open files is low.
struct DescriptorTests {
    @Test func `without descriptors for its event loop an endpoint does not start, and says what helps`() async {
        await #expect(processExitsWith: .success) {
            // The first of these opens what the runtime needs, and one that succeeds proves that the other could.
            let configuration = EndpointConfiguration(address: EndpointAddress(port: 0))
            let pages = StubPages()
            let first = try await PrometheusEndpoint.start(configuration, pages: pages.page, reporting: { _ in })
            await first.stop()
            var limit = rlimit(rlim_cur: rlim_t(highestDescriptor() + 3), rlim_max: 1024)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let error = await #expect(throws: EndpointError.self) {
                _ = try await PrometheusEndpoint.start(configuration, pages: pages.page, reporting: { _ in })
            }
            try #require(error?.description.contains("ulimit -n") == true)
        }
    }
}

private func highestDescriptor() -> CInt { (0..<1024).last { fcntl($0, F_GETFD) >= 0 } ?? 2 }
#endif
