#if Exporters
import Glibc
import NIOCore
import PowerSensorsPush
import Testing

struct ConnectionProblemTests {
    struct Problem: CustomTestStringConvertible {
        let error: any Error
        let words: String
        var testDescription: String { words }
    }

    private struct ForeignError: Error, CustomStringConvertible {
        let description: String
    }

    @Test(arguments: [
        Problem(error: IOError(errnoCode: ECONNREFUSED, reason: "connect"), words: "the connection was refused"),
        Problem(
            error: IOError(errnoCode: EHOSTUNREACH, reason: "connect"),
            words: "the connection failed: No route to host"),
        Problem(
            error: IOError(errnoCode: ECONNRESET, reason: "read"),
            words: "the connection failed: Connection reset by peer"),
        Problem(error: ChannelError.connectTimeout(.seconds(10)), words: "the connection failed: Connect timeout"),
        Problem(
            error: ForeignError(description: "handshake failed:\n  \u{1B}[31mno shared cipher\n"),
            words: "the connection failed: handshake failed: \u{FFFD}[31mno shared cipher"),
    ])
    func `a problem is said in one line of plain words`(problem: Problem) {
        #expect(ConnectionProblem(problem.error).text == problem.words)
    }

    @Test func `a server that hangs up has closed the connection`() async throws {
        let server = try await HTTPStub.start { _ in .close }
        #expect(try await problem(of: server.url) == "the connection failed: Remote connection closed")
    }

    @Test func `a server without TLS is not said to be unreachable`() async throws {
        let server = try await HTTPStub.start { _ in .status(200) }
        let problem = try await problem(of: server.url.replacing("http://", with: "https://"))
        #expect(problem.hasPrefix("the connection failed: "))
        #expect(!problem.contains("refused") && !problem.contains("\n"))
        #expect(server.requests.isEmpty)
    }

    @Test func `a name that cannot be resolved is said to be one`() async throws {
        // An empty label: no server is asked.
        #expect(try await problem(of: "http://no..such.invalid:9") == "the host's name could not be resolved")
    }

    /// What is said of a request to an address.
    private func problem(of url: String) async throws -> String {
        let transport = try HTTPTransport(nil, authorityFile: nil)
        do {
            _ = try await transport.send(PushRequest(method: .get, url: url))
            return "no error"
        } catch {
            return ConnectionProblem(error).text
        }
    }
}
#endif
