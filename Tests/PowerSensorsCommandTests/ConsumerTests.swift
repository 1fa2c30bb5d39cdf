#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

struct ConsumerTests {
    @Test func `the consumers of each kind add up to the divided energy in every interval`() async throws {
        let outcome = try await Command.run([
            "watch", "--format", "json", "--interval", "1s", "--duration", "4s", "--sensor", "estimator", "--top", "3",
        ])
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        let lines = try outcome.output.split(separator: "\n").map { try JSON(String($0)) }
        try #require(lines.count >= 3)
        #expect(lines.last?["consumers"].elements.contains { $0["kind"].text == "process" } == true)
        // The latest energy of each; a new one started at 0, and one that comes back goes on from where it was.
        var seen: [String: Double] = [:]
        for line in lines {
            let host = gain(of: "host", in: line, since: &seen) { $0["scope"].text == "wall" }
            for kind in ["vm", "cgroup", "process"] {
                let own = ["consumers", "unattributed"].reduce(0) { sum, list in
                    sum + gain(of: list, in: line, since: &seen) { $0["kind"].text == kind }
                }
                #expect(abs(own - host) < 1e-6, "\(kind): \(own) J of \(host) J")
            }
        }
    }

    /// The energy that the members of a list gained since it was last seen of each.
    private func gain(
        of list: String, in line: JSON, since seen: inout [String: Double], where isMeant: (JSON) -> Bool
    ) -> Double {
        let pairs = line[list].elements.filter(isMeant).map { one in
            let name = ["kind", "name", "reason", "scope"].map { one[$0].text ?? "" }.joined(separator: " ")
            let process = "\(one["pid"].number ?? 0) \(one["start_time"].number ?? 0)"
            return ("\(list) \(name) \(process)", one["energy_j"].number ?? .nan)
        }
        var gain = 0.0
        for (key, energy) in Dictionary(pairs, uniquingKeysWith: +) {
            gain += energy - (seen.updateValue(energy, forKey: key) ?? 0)
        }
        return gain
    }

    @Test(arguments: [
        (["export", "--json", "-", "--consumers", "vm,pods"], "--consumers"), (["--policy", "fair"], "--policy"),
    ])
    func `an unknown kind of consumer or policy is refused with the known ones`(
        arguments: [String], name: String
    ) async throws {
        let outcome = try await Command.run(arguments)
        #expect(outcome.exitCode == 64)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains(name) && outcome.error.contains("must be"))
    }

    @Test func `why energy cannot be divided is reported only if consumers were requested`() async throws {
        let machine = try MockMachine.onePackage()
        let quiet = try await Command.run(["--duration", "10ms"] + Command.roots(machine))
        #expect(quiet.error.isEmpty)
        let asked = try await Command.run(["--duration", "10ms", "--top", "3"] + Command.roots(machine))
        #expect(asked.exitCode == 0)
        #expect(asked.complaints.count == 1)
        #expect(asked.error.contains("/stat") && asked.error.contains("--procfs"))
    }
}
#endif
