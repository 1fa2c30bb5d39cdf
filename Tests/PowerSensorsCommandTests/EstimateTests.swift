#if Exporters
import PowerSensorsTesting
import Testing

struct EstimateTests {
    @Test func `a described machine's power is printed with its band and basis`() async throws {
        let outcome = try await Command.run([
            "estimate", "--cpu", "AMD EPYC 9654", "--sockets", "2", "--cores", "192", "--memory", "384",
        ])
        #expect(outcome.exitCode == 0)
        #expect(outcome.error.isEmpty)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 15)
        #expect(lines.last?.hasPrefix("It rests on ") == true)
        #expect(lines.last?.contains(" would narrow it most: ") == true)
        #expect(lines.first?.contains("0 %") == true)
        for mention in ["tier 2", "genoa", "processor 9654", "192 cores", "384 GB", "powersave"] {
            #expect(outcome.output.contains(mention))
        }
    }

    @Test func `the cores that a processor's name shows are used, and said to be from it`() async throws {
        let outcome = try await Command.run(["estimate", "--cpu", "AMD EPYC 7543P 32-Core Processor", "--load", "1"])
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("1 socket, 32 cores (32 a socket by its name)"))
        #expect(!outcome.output.contains("is assumed"))
    }

    @Test(arguments: [([], " GB (assumed);"), (["--memory", "64"], "64 GB;")])
    func `memory that is not given is said to be assumed`(options: [String], words: String) async throws {
        let outcome = try await Command.run(["estimate", "--cpu", "AMD EPYC 7543P 32-Core Processor"] + options)
        #expect(outcome.output.contains(words), "\(outcome.output)")
    }

    @Test func `one load, known watts`() async throws {
        let outcome = try await Command.run([
            "estimate", "--cpu", "AMD EPYC 9654", "--load", "1", "--idle-watts", "100", "--max-watts", "700",
        ])
        #expect(outcome.output.contains("700.0 W   (700.0 to 700.0 W)"))
        #expect(outcome.output.contains("anchored"))
    }

    @Test func `a processor that is not in the data is estimated by its design power`() async throws {
        let machine = ["estimate", "--cpu", "AMD EPYC 9934", "--sockets", "2", "--cores", "192", "--load", "1"]
        let low = try await Command.run(machine + ["--tdp", "200"])
        let high = try await Command.run(machine + ["--tdp", "400"])
        #expect(low.exitCode == 0)
        #expect(low.output.contains("design power"))
        #expect(low.output.contains("none with this processor"))
        #expect(low.output.prefix(20) != high.output.prefix(20))
    }

    @Test(
        arguments: [
            (["--instance-type", "t3.micro"], "they may be sold several times"),
            (["--instance-type", "t3.micro", "--host-overcommit", "4"], "each sold 4.0 times"),
            (["--instance-type", "m5.metal"], "--idle-watts and --max-watts"),
            (["--cpu", "Intel Core i7-4770", "--class", "desktop", "--idle-watts", "30"], "--max-watts would narrow"),
            (["--cpu", "IBM POWER9"], "It rests on a usual server, since nothing is known of its processor."),
            (["--cpu", "AMD EPYC 7993"], "the processor's cores are unknown"),
            (["--cpu", "2 x AMD EPYC 9015"], "2 sockets, 16 cores"),
        ])
    func `an estimate says what it rests on, and what would narrow it`(arguments: [String], words: String) async throws
    {
        let outcome = try await Command.run(["estimate"] + arguments)
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains(words), "\(outcome.output)")
    }

    @Test func `of twice as many guests on a host, each has half`() async throws {
        let guest = ["estimate", "--instance-type", "t3.micro", "--load", "1"]
        func watts(_ arguments: [String]) async throws -> Double {
            let words = try await Command.run(arguments).output.split(separator: " ")
            return try #require(words.dropFirst(2).first.flatMap { Double($0) })
        }
        let ratio = try await watts(guest) / (try await watts(guest + ["--host-overcommit", "2"]))
        #expect(abs(ratio - 2) < 0.05, "\(ratio)")
    }

    @Test func `a table's rows are estimated, and bad ones named by their lines`() async throws {
        let machine = try MockMachine()
        try machine.procfs.write(
            "result_id,cpu,cores\na,Intel Xeon Platinum 8380,80\nb,Intel Xeon Platinum 8380,-4\nc,AMD EPYC 7763,\n",
            to: "machines.csv"
        )
        let path = "\(machine.procfs.path)/machines.csv"
        let outcome = try await Command.run(["estimate", "--batch", path])
        #expect(outcome.exitCode == 1)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.map { $0.prefix { $0 != "," } } == ["result_id", "a", "c"])
        #expect(outcome.complaints.count == 3)
        #expect(outcome.error.contains("line 3: cores '-4'"))
        #expect(outcome.error.contains("1 of 2 estimates are of an assumed size"))
        #expect(outcome.complaints.last?.contains("1 of 3 rows could not be estimated") == true)
    }

    @Test(arguments: [
        ("", 1, "empty"), ("cpu\n", 1, "no machine"), ("cpu,wats\nx,1\n", 1, "'wats'"),
        ("cpu\nZilog Z80\n", 1, "no row could be estimated"),
    ])
    func `a table with nothing to estimate fails with a message`(text: String, code: Int32, mention: String)
        async throws
    {
        let machine = try MockMachine()
        try machine.procfs.write(text, to: "machines.csv")
        let outcome = try await Command.run(["estimate", "--batch", "\(machine.procfs.path)/machines.csv"])
        #expect(outcome.exitCode == code)
        #expect(outcome.complaints.last?.contains(mention) == true)
        #expect(outcome.complaints.last?.contains("machines.csv") == true)
    }

    @Test(
        arguments: [
            ([], 64, "--cpu"), (["--cpu", "AMD EPYC 9654", "--load", "1.5"], 64, "--load 1.5"),
            (["--cpu", "AMD EPYC 9654", "--cores", "-4"], 64, "--cores -4"),
            (["--cpu", "AMD EPYC 9654", "--memory", "nan"], 64, "--memory nan"),
            (["--cpu", "AMD EPYC 9654", "--idle-watts", "9", "--max-watts", "5"], 64, "--idle-watts"),
            (["--cpu", "AMD EPYC 9654", "--load-profile", "turbo"], 64, "performance"),
            (["--cpu", "Zilog Z80"], 64, "Zilog Z80"), (["--cpu", "AMD EPYC 9654", "--anchored"], 64, "--anchored"),
            (["--batch", "/nowhere.csv"], 1, "/nowhere.csv"),
            (["--instance-type", "m5.potato"], 64, "--instance-type m5.potato"),
            (["--instance-type", "n2-standard-9999"], 64, "--instance-type n2-standard-9999"),
            (["--instance-type", "m5.large", "--cpu", "Intel Core i7-8700"], 64, "have other processors"),
            (["--batch", "x.csv", "--cores", "4"], 64, "--batch x.csv"),
            (["--instance-type", "m5.large", "--cores", "3"], 64, "--cores 3: the hosts of m5.large are known"),
            (["--instance-type", "m5.large", "--memory", "8"], 64, "--memory 8: the hosts of m5.large are known"),
            (["--instance-type", "m5.large", "--class", "laptop"], 64, "--class laptop"),
            (["--cpu", "AMD EPYC 9654", "--host-overcommit", "2"], 64, "--host-overcommit 2"),
            (["--instance-type", "m5.metal", "--host-overcommit", "2"], 64, "a whole machine"),
            (["--cpu", "AMD EPYC 7763", "--cores", "128", "--threads", "64"], 64, "64 threads for 128 cores"),
            (["--cpu", "AMD EPYC 9654", "--sockets", "100000"], 64, "more than a machine has"),
        ] as [([String], Int32, String)])
    func `a description that makes no sense is one clear line`(arguments: [String], code: Int32, mention: String)
        async throws
    {
        let outcome = try await Command.run(["estimate"] + arguments)
        #expect(outcome.exitCode == code)
        #expect(outcome.complaints.count == 1)
        #expect(outcome.error.contains(mention))
        #expect(outcome.output.isEmpty)
    }
}
#endif
