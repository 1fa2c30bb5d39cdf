#if Exporters
import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import PowerSensors

/// Why a request had no response, in words for people, since the libraries' own descriptions name their types.
package func connectionProblem(_ error: any Error) -> String {
    switch error {
    case let error as NIOConnectionError:
        // Of several addresses of a host, the first is as good as any.
        error.connectionErrors.first.map { connectionProblem($0.error) } ?? "the host's name could not be resolved"
    case let error as IOError where error.errnoCode == ECONNREFUSED: "the connection was refused"
    case let error as IOError: "the connection failed: \(systemMessage(errno: error.errnoCode))"
    case let error as HTTPClientError: "the connection failed: \(error.shortDescription)"
    default: "the connection failed: \(oneLine("\(error)"))"
    }
}
#endif
