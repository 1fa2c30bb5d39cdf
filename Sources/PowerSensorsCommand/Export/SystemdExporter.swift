#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters

/// Tells systemd that the service is ready, alive and stopping (sd_notify(3)); it delivers no figures.
///
/// It is an exporter so that it proves what matters: a monitor that no longer samples sends it no snapshots, so systemd hears
/// nothing and starts the service again.
struct SystemdExporter: Exporter {
    let name = "systemd"
    let interval: Duration

    private let socket: CInt
    private let address: sockaddr_un
    private let addressLength: socklen_t
    private var isReady = false

    /// Opens a socket to where `$NOTIFY_SOCKET` says; nil if systemd did not start this process as a service that notifies.
    init?(_ environment: (String) -> String?) {
        guard let path = environment("NOTIFY_SOCKET"), let (address, length) = Self.address(path) else { return nil }
        (self.address, addressLength) = (address, length)
        socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if socket < 0 { return nil }
        interval = Self.interval(environment)
    }

    /// Half of the watchdog's time, as sd_watchdog_enabled(3) recommends; without a watchdog, only the first snapshot matters.
    private static func interval(_ environment: (String) -> String?) -> Duration {
        // Below the 90 s after which systemd gives up a service that is not ready.
        let usual = Duration.seconds(30)
        if let process = environment("WATCHDOG_PID"), process != "\(getpid())" { return usual }
        guard let text = environment("WATCHDOG_USEC"), let microseconds = Int64(text), microseconds > 0 else {
            return usual
        }
        return min(max(.microseconds(microseconds / 2), .milliseconds(100)), usual)
    }

    /// The address of a path, or of a name in the abstract namespace, which begins with `@` here and with a zero byte there.
    private static func address(_ path: String) -> (sockaddr_un, socklen_t)? {
        var bytes = Array(path.utf8)
        var address = sockaddr_un()
        guard let first = bytes.first, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        switch first {
        case UInt8(ascii: "@"): bytes[0] = 0
        case UInt8(ascii: "/"): break
        default: return nil
        }
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        return (address, socklen_t(offset + bytes.count))
    }

    mutating func prepare(for topology: Topology) {}

    mutating func export(_ snapshot: Snapshot) {
        if !isReady { isReady = send("READY=1\nSTATUS=Sampling \(snapshot.topology.channels.count) channels") }
        send("WATCHDOG=1")
    }

    mutating func finish() { send("STOPPING=1\nSTATUS=Delivering what is queued") }

    /// Sends one message, and returns whether it was taken. That the service is ready is said until it was.
    @discardableResult
    private func send(_ message: String) -> Bool {
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let bytes = Array(message.utf8)
                let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
                return unsafe sendto(socket, bytes, bytes.count, flags, address, addressLength) == bytes.count
            }
        }
    }
}
#endif
