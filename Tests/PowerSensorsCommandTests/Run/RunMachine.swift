#if Exporters
import PowerSensorsTesting
import Testing

/// One package, and a script that lets its counter grow by so many millijoules at once, `grow MILLIJOULES`. A counter that grows
/// faster than a package can draw would be ambiguous, and a number that no register has (61 uJ a count) implausible.
struct RunMachine {
    let mock: MockMachine
    let script: String

    init() throws {
        mock = try MockMachine.onePackage(countsBeforeWrap: 1 << 31)
        let zone = try #require(mock.zone("package-0"))
        let counter = try #require(zone.counter)
        // The number keeps its length, so that the file is never empty.
        script = """
            energy=\(counter.number)
            grow() {
                energy=$((energy + $1 * 1000))
                printf %s "$energy" | dd of=\(mock.sysfs.path)/\(zone.path)/energy_uj conv=notrunc status=none
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
