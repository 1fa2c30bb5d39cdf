#if Exporters
import PowerSensorsTesting
import Subprocess
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A temporary folder, and other programs that work in it.
struct TemporaryFolder {
    /// The outcome of a script.
    struct Outcome {
        let output: String
        let error: String
        let exitCode: Int32?
    }

    private let tree: MockTree

    init() throws { tree = try MockTree() }

    func file(_ name: String) -> String { "\(tree.path)/\(name)" }

    func write(_ text: String, to name: String) throws { try tree.write(text, to: name) }

    /// Runs a shell script in the folder.
    @discardableResult
    func shell(_ script: String, _ arguments: String...) async throws -> Outcome {
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments(["-c", "cd \"$0\" && { \(script)\n}", tree.path] + arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard case .exited(let code) = result.terminationStatus else {
            return Outcome(output: result.standardOutput, error: result.standardError, exitCode: nil)
        }
        return Outcome(output: result.standardOutput, error: result.standardError, exitCode: Int32(code))
    }

    /// Makes a self-signed certificate for `localhost` and 127.0.0.1, and its key: NAME.crt and NAME.key.
    ///
    /// - Parameter isExpired: Whether it was only valid for one day in 2020.
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

    /// Sends a request by curl, and returns the response's status with curl's own exit code.
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

    /// Whether curl and openssl are installed.
    static let hasCurlAndOpenSSL: Bool = ["curl", "openssl"].allSatisfy { name in
        ["/usr/local/bin", "/usr/bin", "/bin"].contains { unsafe access("\($0)/\(name)", X_OK) == 0 }
    }
}
#endif
