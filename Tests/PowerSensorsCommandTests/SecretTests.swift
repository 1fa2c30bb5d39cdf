#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Passwords and tokens, which no one but the server they are for gets to see.
@Suite(.timeLimit(.minutes(3)))
struct SecretTests {
    struct Mistake: CustomTestStringConvertible, Sendable {
        let arguments: [String]
        var environment: [String: String] = [:]
        let says: String

        var testDescription: String { (environment.map { "\($0)=\($1)" } + arguments).joined(separator: " ") }
    }

    @Test func `the list of processes and the log show neither password nor token of a URL`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        // Nobody listens on port 1.
        let script = """
            cd \(folder.path)
            "$@" --loki 'http://me:hunter2@127.0.0.1:1?token=hunter3' --pushgateway=http://hunter4@127.0.0.1:1 2> errors.txt &
            export=$!
            for round in $(seq 150); do [ $(grep -c refused errors.txt) -ge 2 ] && break; sleep 0.2; done
            tr '\\0' ' ' < /proc/$export/cmdline > arguments.txt
            ps -o args= -p $export >> arguments.txt
            kill -TERM $export; wait $export
            """
        _ = try await Command.run(["export", "--interval", "100ms"] + Command.roots(machine), inScript: script)
        let arguments = try folder.text(of: "arguments.txt")
        let errors = try folder.text(of: "errors.txt")
        let shown = "--loki http://xxxxxxxxxx@127.0.0.1:1?xxxxxxxxxxxxx --pushgateway=http://xxxxxxx@127.0.0.1:1"
        #expect(arguments.contains(shown), "\(arguments)")
        #expect(errors.contains("http://127.0.0.1:1/loki/api/v1/push?…: the connection was refused"), "\(errors)")
        for text in [arguments, errors] { #expect(!text.contains("hunter"), "\(text)") }
    }

    @Test(arguments: [
        "POWERSENSORS_LOKI http://me:hunter2@host", "POWERSENSORS_LOKI: http://me:hunter2@host/?x=y",
        "http://me:hunter2@host/?x=y", "hunter2=", "hunter2", "LOKI=http://me:hunter2@host",
        "POWERSENSORS_LOKKI=http://me:hunter2@host", "POWERSENSORS_LOKI=ftp://me:hunter2@host",
        "POWERSENSORS_LOKI=me:hunter2@host", "POWERSENSORS_PROMETHEUS=http://me:hunter2@host:1",
        "POWERSENSORS_LOKI='http://me:hunter2@host/api/prom/push'", "POWERSENSORS_LOKI:http://admin:hunter2pass@host",
    ])
    func `a mistake in the settings file is told without its secrets`(line: String) async throws {
        let folder = try MockTree()
        try folder.write("\(line)\n", to: "settings")
        let outcome = try await Command.run(
            ["export", "--config", "\(folder.path)/settings"],
            inScript: "chmod 600 \(folder.path)/settings; exec \"$@\"")
        #expect(outcome.exitCode == 64)
        #expect(outcome.complaints.count == 1)
        #expect(!outcome.error.contains("hunter2"), "\(outcome.error)")
    }

    @Test(arguments: [
        Mistake(arguments: ["--prometheus", "http://me:hunter2@host:1"], says: "--prometheus http://…@host:1"),
        Mistake(arguments: ["--loki", "http://me:hunter2@ho st"], says: "--loki: http://…@ho st"),
        Mistake(arguments: ["--lokki", "http://me:hunter2@host"], says: "--lokki"),
        Mistake(arguments: ["http://me:hunter2@host?token=hunter2"], says: "http://…@host?…"),
        Mistake(
            arguments: ["--json", "-"], environment: ["POWERSENSORS_PROMETHEUS": "me:hunter2@host:1"],
            says: "POWERSENSORS_PROMETHEUS=…@host:1"),
    ])
    func `a mistake on the command line is told without its secrets`(mistake: Mistake) async throws {
        let outcome = try await Command.run(["export"] + mistake.arguments, environment: mistake.environment)
        #expect(outcome.exitCode == 64)
        #expect(outcome.error.contains(mistake.says), "\(outcome.error)")
        #expect(!outcome.error.contains("hunter2"), "\(outcome.error)")
    }

    @Test(arguments: [
        Mistake(arguments: ["--json", "-", "--loki-username", "me"], says: "--loki"),
        Mistake(arguments: ["--json", "-", "--pushgateway-ca-file", "a"], says: "without --pushgateway."),
        Mistake(arguments: ["--loki", "http://h", "--loki-username", "me"], says: "--loki-password-file"),
        Mistake(arguments: ["--loki", "http://h", "--loki-password-file", "a"], says: "--loki-username"),
        Mistake(
            arguments: ["--loki", "http://h", "--loki-username", "me", "--loki-bearer-token-file", "a"],
            says: "--loki-username and --loki-bearer-token-file exclude each other"),
        Mistake(
            arguments: ["--loki", "http://h", "--loki-bearer-token-file", "/nonexistent"],
            says: "/nonexistent: No such file or directory"),
        Mistake(
            arguments: ["--pushgateway", "http://h", "--pushgateway-bearer-token-file", "/dev/null"],
            says: "/dev/null: it must be a file, since it is read again for each request"),
        Mistake(arguments: ["--loki", "http://h", "--loki-ca-file", "/etc/passwd"], says: "no certificate in PEM"),
        Mistake(
            arguments: ["--loki", "http://h", "--loki-ca-file", "/dev/zero"], says: "/dev/zero: it must be a file."),
    ])
    func `what is missing for access to a server is one line`(mistake: Mistake) async throws {
        let outcome = try await Command.run(["export"] + mistake.arguments)
        #expect(outcome.exitCode == 64)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains(mistake.says), "\(outcome.error)")
    }

    @Test func `an argument that is not UTF-8 is overwritten no further than it reaches`() async throws {
        // A byte that is not UTF-8 becomes three, with which the longest would reach beyond the arguments' end.
        for length in [3000, 30_000] {
            let outcome = try await Command.run(
                ["export"],
                inScript: "exec \"$@\" --prometheus \"$(printf '\\377%.0s' $(seq \(length)))://u:hunter2@h\"")
            #expect(outcome.exitCode == 64)
            #expect(!outcome.error.contains("hunter2"), "\(outcome.error)")
        }
    }

    /// A libcrypt that knows only hashes of the lowest cost.
    private static let library = """
        #include <string.h>
        char *crypt_r(const char *password, const char *setting, void *data) {
            return strcpy(data, strncmp(setting, "$2b$04$", 7) ? "*0" : setting);
        }
        """

    @Test(
        .enabled(
            if: unsafe system("command -v cc curl python3 > /dev/null") == 0, "needs a C compiler, curl and python3"))
    func `a password that libcrypt cannot check is reported once, with the remedy`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write(Self.library, to: "crypt.c")
        let hash = "$2b$10$abcdefghijklmnopqrstuuNYVhuCzN8W/N3q6oBTpBoHaLLh6DgBG"
        try folder.write("basic_auth_users: {alice: \(hash)}\n", to: "web.yml")
        let script = """
            cd \(folder.path)
            cc -shared -fPIC -o libcrypt.so.1 crypt.c || exit 11
            \(Command.freePort)
            port=$(free_port)
            LD_LIBRARY_PATH=. "$@" --prometheus 127.0.0.1:$port --web-config web.yml 2> errors.txt & export=$!
            for round in $(seq 150); do grep -q scrape errors.txt && break; sleep 0.2; done
            for round in 1 2; do
                curl -s -o answer.txt -w '%{http_code} ' --noproxy '*' -u alice:test http://127.0.0.1:$port/metrics
            done
            kill -TERM $export; wait $export
            """
        let outcome = try await Command.run(["export"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0 && outcome.output == "503 503 ", "\(outcome.error)")
        let errors = try folder.text(of: "errors.txt").split(separator: "\n")
        let problem = "the password of user alice could not be checked: libcrypt refuses the hash. Remedy: make another"
        #expect(errors.count { $0.contains(problem) } == 1, "\(errors)")
    }

    // MARK: Files

    /// A server with a certificate of its own that writes down what credentials it gets, and accepts everything.
    private static let server = """
        import ssl, sys
        from http.server import BaseHTTPRequestHandler, HTTPServer
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *arguments): pass
            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with open("seen.txt", "a") as file: print(self.path, self.headers["Authorization"], file=file)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.send_header("Connection", "close")
                self.end_headers()
            do_GET = do_POST = do_PUT = do_DELETE = answer
        server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("server.crt", "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.serve_forever()
        """

    private static let prologue = """
        trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
        \(Command.freePort)
        until_true() { for round in $(seq 150); do "$@" && return; sleep 0.2; done; echo "never: $*" >&2; return 1; }
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
            -addext subjectAltName=DNS:localhost -keyout server.key -out server.crt 2> openssl.txt
        umask 077
        printf 'one\\n' > token; printf '\\357\\273\\277 pass \\n\\n' > password
        port=$(free_port)
        python3 server.py $port &
        until_true curl -s -o answer.txt --cacert server.crt https://localhost:$port
        targets="--loki https://localhost:$port --pushgateway https://localhost:$port"
        access="--loki-bearer-token-file token --pushgateway-username me --pushgateway-password-file password"
        authority="--loki-ca-file server.crt --pushgateway-ca-file server.crt"

        """

    private static var hasPrograms: Bool { unsafe system("command -v curl openssl python3 > /dev/null") == 0 }

    @Test(.enabled(if: hasPrograms, "needs curl, openssl and python3"))
    func `password, token and authority come from files, and a new token needs no restart`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write(Self.server, to: "server.py")
        let script =
            "cd \(folder.path)\n" + Self.prologue + """
                "$@" $targets $access $authority --check 2> check.txt || exit 11
                "$@" $targets $access --check 2> untrusted.txt && exit 12
                chmod 644 token; chmod 604 password
                "$@" $targets $access $authority 2> errors.txt & export=$!
                seen() { grep -q "$1" seen.txt; }
                until_true seen 'loki.*Bearer one$'; until_true seen 'job/powersensors.*Basic bWU6cGFzcw==$'
                printf two > new; mv new token
                until_true seen 'Bearer two$'
                kill -TERM $export; wait $export
                """
        let outcome = try await Command.run(
            ["export", "--interval", "100ms"] + Command.roots(machine), inScript: script)
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(try folder.text(of: "check.txt").isEmpty)
        let untrusted = try folder.text(of: "untrusted.txt")
        #expect(untrusted.contains("no authority that is trusted here vouches for its certificate"), "\(untrusted)")
        let errors = try folder.text(of: "errors.txt").split(separator: "\n")
        #expect(errors.count == 2 && errors.allSatisfy { $0.contains("Remedy: chmod o= ") }, "\(errors)")
    }

    @Test func `a token that every user may read is reported also to who wants no findings`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        try folder.write("one\n", to: "token")
        // Nobody listens on port 1.
        let outcome = try await Command.run(
            ["export", "--check", "--quiet", "--loki", "http://127.0.0.1:1", "--loki-bearer-token-file"]
                + ["\(folder.path)/token"] + Command.roots(machine),
            inScript: "chmod 644 \(folder.path)/token; exec \"$@\"")
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 2 && outcome.error.contains("Remedy: chmod o= "), "\(outcome.error)")
    }

    @Test func `a settings file with a password is reported if every user may read it`() async throws {
        let machine = try MockMachine.onePackage()
        let folder = try MockTree()
        let arguments = ["list", "--config", "\(folder.path)/settings"] + Command.roots(machine)
        try folder.write("POWERSENSORS_LOKI=http://me:hunter2@host\n", to: "settings")
        let open = try await Command.run(arguments, inScript: "chmod 644 \(folder.path)/settings; exec \"$@\"")
        #expect(open.error.contains("settings: every user of this machine may read what is secret in it."))
        #expect(open.complaints.count == 1)
        let closed = try await Command.run(arguments, inScript: "chmod 640 \(folder.path)/settings; exec \"$@\"")
        #expect(closed.error.isEmpty)
        try folder.write("POWERSENSORS_LOKI=http://host\n", to: "settings")
        let harmless = try await Command.run(arguments, inScript: "chmod 644 \(folder.path)/settings; exec \"$@\"")
        #expect(harmless.error.isEmpty)
    }
}
#endif
