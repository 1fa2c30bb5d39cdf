#if Exporters
import Glibc
import NIOCore
import NIOSSL
import PowerSensors

/// The certificate and its key, reloaded when their files change.
///
/// Files that cannot be used are reported once, and the certificate loaded before stays in use. Belongs to the endpoint's
/// event loop.
final class CertificateStore {
    /// What each file is and when it was written; empty for a file that is not there.
    private typealias Identity = [[Int64]]

    private let files: WebConfiguration.TLS
    private let report: @Sendable (EndpointNotice) -> Void
    private var context: NIOSSLContext
    private var loaded: Identity
    private var checkedAt: NIODeadline
    private var unusable: (identity: Identity, isReported: Bool)?

    /// Loads the files.
    ///
    /// - Throws: ``EndpointError`` that names the unusable file.
    init(
        _ files: WebConfiguration.TLS, reporting report: @escaping @Sendable (EndpointNotice) -> Void
    ) throws(EndpointError) {
        self.files = files
        self.report = report
        checkedAt = .now()
        loaded = Self.identity(files)
        context = try Self.load(files, reporting: report)
    }

    /// The TLS context for a new connection. Checks the files for changes at most once a second.
    func current(at now: NIODeadline) -> NIOSSLContext {
        guard now - checkedAt >= .seconds(1) else { return context }
        checkedAt = now
        let identity = Self.identity(files)
        guard identity != loaded else { return context }
        do throws(EndpointError) {
            context = try Self.load(files, reporting: report)
            loaded = identity
            unusable = nil
            let news = "\(files.certificateFile): the new certificate is now in use"
            report(EndpointNotice(isProblem: false, description: news))
        } catch {
            reportUnusable(identity, error)
        }
        return context
    }

    /// Reports files that are still unusable, and unchanged, at the second check: at the first one they may be in the middle
    /// of being replaced.
    private func reportUnusable(_ identity: Identity, _ error: EndpointError) {
        guard let known = unusable, known.identity == identity else {
            unusable = (identity, false)
            return
        }
        guard !known.isReported else { return }
        unusable = (identity, true)
        report(EndpointNotice(isProblem: true, description: "\(error). The previous certificate stays in use"))
    }

    /// The identity of the files' content: it changes when one is written, or replaced by another of the same name.
    private static func identity(_ files: WebConfiguration.TLS) -> Identity {
        [files.certificateFile, files.keyFile].map { path in
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { return [] }
            return [
                Int64(truncatingIfNeeded: status.st_dev), Int64(truncatingIfNeeded: status.st_ino),
                Int64(status.st_size), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
            ]
        }
    }

    private static func load(
        _ files: WebConfiguration.TLS, reporting report: (EndpointNotice) -> Void
    ) throws(EndpointError) -> NIOSSLContext {
        let certificateBytes = try readFile(files.certificateFile)
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificateBytes), let leaf = chain.first else {
            throw EndpointError("\(files.certificateFile) contains no certificate in PEM format")
        }
        let keyBytes = try readFile(files.keyFile)
        guard let key = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) else {
            throw EndpointError("\(files.keyFile) contains no private key in PEM format without a passphrase")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = files.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        // With these TLS 1.2 has forward secrecy, as TLS 1.3 always has.
        configuration.cipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20"
        configuration.applicationProtocols = ["http/1.1"]
        guard let context = try? NIOSSLContext(configuration: configuration) else {
            throw EndpointError(
                "\(files.certificateFile) and \(files.keyFile) do not belong together, or cannot be used")
        }
        if let warning = SecretFile.warning(about: files.keyFile) {
            report(EndpointNotice(isProblem: true, description: warning))
        }
        let now = time(nil)
        let fault: String? =
            leaf.notValidAfter < now ? "has expired" : leaf.notValidBefore > now ? "is not valid yet" : nil
        if let fault {
            let problem = "\(files.certificateFile): the certificate \(fault); clients will refuse it"
            report(EndpointNotice(isProblem: true, description: problem))
        }
        return context
    }
}
#endif
