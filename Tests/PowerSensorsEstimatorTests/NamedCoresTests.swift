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

    @Test func `a described server has the cores of its processor's name, unless others are given`() throws {
        var server = DescribedServer(processor: "AMD EPYC 7313P 16-Core Processor")
        #expect(server.hasNamedCores)
        #expect(try server.modelled().server.cores == 16)
        #expect(try server.modelled().isAssumed == false, "a processor for one socket, with a known number of cores")
        server.processor = NamedProcessor("AMD EPYC 7313 16-Core Processor")
        server.sockets = 2
        #expect(try server.modelled().server.cores == 32)
        server.cores = 24
        #expect(try server.modelled().server.cores == 24)
        #expect(!server.hasNamedCores)
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
