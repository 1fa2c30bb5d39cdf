#if Exporters
import NIOCore
import NIOSSL

#if canImport(Glibc)
import Glibc
#endif

/// The certificate and its key, read again when their files change.
///
/// A pair that cannot be used leaves the one before in its place, and is told of once. Belongs to the endpoint's event loop.
final class CertificateStore {
    private struct Identity: Hashable {
        let certificate: FileIdentity?
        let key: FileIdentity?
    }

    private let files: WebConfiguration.TLS
    private let report: @Sendable (EndpointNotice) -> Void
    private var context: NIOSSLContext
    private var loaded: Identity
    private var looked: NIODeadline
    private var broken: (identity: Identity, isReported: Bool)?

    /// Reads the files.
    ///
    /// - Throws: ``EndpointError`` that names the file that cannot be used.
    init(
        _ files: WebConfiguration.TLS, reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) throws(EndpointError) {
        self.files = files
        self.report = report
        looked = .now()
        loaded = Self.identity(files)
        context = try Self.load(files, report)
    }

    /// What a new connection is secured with. Looks after the files at most once a second.
    func current(at now: NIODeadline) -> NIOSSLContext {
        guard now - looked >= .seconds(1) else { return context }
        looked = now
        let identity = Self.identity(files)
        guard identity != loaded else { return context }
        do throws(EndpointError) {
            context = try Self.load(files, report)
            loaded = identity
            broken = nil
            report(EndpointNotice("\(files.certificateFile): the new certificate is used from now on"))
        } catch {
            reportBroken(identity, error)
        }
        return context
    }

    /// Tells of a pair that is still of no use when it is looked at again: the first time somebody may be in the middle of
    /// replacing it.
    private func reportBroken(_ identity: Identity, _ error: EndpointError) {
        guard let known = broken, known.identity == identity else {
            broken = (identity, false)
            return
        }
        guard !known.isReported else { return }
        broken = (identity, true)
        report(EndpointNotice(problem: "\(error). The certificate from before is still used"))
    }

    private static func identity(_ files: WebConfiguration.TLS) -> Identity {
        Identity(certificate: FileIdentity(files.certificateFile), key: FileIdentity(files.keyFile))
    }

    private static func load(
        _ files: WebConfiguration.TLS, _ report: (EndpointNotice) -> Void
    ) throws(EndpointError) -> NIOSSLContext {
        let chain: [NIOSSLCertificate]
        let certificateBytes = try readFile(files.certificateFile)
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(certificateBytes)
        } catch {
            chain = []
        }
        guard let leaf = chain.first else {
            throw EndpointError("\(files.certificateFile): there is no certificate in PEM form in it")
        }
        let key: NIOSSLPrivateKey
        let keyBytes = try readFile(files.keyFile)
        do {
            key = try NIOSSLPrivateKey(bytes: keyBytes, format: .pem)
        } catch {
            throw EndpointError("\(files.keyFile): there is no private key in PEM form, without a passphrase, in it")
        }
        let context: NIOSSLContext
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = files.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw EndpointError(
                "\(files.certificateFile) and \(files.keyFile) do not belong together, or cannot be used")
        }
        let now = time(nil)
        if leaf.notValidAfter < now {
            report(
                EndpointNotice(problem: "\(files.certificateFile): the certificate has expired; clients will refuse it")
            )
        } else if leaf.notValidBefore > now {
            report(
                EndpointNotice(
                    problem: "\(files.certificateFile): the certificate is not valid yet; clients will refuse it"))
        }
        return context
    }
}
#endif
