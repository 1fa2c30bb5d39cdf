#if Exporters
import NIOPosix
import PowerSensorsHTTP
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A client with a plain socket, which can also send invalid requests.
///
/// It blocks threads of its own rather than those of Swift's tasks. One task uses it at a time, except that one may send
/// while another receives.
final class Client: @unchecked Sendable {
    /// A response as received.
    struct Answer {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// The reasons why a client gives up.
    enum Failure: Error {
        /// There was no connection, by `errno`.
        case refused(Int32)
        /// The connection ended after this many bytes of an incomplete response.
        case cutOff(Int)
        /// Nothing was received for half a minute.
        case timeout
    }

    private static let threads: NIOThreadPool = {
        let threads = NIOThreadPool(numberOfThreads: 8)
        threads.start()
        return threads
    }()

    private let descriptor: CInt
    private var received: [UInt8] = []

    /// Connects to an endpoint on this machine.
    ///
    /// - Parameters:
    ///   - receiveBuffer: The size of the kernel's receive buffer, for a slow client; 0 for the default.
    ///   - number: The client's own address is 127.0.0.`number`; the whole network is this machine.
    init(_ endpoint: EndpointAddress, receiveBuffer: CInt = 0, from number: UInt8 = 1) throws {
        let isVersion6 = endpoint.host.contains(":")
        descriptor = socket(
            isVersion6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.refused(errno) }
        var timeout = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            unsafe setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        if receiveBuffer > 0 {
            var size = receiveBuffer
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        guard isVersion6 || bind4(number) else { throw Failure.refused(errno) }
        guard isVersion6 ? connect6(endpoint.port) : connect4(endpoint.port) else {
            // `deinit` closes the descriptor: to close it here too might close another thread's new one.
            throw Failure.refused(errno)
        }
    }

    deinit { close(descriptor) }

    private func bind4(_ number: UInt8) -> Bool {
        if number == 1 { return true }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = (0x7F00_0000 | UInt32(number)).bigEndian
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private func connect4(_ port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe connect(&address, MemoryLayout<sockaddr_in>.size)
    }

    private func connect6(_ port: Int) -> Bool {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = in_port_t(UInt16(port).bigEndian)
        address.sin6_addr = in6addr_loopback
        return unsafe connect(&address, MemoryLayout<sockaddr_in6>.size)
    }

    private func connect<Address>(_ address: UnsafePointer<Address>, _ size: Int) -> Bool {
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            unsafe Glibc.connect(descriptor, address, socklen_t(size)) == 0
        }
    }

    /// Sends bytes; false if the connection is closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.send(
                    descriptor, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent,
                    CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends a text.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends a text while another task receives.
    func sendConcurrently(_ text: String) async -> Bool {
        await (try? Self.threads.runIfActive { self.send(text) }) ?? false
    }

    /// Ends the sending direction of the connection.
    func endSending() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Requests a path and waits for the response; the connection stays open.
    func get(_ path: String, headers: [String] = []) async throws -> Answer {
        send("GET \(path) HTTP/1.1\r\nHost: test\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n")
        return try await receive()
    }

    /// Waits for one response.
    ///
    /// - Parameter toHead: Whether it is the response to a HEAD request, which has no body.
    func receive(toHead: Bool = false) async throws -> Answer {
        try await Self.threads.runIfActive { try self.receiveNow(toHead) }
    }

    /// Waits for the connection to end and discards what is received; false if nothing happens for half a minute.
    func waitForEnd() async -> Bool {
        await (try? Self.threads.runIfActive { self.waitForEndNow() }) ?? false
    }

    private func receiveNow(_ toHead: Bool) throws -> Answer {
        let blank = Array("\r\n\r\n".utf8)
        while received.firstRange(of: blank) == nil { try receiveMore() }
        guard let end = received.firstRange(of: blank) else { throw Failure.cutOff(received.count) }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let status = try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let colon = try #require(line.firstIndex(of: ":"))
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            #expect(headers.updateValue(String(value), forKey: line[..<colon].lowercased()) == nil)
        }
        let hasBody = !toHead && status != 304
        let length = hasBody ? try #require(headers["content-length"].flatMap { Int($0) }) : 0
        while received.count < end.upperBound + length { try receiveMore() }
        let body = Array(received[end.upperBound..<end.upperBound + length])
        received.removeFirst(end.upperBound + length)
        return Answer(status: status, headers: headers, body: body)
    }

    private func waitForEndNow() -> Bool {
        while true {
            do {
                try receiveMore()
            } catch Failure.cutOff {
                return true
            } catch {
                return false
            }
        }
    }

    private func receiveMore() throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count < 0, errno == EAGAIN { throw Failure.timeout }
        guard count > 0 else { throw Failure.cutOff(received.count) }
        received += chunk.prefix(count)
    }
}
#endif
