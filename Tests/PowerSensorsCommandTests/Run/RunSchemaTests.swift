#if Exporters
import PowerSensorsTesting
import Testing

struct RunSchemaTests {
    private static let script =
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Scripts/page/schema.py"

    @Test(arguments: [
        ["--", "true"], ["--phases", "x", "--price", "0.3", "--", "echo", "x"],
        ["--runs", "2", "--compare", "--phases", "x", "--baseline", "200ms", "--", "echo", "x", "--", "true"],
    ])
    func `the result is what its schema says`(arguments: [String]) async throws {
        let machine = try MockMachine.onePackage()
        let outcome = try await withRunningClock(of: machine) {
            try await Command.run(
                ["run", "--format", "json", "--region", "DE"] + Command.roots(machine) + arguments,
                inScript: "\"$@\" 2>&1 >/dev/null | python3 \(Self.script) run")
        }
        #expect(outcome.output == "run: ok\n", "\(outcome.output) \(outcome.error)")
    }

    @Test func `a stored baseline is what its schema says`() async throws {
        let machine = try MockMachine.onePackage()
        let path = "\(machine.sysfs.path)/idle.json"
        let outcome = try await withRunningClock(of: machine) {
            try await Command.run(
                ["run", "--baseline", "200ms", "--save-baseline", path] + Command.roots(machine),
                inScript: "\"$@\"; python3 \(Self.script) run baseline <\(path)")
        }
        #expect(outcome.output == "run: ok\n", "\(outcome.output) \(outcome.error)")
    }

    @Test func `a member that is missing, new or of another type is found`() async throws {
        let outcome = try await Command.run(
            [], inScript: "echo '{\"version\":1,\"node\":7,\"more\":0}' | python3 \(Self.script) run; true")
        for part in ["there is no commands", "node: 7 is not", "more is not documented"] {
            #expect(outcome.output.contains(part), "\(outcome.output)")
        }
    }
}
#endif
