#if Exporters
import PowerSensors
import PowerSensorsCarbon
import PowerSensorsCommand
import PowerSensorsTesting
import Testing

struct CarbonFileTests {
    private func read(_ text: String) throws(CommandFailure) -> [CarbonIntensity] {
        try CarbonFile(Array(text.utf8), path: "own.csv").intensities
    }

    @Test func `columns may be in any order, fields quoted, and lines have any end`() throws {
        let text = "\u{FEFF}name,gco2e_per_kwh,region\r\n\"Hall 1, \"\"north\"\"\",12.5,hall-1\r\n\r\n,0,hall-2"
        let intensities = try read(text)
        #expect(intensities.map(\.region) == ["hall-1", "hall-2"])
        #expect(intensities.map(\.name) == ["Hall 1, \"north\"", "hall-2"])
        #expect(intensities.map(\.gramsPerKilowattHour) == [12.5, 0])
    }

    @Test(arguments: [
        ("", "own.csv: it has no region"), ("region,gco2e_per_kwh\n", "own.csv: it has no region"),
        ("region,grams\nDE,4\n", "own.csv:1: the header lacks the column region or gco2e_per_kwh: region,grams"),
        ("region,gco2e_per_kwh\nDE,-4\n", "own.csv:2: gco2e_per_kwh is '-4'"),
        ("region,gco2e_per_kwh\n\nDE\n", "own.csv:3: gco2e_per_kwh is ''"),
        ("region,gco2e_per_kwh\nDE,1e9\n", "own.csv:2: gco2e_per_kwh is '1e9'"),
        ("region,gco2e_per_kwh\n,4\n", "own.csv:2: the region has no code"),
        ("region,gco2e_per_kwh\n\"DE,4\n", "own.csv:2: a quotation mark is not closed"),
    ]) func `a mistake is named with its line and value`(text: String, complaint: String) {
        let failure = #expect(throws: CommandFailure.self) { try read(text) }
        #expect(failure?.line.hasPrefix(complaint) == true, "\(failure?.line ?? "")")
    }
}

struct CarbonCommandTests {
    @Test func `a region adds the carbon of the machine's energy`() async throws {
        let machine = try MockMachine.onePackage()
        let lines = try await withRunningClock(of: machine) {
            try await Command.lines(["--json", "--interval", "50ms", "--region", "fr"] + Command.roots(machine)) {
                try (JSON($0)["host"].elements.first?["energy_j"].number ?? 0) > 0
            }
        }
        let last = try JSON(String(try #require(lines.last)))
        let known = try CarbonRegions.builtIn.intensity(of: "FRA")
        #expect(last["carbon_region"].text == "FRA")
        #expect(last["carbon_year"].text == known.year)
        #expect(last["carbon_scope"].text == "cpu")
        let energy = try #require(last["host"].elements.first?["energy_j"].number)
        let grams = try #require(last["carbon_g"].number)
        #expect(energy > 0)
        #expect(abs(grams - energy / 3.6e6 * known.gramsPerKilowattHour) < 1e-12)
    }

    @Test func `the list names code, number, year, and source`() async throws {
        let outcome = try await Command.run(["list", "--region", "list"])
        #expect(outcome.exitCode == 0)
        let line = outcome.output.split(separator: "\n").first { $0.hasPrefix("FRA ") }
        #expect(line?.hasSuffix("France (Our World in Data, CC BY 4.0)") == true)
    }
}
#endif
