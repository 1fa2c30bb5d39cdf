import Glibc
import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import StatsDExporter
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StatsDExporterTests {
    @Test func `snapshots reach the server while another exporter fails`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let sensors = SensorSet(roots: machine.roots)
        let server = try Server()
        let monitor = try PowerMonitor(MonitorConfiguration(sensors: sensors, interval: .milliseconds(5)))
        let exporter = StatsDExporter(port: server.port, interval: .milliseconds(5))
        let running = Task {
            await monitor.export(to: [exporter, BrokenExporter()]) { failure in print(failure) }
        }
        var received = ""
        while !received.hasPrefix("power.cpu:") {
            try machine.advanceAll(by: .milliseconds(20))
            try await Task.sleep(for: .milliseconds(5))
            received = server.receive() ?? received
        }
        monitor.stop()
        await running.value
        let watts = try #require(received.split(separator: "\n").first?.dropFirst("power.cpu:".count).dropLast(2))
        #expect(received.contains("|g"))
        #expect(Double(watts) != nil)
        print("received: \(received)")
    }

    @Test func `with no server it reports the failure and the remedy`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let monitor = try PowerMonitor(
            MonitorConfiguration(sensors: SensorSet(roots: machine.roots), interval: .milliseconds(5)))
        let port = try Server().port
        let (failures, continuation) = AsyncStream.makeStream(of: String.self)
        let running = Task {
            await monitor.export(to: [StatsDExporter(port: port, interval: .milliseconds(5))]) {
                continuation.yield("\($0)")
            }
        }
        let advancing = Task {
            while !Task.isCancelled {
                try machine.advanceAll(by: .milliseconds(20))
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        for await failure in failures {
            #expect(failure.contains("statsd: 127.0.0.1:\(port): ") && failure.contains("Remedy: "))
            break
        }
        advancing.cancel()
        monitor.stop()
        await running.value
    }
}

/// An exporter that never works.
private struct BrokenExporter: Exporter {
    struct Failure: Error {}

    let name = "broken"
    let interval = Duration.milliseconds(5)

    func prepare(for topology: Topology) throws { throw Failure() }
    func export(_ snapshot: Snapshot) {}
}

/// A UDP socket on a free port.
private final class Server {
    let port: UInt16
    private let descriptor: CInt

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size) | getsockname(descriptor, $0, &size)
            }
        }
        try #require(descriptor >= 0 && result == 0)
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    /// The next datagram; nil if there is none.
    func receive() -> String? {
        var bytes = [UInt8](repeating: 0, count: 1500)
        let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
