import PowerSensors
import Testing

/// Names as people write them.
struct NamedProcessorTests {
    @Test(arguments: [
        ("Xeon E5 2680 v4", "Xeon E5-2680 v4"), ("intel xeon e5 2680v4", "intel xeon e5-2680v4"),
        ("Intel Xeon E5\u{2013}2680 v4", "Intel Xeon E5-2680 v4"), ("E5-2680 v4", "Xeon E5-2680 v4"),
        ("epyc7763", "EPYC 7763"), ("EPYC-7763", "EPYC 7763"),
        ("Ryzen9 7950X", "Ryzen 9 7950X"), ("Ryzen7-5800X", "Ryzen 7 5800X"), ("Gold 6230", "Xeon Gold 6230"),
        ("AMD 7763", "EPYC 7763"), ("Intel Xeon Gold 6230 2.1G", "Intel Xeon Gold 6230"),
        ("Intel Xeon Platinum 8380 40C 270W 2.3GHz", "Intel Xeon Platinum 8380"),
        ("Xeon Gold 6248R 3.0GHZ 24C/48T 35.75MB 205W", "Xeon Gold 6248R"),
        ("Intel Xeon Gold 6130 2.1G, 16C/32T", "Intel Xeon Gold 6130"),
        ("Xeon E5-2699 v4 22core 2.2ghz 55MB 145W", "Xeon E5-2699 v4"), ("2S AMD Epyc Milan 7763 280W", "EPYC 7763"),
        ("Dell PowerEdge R740 2x Xeon Gold 6230", "Xeon Gold 6230"),
        ("P02489-B21 HPE DL380 Gen10 Xeon-G 5218 Kit", "Xeon Gold 5218"),
        ("100-000000789 AMD EPYC Genoa 9654", "EPYC 9654"), ("EPYC 7763 128 cores 256 threads", "EPYC 7763"),
    ])
    func `spellings of people are those of the makers`(written: String, usual: String) {
        let (one, other) = (NamedProcessor(written), NamedProcessor(usual))
        #expect(one.key.text == other.key.text && one.name.generation == other.name.generation)
        #expect(one.name.line != nil && one.name.line == other.name.line)
        #expect(one.text == written)
    }

    @Test(arguments: ["EPYC-Rome", "Core i7-8700", "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", "AMD EPYC 7763 64-Core"])
    func `the makers' own spellings stay as they are`(name: String) {
        let processor = NamedProcessor(name)
        #expect(processor.key == ProcessorKey(name) && processor.name == ProcessorName(name))
    }

    @Test(arguments: ["AMD Opteron 8431 EE", "Intel Xeon E5-2680 v7", "AMD 3020e"])
    func `what is added to a name does not make it that of another processor`(name: String) {
        let processor = NamedProcessor(name)
        let known = ["8431", "e52680", "e52680v4", "3020"]
        #expect(!known.contains(processor.key.text))
    }

    @Test(
        arguments: [
            ("32 x Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", 32, 2), ("Intel Xeon E5-2680 v4 (56)", 56, 2),
            ("Intel Xeon Gold 6230 (20)", 20, 1), ("AMD EPYC 7763 (128) @ 2.450GHz", 128, 1),
            ("Intel(R) Xeon(R) CPU E5-2680 v4 (56) @ 2.40GHz", 56, 2), ("2 x AMD EPYC 7763 256 threads", 256, 2),
            ("8 x Intel(R) Xeon(R) CPU E3-1270 v6 @ 3.80GHz", 8, 1),
            ("64 x AMD EPYC 7302 16-Core Processor (2 Sockets)", 64, 2),
            ("4 x Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", 4, 1),
        ] as [(String, Int?, Int)])
    func `threads beside a name are no sockets, and tell how many there are`(text: String, threads: Int?, sockets: Int)
        throws
    {
        let named = NamedProcessor(text)
        #expect(named.threads == threads)
        let (server, isAssumed) = try DescribedServer(processor: named).modelled()
        #expect(server.sockets == sockets && !server.areCoresUnknown)
        #expect(ProcessorCores.perSocket(of: server.generation, key: server.processorKey) != nil)
        // The threads of a part of a processor do not tell of how many.
        #expect(
            isAssumed
                == (["Intel Xeon Gold 6230 (20)", "4 x Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz"].contains(text)))
    }

    @Test func `threads beside a small machine's processor do not multiply its power`() throws {
        for name in ["8 x AMD Ryzen 5 5600G", "4 × Intel(R) Core(TM) i7-1260P"] {
            let (one, several) = (name.drop { $0 != " " }.dropFirst(3), name)
            let alone = try DescribedServer(processor: String(one)).modelled().server
            #expect(try DescribedServer(processor: several).modelled().server.small == alone.small)
        }
    }

    @Test(arguments: [
        "Intel(R) Pentium(R) Gold 6405U CPU @ 2.40GHz", "AMD 7945HX", "AMD 7950X", "Intel(R) Pentium(R) Gold 8505",
    ])
    func `names of small processors are no servers'`(name: String) {
        #expect(NamedProcessor(name).name.line != .server)
    }

    @Test(arguments: ["Xeon E5-2680 V 4", "Xeon Gold 6230 R SRGZ9", "AMD EPYC 7313 P 155W", "Xeon E3110 E0"])
    func `a letter that stands alone does not make a name its neighbour's`(name: String) throws {
        let key = NamedProcessor(name).key.text
        #expect(!["e52680", "6230", "7313"].contains(key))
        #expect(ProcessorCores.perSocket(of: .before2009, key: key) == nil)
    }

    @Test func `cores and watts beside a name are those of the machine and of one processor`() throws {
        let all = try DescribedServer(processor: "EPYC 7763 128 cores 256 threads").modelled().server
        #expect(all.sockets == 2 && all.cores == 128)
        let small = try DescribedServer(processor: "Intel Xeon D-1541 45W").modelled().server
        #expect(small.designPower == 45)
        #expect(try DescribedServer(processor: "Intel Xeon D-1541").modelled().server.designPower == 45)
        var wrong = DescribedServer(processor: "Intel Xeon D-1541")
        wrong.designPower = 300
        let server = try wrong.modelled().server
        #expect(server.designPower == nil && wrong.questions(about: server).count == 1)
    }

    @Test func `a name longer than any is refused without being parsed to its end`() {
        let name = "AMD EPYC " + String(repeating: "2x ", count: 1_000_000)
        #expect(throws: DescribedServer.Failure.self) { try DescribedServer(processor: name).modelled() }
    }

    @Test func `as many threads as a processor has cores are those of cores with one each`() throws {
        var server = DescribedServer(processor: "AMD EPYC 7763")
        server.threads = 64
        #expect(try server.modelled().server.cores == 64)
        (server.threads, server.sockets) = (128, 2)
        #expect(try server.modelled().server.cores == 128)
        (server.threads, server.sockets) = (128, nil)
        #expect(try server.modelled().server.cores == 64)
        server.threads = 32
        #expect(try server.modelled().server.cores == 16)
    }

    @Test(arguments: ["Xeon Silver 4310", "Ampere Altra Q80-30", "Intel Xeon E5-2680 v4", "AMD Opteron 2218"])
    func `more sockets than a processor is made for are questioned`(name: String) throws {
        var server = DescribedServer(processor: name)
        server.sockets = 8
        let modelled = try server.modelled()
        #expect(modelled.isAssumed && server.questions(about: modelled.server).count == 1)
    }

    @Test func `a Xeon Scalable is none of the years before`() throws {
        var server = DescribedServer(processor: "Xeon Gold")
        server.year = 2017
        #expect(try server.modelled().server.generation == .skylake)
    }

    @Test(arguments: ["Intel Xeon Gold 6230 @ 21GHz", "Intel Xeon Gold 6230 @ 0.02GHz"])
    func `a frequency in a name that no processor has is refused`(name: String) {
        #expect(throws: DescribedServer.Failure.self) { try DescribedServer(processor: name).modelled() }
    }

    @Test(arguments: ["Intel Itanium 9560", "Intel Xeon Phi 7250", "Xeon Phi 5110P"])
    func `other architectures of a maker are unknown, and no Xeon`(name: String) throws {
        var server = DescribedServer(processor: name)
        (server.sockets, server.cores) = (1, 8)
        let modelled = try server.modelled().server
        #expect(modelled.isUnknown)
        #expect(NamedProcessor(name).name.generation == nil)
    }

    @Test(
        arguments: [
            ("Xeon 6130", .skylake), ("Xeon 3204", .cascadeLake), ("Xeon 5118", .skylake), ("Xeon 6248R", .cascadeLake),
            ("Intel(R) Xeon(R) CPU 5120 @ 1.86GHz", .before2009), ("Xeon 5160", .before2009),
            ("Xeon 5420", .before2009),
            ("Xeon 7350", .before2009), ("Xeon 5570", .nehalem), ("Xeon 7542", .nehalem), ("Xeon 5650", .westmere),
        ] as [(String, CPUGeneration)])
    func `a Xeon without its metal or its letter has the generation of its number`(
        name: String, generation: CPUGeneration
    ) {
        #expect(NamedProcessor(name).name.generation == generation)
        #expect(!NamedProcessor(name).name.isClient)
    }

    @Test func `what is left out of a name is left out where it does not matter`() {
        #expect(NamedProcessor("AMD Ryzen Embedded V1605B").name.line == .embedded)
        #expect(NamedProcessor("EPYC Embedded 3251").key.text == "3251")
        #expect(NamedProcessor("Qualcomm Snapdragon 7c").name.coresPerSocket == nil)
    }

    @Test(arguments: [
        ("AMD EPYC 9993", false, 64), ("Intel Xeon Bronze 3199", false, 12), ("AMD EPYC 9654", true, 192),
        ("AMD EPYC 9015", true, 16),
    ])
    func `sockets alone tell the size of a processor whose cores are known`(name: String, areKnown: Bool, cores: Int)
        throws
    {
        var server = DescribedServer(processor: name)
        server.sockets = 2
        #expect(server.areCoresKnown == areKnown)
        #expect(try server.modelled().isAssumed != areKnown)
        server.cores = cores
        #expect(try !server.modelled().isAssumed)
    }

    @Test(arguments: [("AWS Graviton3", 1, 64), ("AWS Graviton4", 2, 192), ("Google Axion", 1, 96)])
    func `clouds' own have their sockets and cores`(name: String, sockets: Int, cores: Int) throws {
        let server = try DescribedServer(processor: name).modelled().server
        #expect(server.sockets == sockets && server.cores == cores)
    }
}
