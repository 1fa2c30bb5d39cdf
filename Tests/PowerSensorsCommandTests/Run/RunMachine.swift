#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

/// Some packages, and a script that lets the counter of each grow by so many millijoules at once, `grow MILLIJOULES`. A counter that
/// grows faster than a package can draw would be ambiguous, and a number that no register has (61 uJ a count) implausible.
struct RunMachine {
    let mock: MockMachine
    let script: String

    init(packages: Int = 1) throws {
        let mock = try MockMachine()
        let names = (0..<packages).map { "package-\($0)" }
        let start = UInt64(1) << 31
        try mock.add(MockControlType(zones: names.map { MockZone(name: $0, power: Watts(50), startCount: start) }))
        let folders = try names.map { try #require(mock.zone($0)).path }
        let files = folders.map { "\(mock.sysfs.path)/\($0)/energy_uj" }
        self.mock = mock
        // The number keeps its length, so that the file is never empty.
        script = """
            counters="\(files.joined(separator: " "))"
            grow() {
                for counter in $counters; do
                    energy=$(cat $counter)
                    printf %s "$((energy + $1 * 1000))" | dd of=$counter conv=notrunc status=none
                done
            }

            """
    }

    func run(_ steps: String, _ options: [String] = []) async throws -> Command.Outcome {
        try await Command.run(
            ["run", "--sensor", "rapl:powercap"] + options + Command.roots(mock) + [
                "--", "sh", "-c", script + steps,
            ])
    }

    /// The result of one command as JSON.
    func result(_ steps: String, _ options: [String] = []) async throws -> JSON {
        let outcome = try await run(steps, ["--format", "json"] + options)
        return try #require(try JSON(outcome.error)["commands"].elements.first)
    }
}
#endif
