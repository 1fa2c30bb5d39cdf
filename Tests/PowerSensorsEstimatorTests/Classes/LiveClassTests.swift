import PowerSensors
import PowerSensorsTesting
import Testing

/// A physical machine in a mock tree, and the class that must be found.
struct LiveMachine: CustomTestStringConvertible {
    let testDescription: String
    let cpuinfo: String
    var files: [String: String] = [:]
    var procfs: [String: String] = [:]
    let machineClass: MachineClass

    /// Lines of an x86 processor with a name.
    static func x86(_ name: String, vendor: String = "GenuineIntel", family: Int = 6, model: Int = 151) -> String {
        """
        processor\t: 0
        vendor_id\t: \(vendor)
        cpu family\t: \(family)
        model\t\t: \(model)
        model name\t: \(name)
        physical id\t: 0
        core id\t\t: 0
        flags\t\t: fpu sse2

        """
    }

    static let pi5 = "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\nprocessor\t: 1\nCPU part\t: 0xd0b\n"
    static let battery = ["class/power_supply/BAT0/type": "Battery\n", "class/power_supply/BAT0/status": "Full\n"]
    static func chassis(_ type: Int) -> [String: String] { ["class/dmi/id/chassis_type": "\(type)\n"] }

    static let all: [LiveMachine] = [
        LiveMachine(
            testDescription: "a Raspberry Pi by its device tree", cpuinfo: pi5,
            procfs: ["device-tree/compatible": "raspberrypi,5-model-b\0brcm,bcm2712\0"], machineClass: .singleBoard),
        LiveMachine(
            testDescription: "a laptop by its chassis", cpuinfo: x86("12th Gen Intel(R) Core(TM) i7-1260P", model: 154),
            files: chassis(10), machineClass: .laptop),
        LiveMachine(
            testDescription: "a laptop by its battery",
            cpuinfo: x86("AMD Ryzen 7 7840U w/ Radeon 780M Graphics", vendor: "AuthenticAMD", family: 25, model: 116),
            files: battery, machineClass: .laptop),
        LiveMachine(
            testDescription: "a mouse's battery makes no laptop",
            cpuinfo: x86("Intel(R) Core(TM) i7-8700 CPU @ 3.20GHz", model: 158),
            files: chassis(3).merging(
                ["class/power_supply/hid/type": "Battery\n", "class/power_supply/hid/scope": "Device\n"]) { $1 },
            machineClass: .desktop),
        LiveMachine(
            testDescription: "a mobile processor in a desktop's chassis is a mini-PC's",
            cpuinfo: x86("13th Gen Intel(R) Core(TM) i7-1360P", model: 186), files: chassis(3), machineClass: .miniPC),
        LiveMachine(
            testDescription: "a mini-PC by its chassis",
            cpuinfo: x86("Intel(R) Core(TM) i5-8500T CPU @ 2.10GHz", model: 158),
            files: chassis(35), machineClass: .miniPC),
        LiveMachine(
            testDescription: "an N100 without DMI", cpuinfo: x86("Intel(R) N100", model: 190), machineClass: .miniPC),
        LiveMachine(
            testDescription: "a desktop by its processor",
            cpuinfo: x86("AMD Ryzen 9 7950X 16-Core Processor", vendor: "AuthenticAMD", family: 25, model: 97),
            machineClass: .desktop),
        LiveMachine(
            testDescription: "a desktop's processor in a rack is a server's",
            cpuinfo: x86("AMD Ryzen 9 7950X 16-Core Processor", vendor: "AuthenticAMD", family: 25, model: 97),
            files: chassis(23), machineClass: .server),
        LiveMachine(
            testDescription: "a workstation by its processor",
            cpuinfo: x86(
                "AMD Ryzen Threadripper 3990X 64-Core Processor", vendor: "AuthenticAMD", family: 23, model: 49),
            files: chassis(7), machineClass: .workstation),
        LiveMachine(
            testDescription: "a workstation by its product",
            cpuinfo: x86("Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", model: 85),
            files: chassis(7).merging(["class/dmi/id/product_name": "Precision 7820 Tower\n"]) { $1 },
            machineClass: .workstation),
        LiveMachine(
            testDescription: "a server in a tower", cpuinfo: x86("Intel(R) Xeon(R) E-2288G CPU @ 3.70GHz", model: 158),
            files: chassis(7), machineClass: .server),
        LiveMachine(
            testDescription: "Apple's laptop", cpuinfo: "processor\t: 0\nCPU implementer\t: 0x61\nCPU part\t: 0x022\n",
            files: battery, procfs: ["device-tree/compatible": "apple,j313\0apple,t8103\0"], machineClass: .laptop),
        LiveMachine(
            testDescription: "Apple's mini-PC", cpuinfo: "processor\t: 0\nCPU implementer\t: 0x61\nCPU part\t: 0x022\n",
            procfs: ["device-tree/compatible": "apple,j274\0apple,t8103\0"], machineClass: .miniPC),
        LiveMachine(
            testDescription: "a RISC-V board", cpuinfo: "processor\t: 0\nisa\t: rv64imafdc\nuarch\t: sifive,u74-mc\n",
            procfs: ["device-tree/compatible": "starfive,visionfive-2-v1.3b\0starfive,jh7110\0"],
            machineClass: .singleBoard),
        LiveMachine(
            testDescription: "POWER is a server",
            cpuinfo: "processor\t: 0\ncpu\t: POWER9, altivec supported\nplatform\t: PowerNV\n",
            procfs: ["device-tree/compatible": "ibm,powernv\0"], machineClass: .server),
    ]

    /// The estimator's discovery on this machine, and what it estimates.
    func discovered() throws -> (Discovery, MachineEstimate) {
        let machine = try MockMachine()
        try machine.procfs.write(cpuinfo, to: "cpuinfo")
        try machine.procfs.write("MemTotal: 8000000 kB\n", to: "meminfo")
        try machine.procfs.write("cpu  1 2 3 4\n", to: "stat")
        for (path, text) in files { try machine.sysfs.write(text, to: path) }
        for (path, text) in procfs { try machine.procfs.write(text, to: path) }
        return (
            Estimator(roots: machine.roots).discover(), MachineEstimate(try MachineDescription(roots: machine.roots))
        )
    }
}

struct LiveClassTests {
    @Test(arguments: LiveMachine.all)
    func `the class is found by form, battery and processor`(machine: LiveMachine) throws {
        let (discovery, estimate) = try machine.discovered()
        #expect(estimate.method.machineClass == machine.machineClass)
        #expect(!discovery.channels.isEmpty)
        let texts = discovery.findings.map(\.text).joined(separator: " ")
        if machine.machineClass == .server {
            #expect(estimate.server.small == nil)
        } else {
            #expect(texts.contains(machine.machineClass.rawValue), "\(texts)")
            #expect(discovery.channels.first?.label?.hasPrefix(machine.machineClass.rawValue) == true)
            #expect(discovery.channels.first?.band == estimate.band)
            #expect(!texts.contains("server"), "\(texts)")
        }
    }

    @Test func `a board is no guest, and its power is that of a board`() throws {
        let machine = try #require(LiveMachine.all.first)
        let (discovery, estimate) = try machine.discovered()
        #expect(!discovery.findings.contains { $0.reason.name == "undecided" })
        let (low, high) = (estimate.curve.power(at: 0).rawValue, estimate.curve.power(at: 1).rawValue)
        #expect(low * estimate.band.low < 3 && 3 < low * estimate.band.high)
        #expect(high * estimate.band.low < 13 && 13 < high * estimate.band.high)
        #expect(discovery.channels.first?.label == "single-board, Cortex-A76")
    }

    @Test func `a guest on a desktop's processor has a desktop for its host`() throws {
        let name = "AMD Ryzen 9 5900X 12-Core Processor"
        var text = LiveMachine.x86(name, vendor: "AuthenticAMD", family: 25, model: 33)
        text = text.replacing("fpu sse2", with: "fpu sse2 hypervisor")
        let machine = try #require(MachineDescription(cpuinfo: Array(text.utf8), meminfo: nil))
        let estimate = MachineEstimate(machine)
        #expect(estimate.method.machineClass == .desktop)
        #expect(estimate.curve.maximum < Watts(30))
        #expect(estimate.band.low <= 0.65 && estimate.band.high >= 1.35)
    }
}
