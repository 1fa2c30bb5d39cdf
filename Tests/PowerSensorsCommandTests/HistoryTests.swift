#if Exporters && History
import Glibc
import PowerSensorsTesting
import PowerSensorsTestSupport
import Testing

/// `export --history` and `history`, as users run them.
@Suite(.timeLimit(.minutes(5)))
struct HistoryTests {
    /// Keeps a history until it has some snapshots, and returns its path.
    private static func keep(_ folder: MockTree, snapshots: Int, _ options: [String] = []) async throws -> String {
        let path = "\(folder.path)/history.db"
        let machine = try MockMachine.onePackage()
        try await withRunningClock(of: machine) {
            let script = """
                "$@" &
                for try in $(seq 300); do
                    [ "$("$1" history --history \(path) --by sample --format csv 2>/dev/null | wc -l)" -gt \(snapshots) ] && break
                    sleep 0.2
                done
                kill -TERM $!; wait $!
                """
            let arguments = ["export", "--history", path, "--interval", "1s"] + options + Command.roots(machine)
            let outcome = try await Command.run(arguments, inScript: script)
            #expect(outcome.error.isEmpty, "\(outcome.error)")
        }
        return path
    }

    @Test func `what export keeps, history shows in each form, and parts add up`() async throws {
        let folder = try MockTree()
        let path = try await Self.keep(folder, snapshots: 3, ["--carbon-intensity", "360"])
        func history(_ options: String...) async throws -> Command.Outcome {
            try await Command.run(["history", "--history", path, "--since", "1h"] + options)
        }
        var sums: [Double] = []
        for grouping in ["minute", "hour", "day", "scope", "sample"] {
            let outcome = try await history("--by", grouping, "--format", "json", "--price", "0.5", "--scope", "cpu")
            #expect(outcome.exitCode == 0 && outcome.error.isEmpty, "\(outcome.error)")
            let rows = try outcome.output.split(separator: "\n").map { try JSON($0) }
            #expect(rows.allSatisfy { $0["kind"].text == "host" && $0["name"].text == "cpu" }, "\(outcome.output)")
            #expect(rows.allSatisfy { $0["from"].text?.hasSuffix("Z") == true && $0["provenance"].text == "measured" })
            let energy = rows.compactMap { $0["energy_j"].number }.reduce(0, +)
            // A millijoule, at most.
            #expect(abs(energy - (sums.first ?? energy)) < 0.001, "\(grouping)")
            sums.append(energy)
            let carbon = rows.compactMap { $0["carbon_g"].number }.reduce(0, +)
            #expect(abs(carbon - energy / 3.6e6 * 360) < 1e-6)
            let cost = rows.compactMap { $0["cost"].number }.reduce(0, +)
            #expect(abs(cost - energy / 3.6e6 * 0.5) < 1e-9)
        }
        // 50 W over the two seconds between three snapshots, or more.
        #expect((sums.first ?? 0) > 99)
        let table = try await history("--by", "hour", "--price", "0.5")
        #expect(table.output.hasPrefix("hour (cpu)") && table.output.contains("\ntotal "), "\(table.output)")
        let csv = try await history("--by", "channel", "--format", "csv").output.split(separator: "\n")
        #expect(csv.count == 2 && csv[1].contains(",channel,rapl/package-0,"), "\(csv)")
        #expect(try await history("--by", "vm").output.hasPrefix("There is nothing in the history between "))
        let none = try await history("--scope", "battery").output
        #expect(none.hasPrefix("There is nothing of the scope battery in the history between "), "\(none)")
        #expect(none.hasSuffix(". There is cpu.\n"), "\(none)")
        // A thousand years cost no more.
        let long = try await Command.run(
            ["history", "--history", path, "--since", "1000y", "--by", "scope", "--format", "json"])
        #expect(try JSON(long.output)["from"].text?.hasPrefix("1") == true, "\(long.output)\(long.error)")
    }

    @Test(.enabled(if: Mount.isAllowed, "needs root and the right to mount"))
    func `on a disk that is full from the start, the others go on, and the history begins once there is room`()
        async throws
    {
        let folder = try MockTree()
        let disk = try Mount("\(folder.path)/disk", size: "64k")
        let (place, path) = (disk.path, "\(disk.path)/history.db")
        let machine = try MockMachine.onePackage()
        try await withRunningClock(of: machine) {
            let script = """
                head -c 100000 /dev/zero > \(place)/filler 2>/dev/null
                "$@" --csv \(folder.path)/power.csv --history \(path) &
                for try in $(seq 100); do [ "$(cat \(folder.path)/power.csv 2>/dev/null | wc -l)" -gt 12 ] && break; sleep 0.2; done
                mount -o remount,size=8m \(place)
                for try in $(seq 100); do
                    [ "$("$1" history --history \(path) --by sample --format csv 2>/dev/null | wc -l)" -gt 2 ] && break
                    sleep 0.2
                done
                kill -TERM $!; wait $!
                """
            let outcome = try await Command.run(
                ["export", "--interval", "1s"] + Command.roots(machine), inScript: script)
            #expect(outcome.exitCode == 0, "\(outcome.error)")
            #expect(outcome.complaints.count == 1, "\(outcome.error)")
            #expect(outcome.error.contains("history: \(path): No space left on device"), "\(outcome.error)")
        }
        let rows = try await Command.run(["history", "--history", path, "--by", "scope", "--format", "json"]).output
        // 50 W since the start: what found no room for six snapshots is counted later.
        #expect(try (JSON(rows)["energy_j"].number ?? 0) > 240, "\(rows)")
        let refusal = try await Command.run(["export", "--history", "\(folder.path)/missing/history.db"])
        #expect(refusal.exitCode == 1, "anything else is told at once")
    }

    @Test func `a file may be called as SQLite calls what is kept in memory`() async throws {
        let folder = try MockTree()
        let path = try await Self.keep(folder, snapshots: 1)
        let script = "cd \(folder.path) && mv \(path) :memory: && exec \"$@\""
        let outcome = try await Command.run(
            ["history", "--history", ":memory:", "--by", "scope", "--format", "csv"], inScript: script)
        #expect(outcome.output.contains(",host,cpu,"), "\(outcome.output)\(outcome.error)")
    }

    @Test(arguments: [("Europe/Berlin", "22:00:00"), ("America/St_Johns", "02:30:00"), ("Asia/Kathmandu", "18:15:00")])
    func `days are those of the time zone`(zone: String, midnight: String) async throws {
        let folder = try MockTree()
        let path = try await Self.keep(folder, snapshots: 1)
        let outcome = try await Command.run(
            ["history", "--history", path, "--since", "3d", "--by", "day", "--format", "json"],
            environment: ["TZ": zone])
        let from = try #require(try JSON(outcome.output.split(separator: "\n").last ?? "")["from"].text)
        // In winter midnight is an hour later where there is summer time.
        let hour = (Int(midnight.prefix(2)) ?? 0) + 1
        let winter = String(String(100 + hour % 24).dropFirst()) + midnight.dropFirst(2)
        #expect(from.contains("T\(midnight)") || (zone != "Asia/Kathmandu" && from.contains("T\(winter)")), "\(from)")
    }

    @Test(
        arguments: [
            (["--since", "yesterday"], "--since yesterday: must be a time before now", 64),
            (["--until", "1x"], "--until 1x: must be", 64),
            (["--since", "1h", "--until", "2h"], "it must be before --until", 64),
            (["--by", "year"], "--by year: must be minute, hour", 64),
            (["--by", "vm", "--scope", "cpu"], "--scope cpu: it has no effect on rows by vm.", 64),
            (["--price", "-1"], "--price -1: must be a number from 0", 64),
            (["--history", "/nowhere/history.db"], "/nowhere/history.db: There is no history yet.", 1),
            (["--history", "/etc/passwd"], "/etc/passwd: It is not a history of powersensors.", 1),
        ] as [([String], String, Int32)])
    func `what is wrong is one line`(options: [String], line: String, code: Int32) async throws {
        let outcome = try await Command.run(["history"] + options)
        #expect(outcome.exitCode == code)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(line), "\(outcome.error)")
        #expect(outcome.output.isEmpty)
    }

    @Test
    func `settings can be checked beside the service that uses them, and a wrong price without a history is told`()
        async throws
    {
        let folder = try MockTree()
        let machine = try MockMachine.onePackage()
        let settings = ["export", "--history", "\(folder.path)/history.db"] + Command.roots(machine)
        let script = """
            "$@" &
            while [ ! -e \(folder.path)/history.db-wal ]; do sleep 0.05; done
            "$@" --check; status=$?
            kill -TERM $!; wait $!; exit $status
            """
        let outcome = try await Command.run(settings, inScript: script)
        #expect(outcome.exitCode == 0 && outcome.output.contains("The settings are right"), "\(outcome.error)")
        let wrong = try await Command.run(
            ["export", "--json", "-", "--check"] + Command.roots(machine), environment: ["POWERSENSORS_PRICE": "0,30"])
        #expect(wrong.exitCode == 64 && wrong.error.contains("POWERSENSORS_PRICE=0,30: must be"), "\(wrong.error)")
    }

    @Test func `a check makes no history, which would belong to the user who checks`() async throws {
        let folder = try MockTree()
        let machine = try MockMachine.onePackage()
        let path = "\(folder.path)/history.db"
        let outcome = try await Command.run(["export", "--history", path, "--check"] + Command.roots(machine))
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(unsafe access(path, F_OK) != 0)
        let missing = try await Command.run(
            ["export", "--history", "\(folder.path)/none/history.db", "--check"] + Command.roots(machine))
        #expect(missing.exitCode != 0 && missing.error.contains("none"), "\(missing.error)")
    }

    @Test func `export refuses a file that is none before it starts`() async throws {
        let folder = try MockTree()
        try folder.write("hello\n", to: "text")
        let machine = try MockMachine.onePackage()
        for (options, line) in [
            (["--history", "\(folder.path)/text"], "text: It is not a history of powersensors."),
            (["--history-size", "64M", "--json", "-"], "--history-size 64M: it has no effect without --history."),
            (["--price", "0.30", "--json", "-"], "--price 0.30: it has no effect without --history."),
            (
                ["--spikes", "calm", "--json", "-"],
                "--spikes calm: it has no effect without --prometheus, --loki or --history."
            ),
            (
                ["--history", "\(folder.path)/h", "--price", "dear"],
                "--price dear: must be a number from 0, such as 0.30"
            ),
            (["--history", "\(folder.path)/h", "--history-size", "1k"], "--history-size 1k: must be from 1M"),
            (["--history", "\(folder.path)/x", "--json", "\(folder.path)/x"], "are the same file"),
        ] {
            let outcome = try await Command.run(["export"] + options + Command.roots(machine))
            #expect(outcome.exitCode != 0 && outcome.complaints.count == 1, "\(outcome.error)")
            #expect(outcome.error.contains(line), "\(outcome.error)")
        }
        #expect(try folder.text(of: "text") == "hello\n")
    }

    @Test func `a file that may not grow stops the history, and nothing else`() async throws {
        let folder = try MockTree()
        let path = "\(folder.path)/history.db"
        let machine = try MockMachine.onePackage()
        // 48 KiB or 96: the tables fit, and the log does not for long.
        let script = "trap '' XFSZ; ulimit -f 96; timeout -s TERM 25 \"$@\""
        let outcome = try await withRunningClock(of: machine) {
            try await Command.run(
                ["export", "--history", path, "--json", "-", "--interval", "1s"] + Command.roots(machine),
                inScript: script)
        }
        #expect(outcome.complaints.count == 1, "\(outcome.error)")
        #expect(outcome.error.contains("history.db: File too large. Sampling goes on"), "\(outcome.error)")
        #expect(outcome.output.split(separator: "\n").count > 5)
        let rows = try await Command.run(["history", "--history", path, "--by", "scope", "--format", "json"])
        #expect(rows.exitCode == 0 && rows.output.contains("\"name\":\"cpu\""), "\(rows.error)")
    }
}
#endif
