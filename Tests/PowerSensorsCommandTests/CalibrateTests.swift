#if Exporters
import Foundation
import PowerSensors
import PowerSensorsCommand
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The command watches a machine with a known curve for half a minute.
struct CalibrateTests {
    private static func watts(_ load: Double) -> Double { 60 + 140 * (0.3 * load + 0.7 * load * load) }

    /// A machine of one package, and the clock of its processors.
    private static func machine() throws -> (MockMachine, MockProcessorTime) {
        let machine = try MockMachine()
        let time = try machine.set(.intelServer(sockets: 1))
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: Watts(0))]))
        return (machine, time)
    }

    /// Lets the load go up in steps, and the counter follow by the curve with a little noise, on a thread of its own: the tests'
    /// own threads may have no time for it.
    private final class Driver: @unchecked Sendable {
        private let isEnded = NSLock()
        private let thread: Thread

        init(_ time: MockProcessorTime, _ counter: MockCounter) {
            let isEnded = isEnded
            isEnded.lock()
            thread = Thread {
                let clock = SuspendingClock()
                let start = clock.now
                var last = start
                while !isEnded.try() {
                    usleep(5000)
                    let now = clock.now
                    // Three seconds a load, and by small steps: a window with two loads in it shows the chord between their
                    // powers. The first, and the last, stay for longer: a part of them passes unseen.
                    let load = Double(min(max(Int((now - start) / .seconds(3)) - 2, 0), 10)) / 10
                    let noise = Double.random(in: 0.98...1.02)
                    try? time.advance(by: now - last, busy: Ratio(load))
                    try? counter.advance(by: now - last, at: Watts(CalibrateTests.watts(load) * noise))
                    last = now
                }
            }
            thread.start()
        }

        deinit { isEnded.unlock() }
    }

    /// The result of watching a mock machine once.
    private struct Attempt: CustomStringConvertible {
        var idle = Double.infinity
        var maximum = Double.infinity
        var anywhere = Double.infinity
        let error: String

        var holds: Bool { idle < 0.02 && maximum < 0.02 && anywhere < 0.03 }

        var description: String { "idle \(idle), maximum \(maximum), anywhere \(anywhere), after: \(error)" }
    }

    private func attempt() async throws -> Attempt {
        let (machine, time) = try Self.machine()
        let path = machine.procfs.path + "/../profile.json"
        let driver = Driver(time, try #require(machine.zone("package-0")?.counter))
        let outcome = try await Command.run(
            ["calibrate", "--passive", "42s", "--output", path] + Command.roots(machine))
        withExtendedLifetime(driver) {}
        var attempt = Attempt(error: outcome.error)
        guard outcome.exitCode == 0 else { return attempt }
        #expect(outcome.error.contains("its mean error is"))
        let profile = try ProfileFile.read(path)
        #expect(profile.scope == .cpu)
        let errors = profile.curve.enumerated().map { tenth, part in
            let watts = profile.idle.rawValue + (profile.maximum - profile.idle).rawValue * part
            return abs(watts / Self.watts(Double(tenth) / 10) - 1)
        }
        (attempt.idle, attempt.maximum, attempt.anywhere) = (errors[0], errors[10], errors.max() ?? 1)
        return attempt
    }

    @Test func `watching recovers idle and maximum within 2 %, and the curve within 3 %`() async throws {
        var attempts: [Attempt] = []
        // If this machine is busy with other tests, the mock one may stop for moments, which no curve explains.
        while attempts.count < 3, attempts.last?.holds != true { attempts.append(try await attempt()) }
        #expect(attempts.last?.holds == true, "\(attempts)")
    }

    @Test func `what was learned by watching is kept, and another run goes on with it`() async throws {
        let (machine, time) = try Self.machine()
        let path = machine.procfs.path + "/../profile.json"
        let driver = Driver(time, try #require(machine.zone("package-0")?.counter))
        let arguments = ["calibrate", "--passive", "1h", "--output", path] + Command.roots(machine)
        let first = try await Command.run(arguments, inScript: "timeout -s INT 5 \"$@\"")
        #expect(try !WholeFile.bytes(path + ".learned").isEmpty, "\(first.error)")
        let second = try await Command.run(arguments, inScript: "timeout -s INT 5 \"$@\"")
        withExtendedLifetime(driver) {}
        #expect(!first.error.contains("earlier runs"))
        #expect(second.error.contains("measurements of earlier runs"), "\(second.error)")
        try machine.procfs.write("{}", to: "learned.json")
        let third = try await Command.run(arguments + ["--state", machine.procfs.path + "/learned.json"])
        #expect(third.exitCode == 1)
        #expect(third.complaints.last?.contains("it is not what calibrate --passive has learned") == true)
    }

    @Test func `two programs do not learn into one file`() async throws {
        let (machine, _) = try Self.machine()
        let path = machine.procfs.path + "/../profile.json"
        do {
            let lock = try StateLock(path + ".learned")
            let outcome = try await Command.run(
                ["calibrate", "--passive", "1h", "--output", path] + Command.roots(machine),
                inScript: "timeout -s INT 5 \"$@\"")
            #expect(outcome.exitCode == 1)
            #expect(outcome.complaints.last?.contains("another calibrate --passive is learning into it") == true)
            withExtendedLifetime(lock) {}
        }
        #expect(!FileManager.default.fileExists(atPath: path + ".learned.lock"))
        #expect(throws: Never.self) { try StateLock(path + ".learned") }
    }

    @Test func `what was learned since a drift is kept over a restart, until another profile no longer fits`() throws {
        let (machine, _) = try Self.machine()
        let meter = try CalibrationMeter(try Sampler(SensorSet(roots: machine.roots)))
        func profile(_ watts: Double) throws -> CalibrationProfile {
            let points = (0..<60).map {
                CalibrationPoint(load: Double($0 % 11) / 10, power: Watts(watts + Double($0 % 11)))
            }
            return meter.profile(try CalibrationFit(points))
        }
        var learned = LearnedFile.Content(from: meter)
        learned.bins.add(CalibrationPoint(load: 0.5, power: Watts(90)))
        #expect(try learned.giveUp(since: profile(50)) && learned.bins.windows == 0)
        learned.bins.add(CalibrationPoint(load: 0.5, power: Watts(100)))
        let path = machine.procfs.path + "/../learned"
        try LearnedFile.write(learned, to: path)
        var later = try #require(try LearnedFile.read(path, for: meter))
        #expect(try !later.giveUp(since: profile(50)) && later.bins.windows == 1)
        #expect(try later.giveUp(since: profile(60)) && later.bins.windows == 0)
    }

    @Test func `what another channel of the same sensor has taught is refused`() throws {
        let machine = try MockMachine()
        _ = try machine.set(.intelServer(sockets: 1))
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: Watts(0))]))
        let path = machine.procfs.path + "/learned"
        let one = try CalibrationMeter(try Sampler(SensorSet(roots: machine.roots)))
        try LearnedFile.write(LearnedFile.Content(from: one), to: path)
        let text = try #require(String(bytes: try WholeFile.bytes(path), encoding: .utf8))
        try machine.procfs.write(text.replacingOccurrences(of: "package-0", with: "package-1"), to: "learned")
        let failure = #expect(throws: CommandFailure.self) { _ = try LearnedFile.read(path, for: one) }
        #expect(failure?.line.contains("learned from rapl/package-1 (cpu)") == true, "\(failure?.line ?? "")")
        #expect(failure?.line.contains("it would be rapl/package-0 (cpu)") == true)
    }

    @Test(arguments: [
        (["--teacher", "moon"], 64, "--teacher moon"),
        (["--teacher", "cpu", "--scope", "cpu"], 64, "leave one of the two"),
        (["--teacher", "platform"], 1, "--teacher"), (["--state", "x"], 64, "without --passive"),
    ]) func `a teacher that is not there is refused`(arguments: [String], code: Int32, complaint: String) async throws {
        let (machine, _) = try Self.machine()
        let outcome = try await Command.run(["calibrate"] + arguments + Command.roots(machine))
        #expect(outcome.exitCode == code)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(complaint), "\(outcome.error)")
    }

    @Test func `without a measuring sensor it fails`() async throws {
        let machine = try MockMachine()
        _ = try machine.set(.intelServer(sockets: 1))
        let outcome = try await Command.run(["calibrate"] + Command.roots(machine))
        #expect(outcome.exitCode == 1)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains("There is no sensor here to learn from"))
    }

    @Test(arguments: [
        (["calibrate", "--passive", "1s"], "--passive 1s"),
        (["calibrate", "--level-duration", "-1s"], "--level-duration -1s"),
        (["calibrate", "--passive", "40s", "--level-duration", "5s"], "--level-duration has no meaning"),
    ]) func `an invalid duration is refused`(arguments: [String], complaint: String) async throws {
        let outcome = try await Command.run(arguments)
        #expect(outcome.exitCode == 64)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains(complaint))
    }
}

/// `calibrate merge`.
struct MergeTests {
    private static func profile(idle: Int, maximum: Int, threads: Int = 8) -> String {
        """
        {"version":1,"scope":"cpu","sensor":"rapl","idle_w":\(idle),"max_w":\(maximum),"error":0.01,\
        "curve":[0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1],\
        "hardware":{"vendor":"intel","family":6,"model":85,"name":"X","sockets":1,"cores":4,"threads":\(threads)}}
        """
    }

    @Test func `a fleet's profiles become one, with the error of each machine left out`() async throws {
        let machine = try MockMachine()
        let folder = machine.procfs.path
        for (name, watts) in [("a", 96), ("b", 100), ("c", 104)] {
            try machine.procfs.write(Self.profile(idle: watts, maximum: watts * 3), to: "\(name).json")
        }
        let files = ["a", "b", "c"].map { "\(folder)/\($0).json" }
        let outcome = try await Command.run(["calibrate", "merge"] + files + ["--output", "\(folder)/kind.json"])
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.complaints.count == 4)
        #expect(outcome.complaints.last?.contains("on a machine left out, the mean error is 4.0 %") == true)
        #expect(outcome.complaints.first?.contains("a.json: the others' mean is 6.") == true)
        let merged = try ProfileFile.read("\(folder)/kind.json")
        #expect(merged.idle == Watts(100) && merged.maximum == Watts(300) && merged.machines == 3)
    }

    @Test func `profiles of different machines are refused, with the file`() async throws {
        let machine = try MockMachine()
        let folder = machine.procfs.path
        try machine.procfs.write(Self.profile(idle: 90, maximum: 300), to: "a.json")
        try machine.procfs.write(Self.profile(idle: 90, maximum: 300, threads: 4), to: "b.json")
        let other = try await Command.run(["calibrate", "merge", "\(folder)/a.json", "\(folder)/b.json"])
        #expect(other.exitCode == 1 && other.complaints.count == 1)
        #expect(other.error.contains("b.json: it is of other hardware"), "\(other.error)")
        let itself = try await Command.run(
            ["calibrate", "merge", "\(folder)/a.json", "\(folder)/b.json", "--output", "\(folder)//b.json"])
        #expect(itself.exitCode == 64 && itself.error.contains("are the same file"), "\(itself.error)")
        let single = try await Command.run(["calibrate", "merge", "\(folder)/a.json"])
        #expect(single.exitCode == 64 && single.error.contains("two profiles"))
        let learning = try await Command.run(["calibrate", "merge", "--passive", "1h", "\(folder)/a.json"])
        #expect(learning.exitCode == 64 && learning.error.contains("--passive 1h: merge learns nothing"))
    }
}

struct ProfileFileTests {
    private let whole = """
        {"version":1,"scope":"cpu","sensor":"rapl","idle_w":60,"max_w":200,"error":0.01,\
        "curve":[0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1],\
        "hardware":{"vendor":"intel","family":6,"model":85,"name":"X","sockets":1,"cores":4,"threads":8}}
        """

    private func read(_ text: String) throws(CommandFailure) -> CalibrationProfile {
        do {
            let tree = try MockMachine().procfs
            try tree.write(text, to: "profile.json")
            return try ProfileFile.read("\(tree.path)/profile.json")
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .failure("\(error)")
        }
    }

    @Test func `a profile is read as it was written`() throws {
        let profile = try read(whole)
        #expect(profile.idle == Watts(60) && profile.maximum == Watts(200) && profile.scope == .cpu)
        #expect(try read(String(decoding: ProfileFile.bytes(of: profile), as: UTF8.self)) == profile)
    }

    @Test(arguments: [
        ("\"version\":1", "\"version\":2", "version is 2"), ("\"scope\":\"cpu\"", "\"scope\":\"moon\"", "scope"),
        ("\"idle_w\":60,", "", "idle_w is missing"), ("\"max_w\":200", "\"max_w\":20", "greater than idle_w"),
        ("0.9,1]", "1]", "eleven numbers"), ("0.8,0.9", "0.9,0.8", "rise"),
        ("\"idle_w\":60", "\"idle_w\":\"x\"", "idle_w"),
        ("\"cores\":4", "\"cores\":40", "of a machine"),
    ]) func `what is not a profile is refused in one line with the reason`(part: String, other: String, why: String)
        throws
    {
        let text = try #require(whole.range(of: part).map { whole.replacingCharacters(in: $0, with: other) })
        let failure = #expect(throws: CommandFailure.self) { try read(text) }
        #expect(failure?.line.contains("it is not a profile") == true, "\(failure?.line ?? "")")
        #expect(failure?.line.contains(why) == true, "\(failure?.line ?? "")")
    }

    @Test func `a profile cut in half is not complete JSON`() {
        let failure = #expect(throws: CommandFailure.self) { try read(String(whole.prefix(whole.count / 2))) }
        #expect(failure?.line.contains("it is not complete JSON") == true)
    }
}
#endif
