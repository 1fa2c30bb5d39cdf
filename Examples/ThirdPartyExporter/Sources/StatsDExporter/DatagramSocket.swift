import Glibc

/// A socket to a port of this machine.
final class DatagramSocket: Sendable {
    /// The kernel refused an operation.
    struct Failure: Error, CustomStringConvertible {
        let port: UInt16
        let errno: Int32

        var description: String {
            "127.0.0.1:\(port): \(unsafe String(cString: strerror(errno))). Remedy: start the StatsD server, or name its port."
        }
    }

    private let descriptor: CInt
    private let port: UInt16

    init(toPort port: UInt16) throws(Failure) {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(port: port, errno: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(port: port, errno: errno) }
    }

    deinit { close(descriptor) }

    /// Sends a datagram, or none if that would block.
    func send(_ text: String) throws(Failure) {
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0 { throw Failure(port: port, errno: errno) }
    }
}
