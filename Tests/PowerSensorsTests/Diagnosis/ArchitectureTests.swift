import PowerSensors
import PowerSensorsTesting
import Testing

/// Machines whose processors have no RAPL: what is known of them is used, and nothing else is advised.
struct ArchitectureTests {
    struct Processor: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let cpuinfo: String
        let name: String
        var threads = 2
        var cores = 2
        var isGuest: Bool?
    }

    @Test(arguments: [
        Processor(
            testDescription: "s390x before Linux 4.10",
            cpuinfo: """
                vendor_id       : IBM/S390
                # processors    : 2
                bogomips per cpu: 3241.00
                features\t: esan3 zarch stfle msa ldisp
                processor 0: version = 00,  identification = 2B0E88,  machine = 2827
                processor 1: version = 00,  identification = 2B0E88,  machine = 2827
                """,
            name: "IBM/S390", isGuest: true),
        Processor(
            testDescription: "s390x with two threads a core",
            cpuinfo: """
                vendor_id       : IBM/S390
                # processors    : 2
                bogomips per cpu: 3241.00
                max thread id   : 1
                processor 0: version = 00,  identification = 2A9B38,  machine = 8561
                processor 1: version = 00,  identification = 2A9B38,  machine = 8561

                cpu number      : 0
                physical id     : 3
                core id         : 4
                book id         : 0
                cpu cores       : 1
                cpu MHz dynamic : 5200

                cpu number      : 1
                physical id     : 3
                core id         : 4
                book id         : 0
                cpu cores       : 1
                cpu MHz dynamic : 5200
                """,
            name: "IBM/S390", cores: 1, isGuest: true),
        Processor(
            testDescription: "a partition of POWER",
            cpuinfo: """
                processor\t: 8
                cpu\t\t: POWER10 (architected), altivec supported
                clock\t\t: 2950.000000MHz
                revision\t: 2.0 (pvr 0080 0200)

                processor\t: 9
                cpu\t\t: POWER10 (architected), altivec supported
                clock\t\t: 2950.000000MHz
                revision\t: 2.0 (pvr 0080 0200)

                timebase\t: 512000000
                platform\t: pSeries
                model\t\t: IBM,9105-22A
                machine\t\t: CHRP IBM,9105-22A
                """,
            name: "POWER10 (architected)", isGuest: true),
        Processor(
            testDescription: "POWER without a hypervisor",
            cpuinfo:
                "processor\t: 0\ncpu\t\t: POWER8E (raw), altivec supported\n\nplatform\t: PowerNV\nmodel\t\t: 8247-22L\n",
            name: "POWER8E (raw)", threads: 1, cores: 1, isGuest: false),
        Processor(
            testDescription: "RISC-V",
            cpuinfo: """
                processor\t: 0
                hart\t\t: 1
                isa\t\t: rv64imafdc_zicntr
                mmu\t\t: sv39
                uarch\t\t: thead,c910

                processor\t: 1
                hart\t\t: 2
                isa\t\t: rv64imafdc_zicntr
                mmu\t\t: sv39
                uarch\t\t: thead,c910
                """,
            name: "thead,c910"),
        Processor(
            testDescription: "LoongArch",
            cpuinfo: """
                system type\t\t: generic-loongson-machine

                processor\t\t: 0
                package\t\t\t: 0
                core\t\t\t: 0
                CPU Family\t\t: Loongson-64bit
                Model Name\t\t: Loongson-3A6000
                ISA\t\t\t: loongarch32 loongarch64

                processor\t\t: 1
                package\t\t\t: 0
                core\t\t\t: 0
                CPU Family\t\t: Loongson-64bit
                Model Name\t\t: Loongson-3A6000
                ISA\t\t\t: loongarch32 loongarch64
                """,
            name: "Loongson-3A6000", cores: 1),
        Processor(
            testDescription: "an Arm of one core, before Linux 3.8",
            cpuinfo: """
                Processor\t: ARMv6-compatible processor rev 7 (v6l)
                BogoMIPS\t: 697.95
                Features\t: swp half thumb fastmult vfp
                CPU implementer\t: 0x41
                CPU architecture: 7
                CPU part\t: 0xb76

                Hardware\t: BCM2708
                """,
            name: "", threads: 1, cores: 1),
    ])
    func `other architectures' processors are counted and named, and get no advice for x86`(row: Processor) throws {
        let machine = try MockMachine()
        try machine.procfs.write(row.cpuinfo + "\n", to: "cpuinfo")
        try machine.procfs.write("cpu  1 2 3 4 5 6 7 8\n", to: "stat")
        try machine.procfs.write("MemTotal: 8000000 kB\n", to: "meminfo")
        let description = try MachineDescription(roots: machine.roots)
        #expect(description.threads == row.threads)
        #expect(description.cores == row.cores)
        #expect(description.processor.name == row.name)
        #expect(description.isGuest == row.isGuest)
        let findings = SensorSet(roots: machine.roots).discover().findings
        #expect(!findings.contains { "\($0)".contains("modprobe") }, "\(findings)")
        #expect(!findings.contains { $0.reason == .malformed })
        #expect(!findings.contains { $0.severity == .warning && $0.subject != "cpuinfo" })
        for mechanisms in [[RAPLMechanism.msr], [.powercap], RAPLMechanism.all] {
            let found = RAPLSensor(roots: machine.roots, mechanisms: mechanisms).discover().findings
            #expect(!found.isEmpty && !found.contains { "\($0)".contains("modprobe") }, "\(found)")
        }
        let estimate = Estimator(roots: machine.roots).discover()
        #expect(!estimate.channels.isEmpty)
        #expect(estimate.findings.first { $0.subject == "cpuinfo" }?.remedy?.contains("-cpu host") != true)
    }

    @Test func `an Intel processor older than the counters is not told to load their driver`() throws {
        let machine = try MockMachine()
        var processor = MockProcessor.intelServer(sockets: 1)
        (processor.model, processor.name) = (0x2C, "Intel(R) Xeon(R) CPU X5680 @ 3.33GHz")
        try machine.set(processor)
        let findings = RAPLSensor(roots: machine.roots).discover().findings
        #expect(findings.map(\.reason) == [.unsupported])
        #expect(findings.allSatisfy { $0.severity == .info && $0.remedy == nil })
        // A meter is looked for only where there are chips.
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "3000000"]))
        #expect(RAPLSensor(roots: machine.roots).discover().findings.first?.remedy?.contains("hwmon") == true)
    }
}
