import PowerSensors
import Testing

/// The number of cores that a processor's name shows.
struct NamedCoresTests {
    @Test(
        arguments: [
            ("AMD EPYC 7713P 64-Core Processor", 64), ("AMD Ryzen 7 5700G 8-Core Processor", 8),
            ("AMD EPYC 9354 32-Core Processor", 32), ("AMD EPYC 9654", nil), ("Intel(R) Xeon(R) Platinum 8380", nil),
            ("Intel(R) Core(TM) i5-8250U", nil), ("0-Core Processor", nil), ("-Core Processor", nil),
            ("99999999999999999999-Core", nil), ("Dual-Core AMD Opteron(tm) Processor 2218", 2),
            ("AMD Ryzen Threadripper PRO 5995WX 64-Cores", 64), ("AMD Ryzen 7 1700 Eight-Core Processor", 8),
            ("AMD Ryzen 5 2600 Six-Core Processor", 6), ("Ampere(R) Altra(R) Max 64-Bit Multi-Core Processor", nil),
        ] as [(String, Int?)])
    func `a name may end in its cores`(name: String, cores: Int?) {
        #expect(ProcessorName(name).coresPerSocket == cores)
    }

    @Test(arguments: ["Intel Xeon W-3375", "Intel(R) Xeon(R) W-3275 CPU @ 2.50GHz", "Intel Xeon w9-3495X"])
    func `a workstation's Xeon in a server is no desktop's processor`(name: String) throws {
        var server = DescribedServer(processor: NamedProcessor(name))
        server.machineClass = .server
        let modelled = try server.modelled().server
        #expect(!modelled.isClient)
        #expect(modelled.sockets == 1)
        #expect(modelled.cores > 8)
        #expect(ProcessorName("Intel Xeon W-1290").isClient)
    }

    @Test func `a described server has the cores of its processor's name, unless others are given`() throws {
        var server = DescribedServer(processor: "AMD EPYC 7313P 16-Core Processor")
        #expect(try server.hasNamedCores(in: server.modelled().server))
        #expect(try server.modelled().server.cores == 16)
        #expect(try server.modelled().isAssumed == false, "a processor for one socket, with a known number of cores")
        server.processor = NamedProcessor("AMD EPYC 7313 16-Core Processor")
        server.sockets = 2
        #expect(try server.modelled().server.cores == 32)
        server.cores = 24
        #expect(try server.modelled().server.cores == 24)
        #expect(try !server.hasNamedCores(in: server.modelled().server))
    }

    @Test(
        arguments: [
            ("AMD EPYC 9015", 8), ("Intel Xeon Bronze 3104", 6), ("Intel Xeon Gold 6526Y", 16),
            ("Intel Xeon 6 6780E", 144), ("Intel(R) Xeon(R) CPU E5-2637 v2 @ 3.50GHz", 4),
            ("Intel Xeon D-1518", 4), ("AMD EPYC 3251", 8), ("Intel(R) Xeon(R) CPU Max 9480", 56), ("AMD EPYC 72F3", 8),
            ("AMD EPYC Embedded 3251", 8), ("EPYC 9654 96C/192T", 96), ("EPYC 9993 (24C)", 24),
            ("EPYC 9993 24C/48T", 24), ("Intel Xeon E5345", 4), ("Xeon X5470", 4), ("Xeon 5130", 2),
            ("Opteron 2222", 2),
            ("Xeon Gold 5220T", 18), ("Xeon E7-8880 v3", 18), ("Intel Xeon Gold 6130 (Skylake)", 16),
            ("Xeon D 1541", 8), ("Xeon E3-1270 v6", 4),
            ("Xeon E3-1220L v3", 2), ("AMD EPYC 7V12", 64), ("AMD EPYC 9V74", 80),
        ])
    func `a processor's cores are those that its maker states, and not its generation's most`(name: String, cores: Int)
        throws
    {
        var server = DescribedServer(processor: name)
        server.sockets = 1
        let (modelled, isAssumed) = try server.modelled()
        #expect(modelled.cores == cores)
        #expect(server.areCoresKnown && !modelled.areCoresUnknown)
        #expect(!isAssumed)
    }

    @Test func `the makers' cores are those of the published results`() {
        var compared = 0
        for (generation, key, cores) in ReferencePoints.embedded.processors {
            guard let stated = ProcessorCores.perSocket(of: generation, key: key) else { continue }
            compared += 1
            // One result of each of these was of a part of its cores.
            #expect(stated == ["9965": 192, "l5420": 4][key] ?? cores, "\(generation) \(key)")
        }
        #expect(compared > 630, "\(compared)")
    }

    @Test(arguments: ["AMD EPYC 7993", "Intel Xeon Gold 6199", "Neoverse-V2"])
    func `a processor whose cores nobody states has a band of a factor of two`(name: String) throws {
        let (server, isAssumed) = try DescribedServer(processor: name).modelled()
        #expect(server.areCoresUnknown && isAssumed)
        let band = EstimatorModel.estimate(of: server).band(at: 0.5, isAssumed: isAssumed)
        #expect(band == EstimatorModel.bandOfUnknown)
    }

    @Test func `a cloud's hosts have the processors that others have`() {
        var compared = 0
        for provider in [CloudPlatform.Provider.amazon, .google, .azure] {
            for host in CloudHost.rows(of: provider).map(\.host) {
                let processor = NamedProcessor(host.processor)
                guard let generation = processor.name.generation,
                    let cores = ProcessorCores.perSocket(of: generation, key: processor.key.text)
                else { continue }
                compared += 1
                #expect(host.coresPerSocket == cores, "\(host.processor)")
            }
        }
        #expect(compared > 40, "\(compared)")
    }

    @Test(arguments: [
        "AMD EPYC 3251", "Intel Atom C3758", "Intel Xeon D-1541", "AMD EPYC 7702P", "AMD EPYC 8324PN",
        "AMD Opteron 1218",
        "AMD Opteron 3280", "Intel Xeon Gold 5412U", "Intel Xeon Gold 6312U", "Intel Xeon 6521P", "Intel Xeon W-2295",
        "Intel(R) Xeon(R) CPU E5-1680 v4 @ 3.40GHz", "Intel Xeon E5-1410", "Intel Xeon X3480", "SG2042", "Xeon-D 1541",
        "Xeon 5412U", "AMD EPYC Embedded 735P",
    ])
    func `a processor for one socket has one`(name: String) throws {
        #expect(try DescribedServer(processor: name).modelled().server.sockets == 1)
        #expect(ProcessorName(name).isForSingleSocket)
    }

    @Test(arguments: [
        "2P AMD EPYC 7763", "Intel Xeon Gold 6248R", "Intel Xeon 6520P", "AMD Opteron 2218", "AMD Opteron 6180 SE",
        "Intel Xeon E5-2680 v4", "Intel Xeon X5570", "Intel Xeon DP E5450", "Xeon Dell R730 E5-2680 v4",
    ])
    func `a processor for two sockets is not for one`(name: String) {
        #expect(!ProcessorName(name).isForSingleSocket)
    }

    @Test(
        arguments: [
            ("2 x AMD EPYC 7763", 2), ("2x Intel Xeon Gold 6130", 2), ("Dual Intel Xeon Gold 6130", 2),
            ("4× Intel Xeon Platinum 8180", 4), ("Dual Core AMD Opteron 270", nil), ("AMD EPYC 7763", nil),
            ("2P AMD EPYC 7763", 2), ("EPYC 7763 2P", 2), ("AMD EPYC 7763 x2", 2), ("Intel Xeon Gold 6130 (x2)", 2),
            ("E5-2680 v4 x 2", 2), ("2-socket Intel Xeon Gold 6130", 2), ("AMD EPYC 7763, 2 sockets", 2),
            ("2S Xeon Gold 6130", 2), ("Dual socket Intel Xeon Gold 6130", 2), ("AMD EPYC 7763 dual-socket", 2),
            ("2 AMD EPYC 7763", 2), ("2 CPUs AMD EPYC 7763", 2), ("Rockchip RK3328 x4", nil),
            ("AMD Athlon 64 X2 5000+", nil), ("AMD Phenom II X4 955", nil), ("2*Xeon E5-2680 v4", 2),
            ("2xEPYC 7763", 2), ("Two Xeon E5-2680 v4", 2), ("Intel Xeon E5-2680 v4 dual", 2), ("AMD EPYC 7763 (2)", 2),
            ("Quad-Core AMD Opteron(tm) Processor 2356", nil), ("2 Xeon Gold 6230", 2), ("2*E5-2680v4", 2),
            ("E5-2680v4x2", 2), ("Intel Xeon Gold 6130 (2 processors)", 2), ("2 E5-2680 v4", 2),
            ("AMD EPYC 7763 (2 chips)", 2), ("32 x Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz (2 Sockets)", 2),
            ("2 x AMD EPYC 7763 64-Core Processor (2 Sockets)", 2), ("2 x Xeon E5-2680 v4 (56)", 2),
            ("8 x Intel(R) Xeon(R) CPU E5-2609 v2 @ 2.50GHz", nil), ("AMD EPYC 7773X", nil), ("Xeon Gold 5220 T", nil),
            ("AMD EPYC 7702 P", nil),
        ] as [(String, Int?)])
    func `a number before or after the name is that of the sockets`(text: String, sockets: Int?) throws {
        let named = NamedProcessor(text)
        #expect(named.sockets == sockets)
        let (server, isAssumed) = try DescribedServer(processor: named).modelled()
        if let sockets { #expect(server.sockets == sockets && !isAssumed) }
    }

    private static func machine(_ cpuinfo: (Int) -> String, _ count: Int) throws -> MachineDescription {
        let text = (0..<count).map(cpuinfo).joined(separator: "\n")
        return try #require(MachineDescription(cpuinfo: Array(text.utf8), meminfo: nil))
    }

    private static func lines(_ number: Int, flags: String) -> String {
        """
        processor\t: \(number)
        vendor_id\t: AuthenticAMD
        cpu family\t: 25
        model\t\t: 1
        model name\t: AMD EPYC 7443 24-Core Processor
        physical id\t: 0
        flags\t\t: fpu\(flags)

        """
    }

    @Test func `threads without the cores' numbers are not all taken for cores`() throws {
        let machine = try Self.machine({ Self.lines($0, flags: "") }, 48)
        #expect(machine.cores == 48)
        #expect(MachineEstimate(machine).server.cores == 24)
    }

    @Test func `a guest's host has processors of as many cores as the name shows`() throws {
        let guest = try Self.machine({ Self.lines($0, flags: " hypervisor") }, 4)
        let estimate = MachineEstimate(guest)
        #expect(estimate.server.cores == 24 * estimate.server.sockets)
    }
}
