import PowerSensors
import PowerSensorsTestSupport
import Testing

/// One processor's lines, as x86 kernels write them; a field that is nil is left out.
private func x86(
    _ number: Int,
    socket: Int?,
    core: Int?,
    cores: Int? = nil,
    flags: String = "fpu sse2",
    model: Int = 106
) -> String {
    var lines = [
        "processor\t: \(number)", "vendor_id\t: GenuineIntel", "cpu family\t: 6", "model\t\t: \(model)",
        "model name\t: Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz", "stepping\t: 6",
    ]
    if let socket { lines.append("physical id\t: \(socket)") }
    if let core { lines.append("core id\t\t: \(core)") }
    if let cores { lines.append("cpu cores\t: \(cores)") }
    lines.append("flags\t\t: \(flags)")
    return lines.joined(separator: "\n") + "\npower management:\n\n"
}

private func described(_ cpuinfo: String, meminfo: String? = nil) -> MachineDescription? {
    MachineDescription(cpuinfo: Array(cpuinfo.utf8), meminfo: meminfo.map { Array($0.utf8) })
}

/// A shape of `cpuinfo`, and the machine it describes.
struct Shape: CustomTestStringConvertible {
    let testDescription: String
    let cpuinfo: String
    let sockets: Int?
    let cores: Int
    let threads: Int
}

struct MachineDescriptionTests {
    @Test(arguments: [("1", 1), ("65536", 65_536), ("65537", nil), ("9223372036854775807", nil), ("0", nil)])
    func `a number of processors that no machine has is no description`(text: String, threads: Int?) {
        let machine = described("vendor_id       : IBM/S390\n# processors    : \(text)\n")
        #expect(machine?.threads == threads)
        if let machine { #expect(MachineEstimate(machine).part?.virtualProcessors == threads) }
    }

    @Test(arguments: [
        Shape(
            testDescription: "two sockets, two cores each, two threads a core",
            cpuinfo: (0..<8).map { x86($0, socket: $0 / 2 % 2, core: $0 % 2, cores: 2) }.joined(),
            sockets: 2,
            cores: 4,
            threads: 8
        ),
        Shape(
            testDescription: "sockets 0 and 3, cores with gaps in their numbers",
            cpuinfo: x86(0, socket: 0, core: 0) + x86(1, socket: 0, core: 64) + x86(2, socket: 3, core: 0)
                + x86(5, socket: 3, core: 9),
            sockets: 2,
            cores: 4,
            threads: 4
        ),
        Shape(
            testDescription: "neither sockets nor cores",
            cpuinfo: x86(0, socket: nil, core: nil) + x86(1, socket: nil, core: nil),
            sockets: nil,
            cores: 2,
            threads: 2
        ),
        Shape(
            testDescription: "no cores, but their number",
            cpuinfo: (0..<8).map { x86($0, socket: $0 / 4, core: nil, cores: 2) }.joined(),
            sockets: 2,
            cores: 4,
            threads: 8
        ),
        Shape(
            testDescription: "more cores than threads",
            cpuinfo: x86(0, socket: 0, core: nil, cores: .max),
            sockets: 1,
            cores: 1,
            threads: 1
        ),
        Shape(
            testDescription: "numbers that are none",
            cpuinfo: "processor: 0\nphysical id: -1\ncore id: x\ncpu cores: 99999999999999999999\n",
            sockets: nil,
            cores: 1,
            threads: 1
        ),
        Shape(
            testDescription: "the last line cut off, no white space",
            cpuinfo: "processor:0\nphysical id:0\ncore id:0\nprocessor:1\nphysical id",
            sockets: 1,
            cores: 2,
            threads: 2
        ),
    ])
    func `sockets, cores and threads are counted`(shape: Shape) throws {
        let machine = try #require(described(shape.cpuinfo))
        #expect(machine.sockets == shape.sockets)
        #expect(machine.cores == shape.cores)
        #expect(machine.threads == shape.threads)
        #expect(machine.isGuest == (shape.cpuinfo.contains("flags") ? false : nil))
    }

    @Test func `the first processor tells the kind`() throws {
        let machine = try #require(
            described(x86(0, socket: 0, core: 0) + x86(1, socket: 0, core: 1, model: 143), meminfo: nil)
        )
        #expect(
            machine.processor
                == ProcessorIdentity(
                    vendor: .intel,
                    family: 6,
                    model: 106,
                    stepping: 6,
                    name: "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz"
                )
        )
    }

    @Test(arguments: [
        "processor: 0\nvendor_id: CentaurHauls\n\nprocessor: 1\nvendor_id: GenuineIntel\n",
        "processor: 0\n\nprocessor: 1\nvendor_id: GenuineIntel\n",
    ])
    func `a later processor's vendor does not stand in for the first's`(cpuinfo: String) throws {
        #expect(try #require(described(cpuinfo, meminfo: nil)).processor.vendor == .other)
    }

    @Test func `an Arm processor's part is its model, whatever else its text says`() throws {
        let cpuinfo = "processor: 0\nmodel: 7\nCPU implementer: 0x41\nCPU part: 0xd0c\nmodel: 8\n"
        #expect(try #require(described(cpuinfo, meminfo: nil)).processor.model == 0xd0c)
    }

    @Test func `a guest is known by the hypervisor flag, as a whole word`() throws {
        #expect(try #require(described(x86(0, socket: 0, core: 0, flags: "fpu hypervisor lahf_lm"))).isGuest == true)
        #expect(try #require(described(x86(0, socket: 0, core: 0, flags: "fpu nohypervisor2"))).isGuest == false)
    }

    @Test func `the processors' description takes precedence over the firmware's`() throws {
        let machine = try #require(
            MachineDescription(
                cpuinfo: Array(x86(0, socket: 0, core: 0).utf8),
                meminfo: nil,
                firmware: FirmwareDescription(vendor: "Google", product: "Google Compute Engine")
            )
        )
        #expect(machine.isGuest == false, "a rented physical machine has its cloud's names")
    }

    @Test func `an Arm machine is known by implementer and part`() throws {
        let processor = """
            BogoMIPS\t: 50.00
            Features\t: fp asimd
            CPU implementer\t: 0x41
            CPU architecture: 8
            CPU variant\t: 0x3
            CPU part\t: 0xd0c
            CPU revision\t: 1

            """
        let machine = try #require(
            described((0..<160).map { "processor\t: \($0)\n" + processor + "\n" }.joined(), meminfo: "MemTotal: 1 kB")
        )
        #expect(machine.processor.generation == GenerationMatch(.altra, .cpuid))
        #expect(machine.sockets == nil)
        #expect(machine.cores == 160)
        #expect(MachineEstimate(machine).server.sockets == 2)
    }

    @Test(
        arguments: [
            ("MemTotal:       24684092 kB\nMemFree: 1 kB\n", 24_684_092.0 / 1_048_576),
            ("MemFree: 5 kB\nMemTotal: 1048576 kB", 1),
            ("MemTotal: 18446744073709551615 kB\n", nil),
            ("MemTotal: 99999999999999999999999 kB\n", nil),
            ("MemTotal: 0 kB\n", nil),
            ("MemTotal:\n", nil),
            ("MemTotal: -5 kB\n", nil),
            ("", nil),
        ] as [(String, Double?)]
    )
    func `memory is MemTotal or unknown`(meminfo: String, gigabytes: Double?) throws {
        let machine = try #require(described("processor: 0\n", meminfo: meminfo))
        #expect(machine.memoryGigabytes == gigabytes)
    }

    @Test(arguments: ["", "\n\n", "processor", "processor:\n", "vendor_id: GenuineIntel\n", "\0\u{FF}:::\n"])
    func `a text without a processor is refused`(cpuinfo: String) {
        #expect(described(cpuinfo) == nil)
    }

    @Test func `random bytes never trap`() {
        var random = SeededGenerator(seed: 20_261_122)
        let words = ["processor", "physical id", "core id", "cpu cores", "model", "stepping", "cpu family", "CPU part"]
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int(random.next() % 40) {
                if random.next() % 3 == 0 {
                    for _ in 0..<Int(random.next() % 12) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
                } else {
                    bytes += Array((words[Int(random.next() % UInt64(words.count))] + "\t: ").utf8)
                    bytes += Array(String(random.next() >> (random.next() % 64)).utf8)
                }
                bytes.append(UInt8(ascii: random.next() % 5 == 0 ? ":" : "\n"))
            }
            if let machine = MachineDescription(cpuinfo: bytes, meminfo: bytes) {
                let estimate = MachineEstimate(machine)
                #expect(estimate.curve.maximum.rawValue.isFinite)
                #expect(estimate.curve.idle.rawValue > 0)
            }
        }
    }
}
