#if Exporters
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import PowerSensors

/// Why a request had no response, in words for people, since the libraries' own descriptions name their types.
package struct ConnectionProblem {
    package let text: String

    /// How to fix it; nil for what helps against any problem.
    package private(set) var remedy: String?

    package init(_ error: any Error) {
        switch error {
        case let error as PushSetupError: (text, remedy) = ("\(error.subject): \(error.problem)", error.remedy)
        case let error as NIOConnectionError:
            // Of several addresses of a host, the first is as good as any.
            self = error.connectionErrors.first.map { Self($0.error) } ?? Self("the host's name could not be resolved")
        case let error as IOError where error.errnoCode == ECONNREFUSED: self = Self("the connection was refused")
        case let error as IOError:
            text = "the connection failed: \(systemMessage(errno: error.errnoCode))"
            remedy = Finding.remedy(ofErrno: error.errnoCode).map { "\($0)." }
        case let error as NIOSSLError where "\(error)".contains("CERTIFICATE_VERIFY_FAILED"):
            text = "no authority that is trusted here vouches for its certificate"
            remedy = "Name the file of the authority's certificate."
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            text = "its certificate is for another host"
            remedy = "Use the name that the certificate has."
        case ChannelError.connectTimeout: self = Self("the connection failed: Connect timeout")
        case is ConnectionClosed: self = Self("the connection failed: Remote connection closed")
        default: self = Self("the connection failed: \(oneLine("\(error)"))")
        }
    }

    private init(_ text: String) { self.text = text }
}
#endif
