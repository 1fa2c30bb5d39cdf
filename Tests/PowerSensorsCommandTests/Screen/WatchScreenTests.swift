#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The command on a terminal.
@Suite(.timeLimit(.minutes(2)))
struct WatchScreenTests {
    private static let leaving = "\u{1B}[?1049l"

    /// Starts the command on a terminal, and calls the body with its process number once the first figures are shown.
    private func run(
        _ arguments: [String] = [], on terminal: PseudoTerminal, _ body: (_ process: pid_t) async throws -> Void
    ) async throws -> Command.Outcome {
        let machine = try MockMachine.onePackage()
        let file = "\(machine.tree.path)/number"
        let script = terminal.script(numberIn: file)
        // It ends by itself if the test fails.
        let all = ["--interval", "50ms", "--duration", "60s"] + arguments + Command.roots(machine)
        async let outcome = withRunningClock(of: machine) { try await Command.run(all, inScript: script) }
        try await terminal.wait(until: { terminal.frame.contains { $0.hasPrefix("▶ cpu") } }, "the first figures")
        let number = try machine.tree.text(of: "number")
        let process = try #require(pid_t(number.prefix { $0 != "\n" }))
        try await body(process)
        // Its last figures are more than the terminal holds unread.
        try await terminal.wait(until: { kill(process, 0) != 0 }, "the end")
        let result = try await outcome
        terminal.read()
        return result
    }

    @Test func `it draws, follows the window's size, obeys keys, and leaves the terminal as it was`() async throws {
        let terminal = try PseudoTerminal(rows: 24, columns: 80)
        let outcome = try await run(on: terminal) { _ in
            #expect(!terminal.isUsual)
            #expect(terminal.frame.count == 24)
            terminal.resize(rows: 10, columns: 40)
            try await terminal.wait(
                until: { terminal.frame.count == 10 && terminal.frame.allSatisfy { $0.count < 40 } }, "a smaller frame")
            terminal.type("?")
            try await terminal.wait(
                until: { terminal.frame.contains { $0.hasPrefix("  q, Ctrl-C  quits") } }, "the help")
            terminal.type("? ")
            try await terminal.wait(until: { terminal.frame.first?.hasSuffix("PAUSED ") == true }, "a pause")
            terminal.type("q")
        }
        #expect(outcome.exitCode == 0)
        #expect(terminal.isUsual)
        let end = try #require(terminal.output.ranges(of: Self.leaving).last?.upperBound)
        #expect(terminal.output[..<end].count { $0 == "\u{1B}" } > 3)
        #expect(terminal.output[end...].contains("▶ cpu"), "the last figures stay")
        #expect(!terminal.output[end...].contains("\u{1B}[H"))
    }

    @Test func `a stop, a continuation and a termination leave and take the terminal as they should`() async throws {
        let terminal = try PseudoTerminal(rows: 24, columns: 80)
        let outcome = try await run(on: terminal) { process in
            terminal.type("\u{1A}")
            // Nobody could continue the process here, so that the kernel does not stop it.
            try await terminal.wait(
                until: {
                    terminal.output.ranges(of: Self.leaving).count == 1 && !terminal.isUsual
                        && !terminal.output.hasSuffix(Self.leaving)
                }, "a stop that does not last")
            kill(process, SIGCONT)
            kill(process, SIGTERM)
        }
        #expect(outcome.exitCode == 0)
        #expect(terminal.isUsual)
        #expect(terminal.output.ranges(of: Self.leaving).count == 2)
    }

    @Test func `a termination ends it also while Ctrl-S halts the terminal`() async throws {
        let terminal = try PseudoTerminal(rows: 24, columns: 80)
        let outcome = try await run(on: terminal) { process in
            terminal.type("\u{13}")
            // Until it waits in the midst of a frame.
            try await Task.sleep(for: .milliseconds(300))
            kill(process, SIGTERM)
        }
        #expect(outcome.exitCode == 0)
        #expect(terminal.isUsual)
        #expect(terminal.output.ranges(of: Self.leaving).count == 1)
    }

    @Test(arguments: [(["--plain"], "TERM=xterm"), ([], "TERM=dumb"), ([], "TERM=")])
    func `with --plain and on a dumb terminal it writes blocks, as into a pipe`(
        options: [String], variable: String
    ) async throws {
        let machine = try MockMachine.onePackage()
        let terminal = try PseudoTerminal(rows: 10, columns: 200)
        let script = terminal.script(numberIn: "\(machine.tree.path)/number", variables: variable)
        let arguments =
            options + ["--interval", "50ms", "--duration", "200ms", "--node", "n1"] + Command.roots(machine)
        let (outcome, piped) = try await withRunningClock(of: machine) {
            (try await Command.run(arguments, inScript: script), try await Command.run(arguments))
        }
        terminal.read()
        #expect(outcome.exitCode == 0)
        #expect(!terminal.output.contains("\u{1B}"))
        func shape(_ text: String) -> [String] {
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
                .flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }
            // Digits and the blanks that align them differ.
            return lines.prefix(6).map { $0.filter { !$0.isNumber && $0 != " " && $0 != "." } }
        }
        let (shown, written) = (shape(terminal.output), shape(piped.output))
        // The first power may not be known yet.
        for line in [0, 1, 2, 4, 5] { #expect(shown[line] == written[line]) }
        #expect(shown[3].hasPrefix("▶cpu") && written[3].hasPrefix("▶cpu"))
    }

    @Test func `doctor shows how far it is on a terminal, and nothing of it stays`() async throws {
        let machine = try MockMachine.onePackage()
        let terminal = try PseudoTerminal(rows: 24, columns: 80)
        let script = terminal.script(numberIn: "\(machine.tree.path)/number")
        let outcome = try await withRunningClock(of: machine) {
            try await Command.run(["doctor"] + Command.roots(machine), inScript: script)
        }
        terminal.read()
        #expect(outcome.exitCode == 0)
        #expect(terminal.output.contains("powersensors: doctor: watching the counters, 2 s left"))
        let shown = terminal.output.ranges(of: "watching the counters").last?.upperBound
        let rest = try #require(shown.map { terminal.output[$0...] })
        #expect(rest.contains("\r\u{1B}[K"))
    }
}
#endif
