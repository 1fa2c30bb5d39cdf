#if Exporters
import PowerSensorsTesting
import Testing

struct BadInputTests {
    struct Mistake: CustomTestStringConvertible {
        let arguments: [String]
        var environment: [String: String] = [:]
        let exitCode: Int32
        let mentions: [String]

        var testDescription: String { (environment.map { "\($0)=\($1)" } + arguments).joined(separator: " ") }
    }

    @Test(arguments: [
        Mistake(arguments: ["--frobnicate"], exitCode: 64, mentions: ["--frobnicate", "--help"]),
        Mistake(arguments: ["list", "--frobnicate"], exitCode: 64, mentions: ["--frobnicate", "list --help"]),
        Mistake(arguments: ["lost"], exitCode: 64, mentions: ["lost", "Did you mean list?"]),
        Mistake(arguments: ["--interval"], exitCode: 64, mentions: ["--interval"]),
        Mistake(arguments: ["--interval", "0"], exitCode: 64, mentions: ["--interval 0", "1ms", "1d"]),
        Mistake(arguments: ["--interval", "0s"], exitCode: 64, mentions: ["--interval 0s", "1ms", "1d"]),
        Mistake(arguments: ["--interval", "365d"], exitCode: 64, mentions: ["--interval 365d", "1ms", "1d"]),
        Mistake(arguments: ["--interval", "2 s"], exitCode: 64, mentions: ["--interval 2 s", "2s"]),
        Mistake(arguments: ["--interval", "0.5ms"], exitCode: 64, mentions: ["--interval 0.5ms", "1ms"]),
        Mistake(arguments: ["wach"], exitCode: 64, mentions: ["wach", "Did you mean watch?"]),
        Mistake(arguments: ["--region", "London"], exitCode: 64, mentions: ["it may mean", "gcp:europe-west2"]),
        Mistake(arguments: ["--interval", "99999999999999999999s"], exitCode: 64, mentions: ["--interval"]),
        Mistake(arguments: ["--interval", "9223372036854775807d"], exitCode: 64, mentions: ["--interval"]),
        Mistake(arguments: ["--interval", "٣s"], exitCode: 64, mentions: ["--interval"]),
        Mistake(arguments: ["--duration", "0s"], exitCode: 64, mentions: ["--duration 0s"]),
        Mistake(
            arguments: ["--sensor", "barometer"],
            exitCode: 64,
            mentions: ["--sensor barometer", "rapl", "estimator"]
        ),
        Mistake(arguments: ["--scope", "moon"], exitCode: 64, mentions: ["--scope moon", "cpu", "wall"]),
        Mistake(arguments: ["--whole", "moon"], exitCode: 64, mentions: ["--whole moon", "id", "wall"]),
        Mistake(arguments: ["list", "--whole", "rapl/psys=moon"], exitCode: 64, mentions: ["--whole rapl/psys=moon"]),
        Mistake(
            arguments: ["list", "--whole", "rapl/psys=wall", "--whole", "rapl/psys=cpu"], exitCode: 64,
            mentions: ["--whole rapl/psys", "wall", "cpu"]),
        Mistake(arguments: ["--format", "xml"], exitCode: 64, mentions: ["--format xml", "csv"]),
        Mistake(arguments: ["--json", "--format", "csv"], exitCode: 64, mentions: ["--format csv", "--json"]),
        Mistake(arguments: ["--top", "many"], exitCode: 64, mentions: ["--top many"]),
        Mistake(arguments: ["--top=-1"], exitCode: 64, mentions: ["--top -1"]),
        Mistake(arguments: ["--top", "-1"], exitCode: 64, mentions: ["--top -1", "0 to 1000000"]),
        Mistake(
            arguments: ["watch", "--tree", "--top", "5", "--format", "csv"], exitCode: 64,
            mentions: ["--tree", "--format csv"]),
        Mistake(arguments: ["watch", "--tree", "--top", "0"], exitCode: 64, mentions: ["--tree", "--top 10"]),
        Mistake(
            arguments: ["export", "--tree", "--json", "-", "--consumers", "vm"], exitCode: 64,
            mentions: ["--tree", "--consumers process"]),
        Mistake(
            arguments: ["export", "--tree", "--csv", "-", "--consumers", "process"], exitCode: 64,
            mentions: ["--tree", "--json, --prometheus"]),
        Mistake(arguments: ["--interval", "-1s"], exitCode: 64, mentions: ["--interval -1s", "1ms", "1d"]),
        Mistake(arguments: ["--duration", "-1s"], exitCode: 64, mentions: ["--duration -1s", "1ms"]),
        Mistake(arguments: ["--max-power", "-5"], exitCode: 64, mentions: ["--max-power -5", "watts"]),
        Mistake(arguments: ["--json", "list", "--frobnicate"], exitCode: 64, mentions: ["--frobnicate", "--help"]),
        Mistake(arguments: ["list", "watch"], exitCode: 64, mentions: ["watch"]),
        Mistake(arguments: ["--max-power", "0"], exitCode: 64, mentions: ["--max-power 0"]),
        Mistake(arguments: ["--max-power", "nan"], exitCode: 64, mentions: ["--max-power nan"]),
        Mistake(arguments: ["--max-power", "inf"], exitCode: 64, mentions: ["--max-power inf"]),
        Mistake(arguments: ["--region", "Atlantis"], exitCode: 64, mentions: ["--region Atlantis", "--region list"]),
        Mistake(arguments: ["--carbon-intensity", "-1"], exitCode: 64, mentions: ["--carbon-intensity -1", "10000"]),
        Mistake(
            arguments: ["--carbon-intensity", "5", "--region", "DE"], exitCode: 64,
            mentions: ["--carbon-intensity 5", "--region"]),
        Mistake(arguments: ["--carbon-file", "/x"], exitCode: 1, mentions: ["/x"]),
        Mistake(arguments: ["--node", ""], exitCode: 64, mentions: ["--node"]),
        Mistake(arguments: ["--sysfs", "/nowhere/at/all"], exitCode: 1, mentions: ["--sysfs", "/nowhere/at/all"]),
        Mistake(arguments: ["list", "--procfs", "/etc/passwd"], exitCode: 1, mentions: ["--procfs", "/etc/passwd"]),
        Mistake(
            arguments: ["list"],
            environment: ["POWERSENSORS_INTERVAL": "0"],
            exitCode: 64,
            mentions: ["POWERSENSORS_INTERVAL=0", "1ms"]
        ),
        Mistake(
            arguments: ["list"],
            environment: ["POWERSENSORS_SENSOR": "rapl,barometer"],
            exitCode: 64,
            mentions: ["POWERSENSORS_SENSOR=barometer"]
        ),
        Mistake(
            arguments: ["list"],
            environment: ["POWERSENSORS_JSON": "maybe"],
            exitCode: 64,
            mentions: ["POWERSENSORS_JSON=maybe"]
        ),
        Mistake(
            arguments: ["list"],
            environment: ["POWERSENSORS_DEV": "/nowhere"],
            exitCode: 1,
            mentions: ["POWERSENSORS_DEV", "/nowhere"]
        ),
    ])
    func `a mistake is one clear line that names it, and the right exit code`(mistake: Mistake) async throws {
        let outcome = try await Command.run(mistake.arguments, environment: mistake.environment)
        #expect(outcome.exitCode == mistake.exitCode)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.hasPrefix("powersensors: "))
        for word in mistake.mentions { #expect(outcome.error.contains(word)) }
    }

    @Test func `a machine without any sensor ends watch with one line that says what to do`() async throws {
        let machine = try MockMachine()
        let outcome = try await Command.run(["--duration", "1s"] + Command.roots(machine))
        #expect(outcome.exitCode == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("Remedy: "))
        #expect(outcome.error.contains("/cpuinfo"), "the estimator should work anywhere; counters need not be there")
    }

    @Test func `a tree full of garbage ends watch with one line, and no trap`() async throws {
        let machine = try MockMachine.garbage()
        let outcome = try await Command.run(["--duration", "1s"] + Command.roots(machine))
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(!outcome.error.contains("\u{1B}"))
    }

    @Test func `an unavailable scope is an error that names the available ones`() async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await Command.run(["--scope", "battery"] + Command.roots(machine))
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("--scope"))
        #expect(outcome.error.contains("it has only cpu"))
    }

    @Test func `a full disk is a failure of one line`() async throws {
        let machine = try MockMachine.onePackage()
        let arguments = ["--interval", "10ms", "--duration", "1s"] + Command.roots(machine)
        let outcome = try await Command.run(arguments, inScript: "\"$@\" > /dev/full")
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("No space left"))
    }

    @Test func `the main help names the default subcommand's options`() async throws {
        let outcome = try await Command.run(["--help"])
        for word in ["--interval", "--duration", "--format", "watch --help"] { #expect(outcome.output.contains(word)) }
    }

    @Test(arguments: [
        ["--help"], ["--version"], ["list", "--help"], ["help", "watch"], ["--json", "list", "--help"],
    ])
    func `help is printed with exit code 0`(arguments: [String]) async throws {
        let outcome = try await Command.run(arguments)
        #expect(outcome.exitCode == 0)
        #expect(!outcome.output.isEmpty)
        #expect(outcome.error.isEmpty)
    }
}
#endif
