#if Exporters
import PowerSensorsTesting
import Subprocess
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Runs the built command as users do.
enum Command {
    /// The result of a run.
    struct Outcome {
        let output: String
        let error: String
        let exitCode: Int32?

        /// The lines on standard error.
        var complaints: [Substring] { error.split(separator: "\n") }
    }

    /// The command's binary, which the build puts beside the tests.
    static func path() throws -> String { try path(of: "powersensors") }

    /// The path of another binary of this package, in the same folder.
    static func path(of name: String) throws -> String {
        let own = try unsafe #require(realpath("/proc/self/exe", nil))
        defer { unsafe free(own) }
        let folder = unsafe String(cString: own).split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/\(name)"
        try #require(unsafe access(path, X_OK) == 0, "The tests look for \(name) at \(path).")
        return path
    }

    /// Runs the command to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
        try await outcome(Self.arguments(arguments), environment)
    }

    /// Runs the command in a shell script, in which `"$@"` is the command with its arguments.
    static func run(_ arguments: [String], inScript script: String) async throws -> Outcome {
        try await outcome(Self.arguments(arguments, inScript: script), [:])
    }

    /// Runs the command until a line of its output fulfils the condition, and then stops it.
    ///
    /// After a minute the command ends by itself, since a busy machine may be slow.
    static func lines(_ arguments: [String], until isLast: (String) throws -> Bool) async throws -> [String] {
        let result = try await Subprocess.run(
            shell, arguments: Self.arguments(arguments + ["--duration", "60s"]), input: .none, output: .sequence,
            error: .string(limit: 1 << 20)
        ) { execution in
            var seen: [String] = []
            var isAsked = false
            for try await line in execution.standardOutput.strings() {
                seen.append(line)
                guard !isAsked, try isLast(line) else { continue }
                isAsked = true
                try execution.send(signal: .terminate)
            }
            return seen
        }
        #expect(result.standardError.isEmpty)
        #expect(result.terminationStatus.exitCode == 0)
        return result.closureResult
    }

    /// The options for a mock machine's file trees.
    static func roots(_ machine: MockMachine) -> [String] {
        ["--sysfs", machine.sysfs.path, "--procfs", machine.procfs.path, "--dev", machine.dev.path]
    }

    /// A shell function that prints a free port.
    ///
    /// It is none of those that the kernel gives to outgoing connections (ip_local_port_range, from 32768 on): of them one that
    /// is free now may be taken a moment later.
    static let freePort = """
        free_port() { python3 -c '
        import random, socket
        while True:
            port = random.randint(10240, 32000)
            try: socket.socket().bind(("127.0.0.1", port))
            except OSError: continue
            print(port)
            break'; }
        """

    /// The shell that runs scripts, and the plain command too, since naming its file would need another package.
    static let shell = Executable.name("sh")

    /// The shell's arguments.
    static func arguments(_ arguments: [String], inScript script: String = "exec \"$@\"") throws -> Arguments {
        Arguments(["-c", script, "sh", try path()] + arguments)
    }

    private static func outcome(
        _ arguments: Arguments,
        _ environment: [String: String]
    ) async throws -> Outcome {
        // What people read has more than ASCII only in such a locale.
        var variables: [Environment.Key: String?] = ["LC_ALL": "C.UTF-8"]
        for (name, value) in environment {
            let key = try #require(Environment.Key(rawValue: name))
            variables[key] = value
        }
        let result = try await Subprocess.run(
            shell,
            arguments: arguments,
            environment: .inherit.updating(variables),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 20)
        )
        return Outcome(
            output: result.standardOutput,
            error: result.standardError,
            exitCode: result.terminationStatus.exitCode
        )
    }
}

extension TerminationStatus {
    /// The exit code; nil if a signal ended the process.
    var exitCode: Int32? {
        guard case .exited(let code) = self else { return nil }
        return Int32(code)
    }
}
#endif
