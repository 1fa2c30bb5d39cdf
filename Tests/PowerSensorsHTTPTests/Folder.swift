#if Exporters
import PowerSensorsHTTP
import Subprocess
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A folder of a test's own, with what other programs do in it.
final class Folder {
    /// What a script left behind.
    struct Outcome {
        let output: String
        let error: String
        let exitCode: Int32?
    }

    let path: String

    init() throws {
        var template = Array("/tmp/powersensors-http-XXXXXX".utf8CString)
        path = try unsafe template.withUnsafeMutableBufferPointer { template in
            let made = try unsafe #require(template.baseAddress.flatMap { unsafe mkdtemp($0) })
            return unsafe String(cString: made)
        }
    }

    deinit {
        guard let entries = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(entries) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { unsafe unlink("\(path)/\(name)") }
        }
        unsafe closedir(entries)
        unsafe rmdir(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let stream = try unsafe #require(fopen(file(name), "w"))
        let count = unsafe fwrite(bytes, 1, bytes.count, stream)
        unsafe fclose(stream)
        try #require(count == bytes.count)
    }

    /// Runs a script of the shell in the folder.
    @discardableResult
    func shell(_ script: String, _ arguments: String...) async throws -> Outcome {
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments(["-c", "cd \"$0\" && { \(script)\n}", path] + arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard case .exited(let code) = result.terminationStatus else {
            return Outcome(output: result.standardOutput, error: result.standardError, exitCode: nil)
        }
        return Outcome(output: result.standardOutput, error: result.standardError, exitCode: Int32(code))
    }

    /// Makes a certificate that signs itself, for `localhost` and 127.0.0.1, and its key: NAME.crt and NAME.key.
    ///
    /// - Parameter isExpired: Whether it was valid for one day of 2020 only.
    func makeCertificate(_ name: String, isExpired: Bool = false) async throws {
        let dates = isExpired ? "-startdate 20200101000000Z -enddate 20200102000000Z" : "-days 2"
        let made = try await shell(
            """
            printf '%s\\n' '[ca]' default_ca=d '[d]' database=index new_certs_dir=. default_md=sha256 policy=p \
                rand_serial=yes copy_extensions=copy '[p]' commonName=supplied >ca.cnf &&
            : >index &&
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" \
                -subj "/CN=$1" -addext subjectAltName=DNS:localhost,IP:127.0.0.1 &&
            openssl ca -batch -config ca.cnf -selfsign -keyfile "$1.key" -in "$1.csr" -out "$1.crt" -notext \(dates)
            """, name)
        try #require(made.exitCode == 0, "openssl: \(made.error)")
    }

    /// Asks a server by curl: the status it answers, and curl's own exit code.
    func curl(_ arguments: String...) async throws -> (status: Int?, exitCode: Int32?, output: String) {
        let result = try await Subprocess.run(
            .name("curl"),
            arguments: Arguments(
                ["--silent", "--show-error", "--max-time", "60", "--noproxy", "*", "--write-out", "\n%{http_code}"]
                    + arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        var lines = result.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
        let status = lines.popLast().flatMap { Int($0) }
        guard case .exited(let code) = result.terminationStatus else { return (status, nil, "") }
        return (status, Int32(code), lines.joined(separator: "\n"))
    }

    /// Whether the programs are there that these tests need.
    static let hasCurlAndOpenSSL: Bool = ["curl", "openssl"].allSatisfy { name in
        ["/usr/local/bin", "/usr/bin", "/bin"].contains { unsafe access("\($0)/\(name)", X_OK) == 0 }
    }
}
#endif
