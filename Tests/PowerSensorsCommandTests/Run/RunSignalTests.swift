#if Exporters
import PowerSensorsTesting
import Testing

/// Signals, sent as shells, supervisors and terminals do. Python sends them, since a shell without a terminal has no groups.
@Suite(.timeLimit(.minutes(3)))
struct RunSignalTests {
    /// Starts the command in a group of its own whose parent is in another one, as a shell does.
    private static let start = """
        import os, pty, re, select, shlex, signal, subprocess, sys, time

        def start(*command):
            return subprocess.Popen(sys.argv[1:] + ["--", *command], stdout=subprocess.PIPE, preexec_fn=os.setpgrp, text=True)

        def state(process):
            try: return open(f"/proc/{process}/stat").read().rpartition(")")[2].split()[0]
            except OSError: return "gone"

        def wait_for(condition):
            end = time.time() + 60
            while not condition():
                if time.time() > end: sys.exit("waited in vain")
                time.sleep(0.01)

        """

    private static func run(_ options: [String], _ program: String) async throws -> Command.Outcome {
        try await Command.run(["run"] + options, inScript: "python3 -c '\(start)\(program)' \"$@\"")
    }

    @Test func `a signal reaches the command once, whether it is sent to the group or to one process`() async throws {
        let outcome = try await Self.run(
            [],
            """
            counting = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [10, 12]); print(0, flush=True)\\n" \\
                "while signal.sigwait([10, 12]) == 10: print(1, flush=True)"
            run = start(sys.executable, "-c", counting)
            run.stdout.readline()
            for send in (os.killpg, os.kill, os.killpg):
                send(run.pid, signal.SIGUSR1)
                run.stdout.readline()
                time.sleep(0.3)
            os.kill(run.pid, signal.SIGUSR2)
            print("further:", run.stdout.read().count("1"), "status:", run.wait())
            """)
        #expect(outcome.output == "further: 0 status: 0\n", "\(outcome.error)")
    }

    @Test func `every signal that can be caught reaches the command`() async throws {
        let outcome = try await Self.run(
            [],
            """
            waiting = "import signal; kinds = [37, 28, 23, 26, 12]; signal.pthread_sigmask(signal.SIG_BLOCK, kinds)\\n" \\
                "print(0, flush=True)\\n" \\
                "while (kind := int(signal.sigwait(kinds))) != 12: print(kind, flush=True)"
            run = start(sys.executable, "-c", waiting)
            run.stdout.readline()
            for kind in (37, signal.SIGWINCH, signal.SIGURG, signal.SIGVTALRM):
                os.kill(run.pid, kind)
                print(run.stdout.readline().strip())
            os.kill(run.pid, 12)
            print("status:", run.wait())
            """)
        #expect(outcome.output == "37\n28\n23\n26\nstatus: 0\n", "\(outcome.error)")
    }

    @Test(arguments: ["SIGALRM", "SIGSEGV"])
    func `what would end any program ends the command and then this one`(name: String) async throws {
        let outcome = try await Self.run(
            [],
            """
            run = start("sh", "-c", "echo $$; exec sleep 60")
            child = int(run.stdout.readline())
            os.kill(run.pid, signal.\(name))
            print(run.wait() - 128 == signal.\(name), state(child))
            """)
        #expect(outcome.output == "True gone\n", "\(outcome.error)")
    }

    @Test func `a signal during the start-up has the exit status of that signal`() async throws {
        let outcome = try await Self.run(
            [],
            """
            statuses = set()
            for delay in range(0, 60, 3):
                run = start("sleep", "60")
                time.sleep(delay / 1000)
                run.terminate()
                statuses.add(run.wait())
            print("other:", statuses - {-signal.SIGTERM, 128 + signal.SIGTERM})
            """)
        #expect(outcome.output == "other: set()\n", "\(outcome.error)")
    }

    @Test func `an alarm that was set before the start is not lost`() async throws {
        let outcome = try await Self.run(
            [],
            """
            limited = lambda: signal.alarm(2)
            print("status:", subprocess.run(sys.argv[1:] + ["--", "sleep", "60"], preexec_fn=limited).returncode)
            """)
        #expect(outcome.output == "status: 142\n", "\(outcome.error)")
    }

    @Test func `an alarm that was ignored stays so for the command`() async throws {
        let outcome = try await Command.run(
            ["run", "--", "sed", "-n", "s/^SigIgn:\t//p", "/proc/self/status"], inScript: "trap '' ALRM; \"$@\"")
        let mask = try #require(UInt64(outcome.output.filter { !$0.isWhitespace }, radix: 16))
        #expect(mask & (1 << 13) != 0, "\(outcome.output)")
    }

    @Test(arguments: ["SIGTSTP", "SIGTTIN", "SIGTTOU"])
    func `a stop that a process sends stops the command too, and both go on together`(name: String) async throws {
        let outcome = try await Self.run(
            ["--format", "json"],
            """
            run = start("sh", "-c", "echo $$; exec sleep 3")
            child = int(run.stdout.readline())
            os.kill(run.pid, signal.\(name))
            wait_for(lambda: state(run.pid) == "T" and state(child) == "T")
            time.sleep(0.3)
            os.kill(run.pid, signal.SIGCONT)
            wait_for(lambda: state(child) != "T")
            print("status:", run.wait())
            """)
        #expect(outcome.output == "status: 0\n", "\(outcome.error)")
        let run = try #require(try JSON(outcome.error)["commands"].elements.first?["runs"].elements.first)
        let (stopped, wall) = (run["stopped_s"].number ?? 0, run["wall_s"].number ?? 0)
        #expect(stopped >= 0.25 && wall > stopped, "\(run)")
    }

    @Test func `Ctrl-C and Ctrl-Z reach a command that leads a group of its own, with all of that group`() async throws
    {
        let outcome = try await Self.run(
            [],
            """
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            own = "import os, sys, time; os.setpgrp(); child = os.fork()\\n" \\
                "if child: print(f\\"pid={os.getpid()} {child}.\\", flush=True)\\n" \\
                "time.sleep(60)"
            run, terminal = pty.fork()
            if run == 0: os.execvp(sys.argv[1], sys.argv[1:] + ["--", sys.executable, "-c", own])
            seen = ""
            while not (found := re.search(r"pid=(\\d+) (\\d+)\\.", seen)): seen += os.read(terminal, 65536).decode(errors="replace")
            both = [int(found[1]), int(found[2])]
            os.write(terminal, b"\\x1a")
            wait_for(lambda: all(state(process) == "T" for process in both))
            os.kill(run, signal.SIGCONT)
            wait_for(lambda: all(state(process) != "T" for process in both))
            os.write(terminal, b"\\x03")
            wait_for(lambda: state(both[1]) in ("gone", "Z"))
            print("status:", os.waitstatus_to_exitcode(os.waitpid(run, 0)[1]))
            """)
        #expect(outcome.output == "status: 130\n", "\(outcome.error)")
    }

    @Test func `Ctrl-Z stops the command and the shell's fg lets it go on`() async throws {
        let outcome = try await Self.run(
            [],
            """
            shell, terminal = pty.fork()
            if shell == 0: os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
            seen = ""
            def read_until(pattern):
                global seen
                end = time.time() + 60
                while not (found := re.search(pattern, seen)):
                    if time.time() > end: sys.exit(f"no {pattern} in {seen}")
                    if select.select([terminal], [], [], 1)[0]: seen += os.read(terminal, 65536).decode(errors="replace")
                seen = seen[found.end():]
                return found
            os.write(terminal, (shlex.join(sys.argv[1:]) + " -- sh -c \\"echo pid=\\\\$\\\\$.; exec sleep 1\\"\\n").encode())
            child = int(read_until(r"pid=(\\d+)\\.")[1])
            os.write(terminal, b"\\x1a")
            read_until("Stopped")
            wait_for(lambda: state(child) == "T")
            time.sleep(0.3)
            os.write(terminal, b"fg\\n")
            read_until("it was stopped for")
            os.write(terminal, b"exit\\n")
            print("went on")
            """)
        #expect(outcome.output == "went on\n", "\(outcome.error)")
    }
}
#endif
