#if Exporters
import PowerSensorsHTTP
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// An endpoint in a process whose limit of open files is low.
struct DescriptorTests {
    @Test func `without descriptors for its event loop an endpoint does not start, and says what helps`() async {
        await #expect(processExitsWith: .success) {
            let configuration = EndpointConfiguration(address: EndpointAddress(port: 0))
            let pages = StubPages()
            var limit = rlimit(rlim_cur: 128, rlim_max: 128)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            var taken: [CInt] = []
            while case let descriptor = dup(0), descriptor >= 0 { taken.append(descriptor) }
            // Three remain: an endpoint needs four, and the runtime some.
            for descriptor in taken.suffix(3) { close(descriptor) }
            var told = ""
            do throws(EndpointError) {
                _ = try await PrometheusEndpoint.start(configuration, pages: pages.page, reporting: { _ in })
            } catch {
                told = error.description
            }
            for descriptor in taken.dropLast(3) { close(descriptor) }
            try #require(told.contains("ulimit -n"), "\(told)")
        }
    }

    @Test func `while no descriptor is free an endpoint waits, and serves the client when there is one`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 128, rlim_max: 128)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            try await withEndpoint { endpoint async throws in
                // The first wait opens the runtime's timers.
                try await Task.sleep(for: .milliseconds(1))
                var taken: [CInt] = []
                while case let descriptor = dup(0), descriptor >= 0 { taken.append(descriptor) }
                // This one is for the client's own end.
                close(taken.removeLast())
                let client = try Client(endpoint.address)
                client.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                try #require(try await becomesTrue { try await endpoint.counts().refused > 0 })
                // Each takes the event loop a turn, in which it would try again.
                for _ in 0..<200 { _ = try await endpoint.counts() }
                let refused = try await endpoint.counts().refused
                for descriptor in taken { close(descriptor) }
                try #require(refused < 100, "\(refused)")
                let answer = try await client.receive()
                try #require(answer.status == 200)
            }
        }
    }
}
#endif
