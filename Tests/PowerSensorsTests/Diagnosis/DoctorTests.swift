import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// The doctor's explanations for machines without energy counters, one row for each cause.
struct DoctorTests {
    struct Missing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var processor: MockProcessor?
        var kernel: String?
        var modules: [String] = []
        let reason: Finding.Reason
        let remedy: String
    }

    private static let guest: MockProcessor = {
        var processor = MockProcessor.intelServer(sockets: 1)
        processor.isGuest = true
        return processor
    }()

    private static let amdGuest: MockProcessor = {
        var processor = MockProcessor.amdServer(sockets: 1)
        processor.isGuest = true
        return processor
    }()

    @Test(arguments: [
        Missing(
            testDescription: "a guest on Intel", processor: guest, kernel: "6.1.0", reason: .guest,
            remedy: "rapl-helper-socket"),
        Missing(
            testDescription: "a guest on AMD", processor: amdGuest, kernel: "6.1.0", reason: .guest,
            remedy: "estimator"),
        Missing(
            testDescription: "a guest on Intel, whose host may give counters already", processor: guest,
            kernel: "6.1.0", reason: .guest, remedy: "sudo modprobe intel_rapl_msr — have the host's operator"),
        Missing(
            testDescription: "a guest on Intel, whose driver looked before the host gave them", processor: guest,
            kernel: "6.1.0", modules: ["intel_rapl_msr"], reason: .guest, remedy: "modprobe -r intel_rapl_msr"),
        Missing(
            testDescription: "a guest on Intel to which the host may give a share", processor: guest, reason: .guest,
            remedy: "guest's share: Docs/GuestShare.md"),
        Missing(
            testDescription: "a guest on AMD to which the host may give a share", processor: amdGuest, reason: .guest,
            remedy: "guest's share: Docs/GuestShare.md"),
        Missing(
            testDescription: "a driver not loaded", processor: .intelServer(), kernel: "6.1.0", reason: .unloaded,
            remedy: "sudo modprobe intel_rapl_msr"),
        Missing(
            testDescription: "a driver of before 5.3", processor: .intelServer(), kernel: "4.19.0", reason: .unloaded,
            remedy: "sudo modprobe intel_rapl "),
        Missing(
            testDescription: "a driver that found nothing", processor: .intelServer(), kernel: "6.1.0",
            modules: ["intel_rapl_msr"], reason: .absent, remedy: "dmesg"),
        Missing(
            testDescription: "AMD on an old kernel", processor: .amdServer(), kernel: "5.10.0", reason: .kernelTooOld,
            remedy: "5.11"),
        Missing(
            testDescription: "AMD on a new kernel", processor: .amdServer(), kernel: "5.11.0", reason: .unloaded,
            remedy: "modprobe"),
        Missing(
            testDescription: "a machine of which nothing is known", reason: .absent, remedy: "mount -t proc proc"),
    ])
    func `a missing counter is explained by the machine that lacks it`(row: Missing) throws {
        let machine = try MockMachine()
        if let processor = row.processor { try machine.set(processor) }
        if let kernel = row.kernel { try machine.procfs.write("\(kernel)\n", to: "sys/kernel/osrelease") }
        for module in row.modules { try machine.sysfs.write("live\n", to: "module/\(module)/initstate") }
        let diagnosis = examine(machine)
        let finding = try #require(diagnosis.findings.first { $0.subject == "class/powercap" })
        #expect(finding.reason == row.reason)
        #expect(finding.remedy?.contains(row.remedy) == true, "\(finding)")
        #expect(!diagnosis.isMeasured)
        #expect(diagnosis.sensors.first { $0.name == .rapl }?.state == .missing)
    }

    @Test func `an AMD guest is never told to load a driver`() throws {
        let machine = try MockMachine()
        try machine.set(Self.amdGuest)
        let tried = ["class/powercap", "bus/event_source/devices/power", "cpu/0/msr"].map {
            Obstacle(
                $0 == "class/powercap" ? .noZones : .noDriver,
                Finding(severity: .error, subject: $0, reason: .absent, text: "none", remedy: "sudo modprobe something")
            )
        }
        let diagnosis = RAPLDiagnosis(HostEnvironment(machine.roots), machine.roots)
        let explained = diagnosis.explain(tried)
        #expect(explained.map(\.subject) == ["class/powercap"], "one cause is told once")
        #expect(explained[0].remedy?.contains("modprobe") == false)
        #expect(explained[0].severity == .info, "the guest cannot change it")
        #expect(diagnosis.explain([tried[1]]).map(\.reason.name) == ["guest"])
        #expect(diagnosis.explain([tried[2]]).map(\.reason.name) == ["guest"])
    }

    @Test(arguments: [Obstacle.Kind.noZones, .masked])
    func `zones in a sysfs mounted elsewhere are named in the remedy`(kind: Obstacle.Kind) throws {
        let machine = try MockMachine()
        let host = try MockMachine()
        try host.add(.intelClient())
        var environment = HostEnvironment(machine.roots)
        environment.otherSysfs = [host.sysfs.path]
        let subject = kind == .noZones ? "class/powercap" : "devices/virtual/powercap"
        let missing = Obstacle(
            kind, Finding(severity: .error, subject: subject, reason: .absent, text: "There is no zone."))
        let explained = RAPLDiagnosis(environment, machine.roots).explain([missing])
        #expect(explained.map(\.reason.name) == ["elsewhere"])
        #expect(explained.first?.remedy == "Name that sysfs: powersensors --sysfs \(host.sysfs.path)")
        environment.otherSysfs = []
        let plain = RAPLDiagnosis(environment, machine.roots).explain([missing])
        #expect(plain.first?.reason != .elsewhere)
    }

    @Test func `an Arm machine is told that it has no such counters`() throws {
        let machine = try MockMachine()
        try machine.procfs.write(
            "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\n", to: "cpuinfo")
        let finding = try #require(examine(machine).findings.first { $0.subject == "class/powercap" })
        #expect(finding.reason == .unsupported)
    }

    @Test func `a healthy machine has no findings`() throws {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: Watts(50))]))
        let diagnosis = examine(machine, moving: true)
        #expect(diagnosis.isMeasured)
        let rapl = try #require(diagnosis.sensors.first { $0.name == .rapl })
        #expect(rapl.state == .works)
        #expect(rapl.readable == 1)
        #expect(!diagnosis.findings.contains { $0.subject.hasPrefix("class/powercap") })
    }

    @Test func `a counter that does not change is frozen, and one that changes is not`() throws {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: Watts(50))]))
        let still = examine(machine)
        #expect(still.findings.contains { $0.reason == .frozen && $0.subject.hasSuffix("energy_uj") })
        #expect(still.verdict == .frozen)
        #expect(!still.isMeasured && still.hasSource)
        let sensor = try #require(still.sensors.first { $0.name == .rapl })
        #expect(sensor.state == .limited)
        #expect(sensor.frozen == 1)
        #expect(!examine(machine, moving: true).findings.contains { $0.reason == .frozen })
    }

    @Test func `a counter that is known to count is frozen if it stays 0`() throws {
        let machine = try MockMachine()
        var channel = Channel.counter("package-0")
        channel.isKnownToCount = true
        let sensor = ScriptedSensor(channels: [channel])
        sensor.show(.count(0))
        let doctor = Doctor(SensorSet(only: [sensor]), roots: machine.roots)
        #expect(doctor.examine(for: .milliseconds(10)).verdict == .frozen)
    }

    @Test(arguments: [("share", "fills the share"), ("scripted", "device")])
    func `only a register that stands still has a remedy about registers`(sensor: String, word: String) throws {
        let machine = try MockMachine()
        let source = ScriptedSensor(sensor, channels: [.counter("package-0", of: sensor)])
        source.show(.count(7))
        let diagnosis = Doctor(SensorSet(only: [source]), roots: machine.roots).examine(for: .milliseconds(10))
        let remedy = diagnosis.findings.first { $0.reason == .frozen }?.remedy
        #expect(remedy?.contains(word) == true)
        #expect(remedy?.contains("qemu") == false)
    }

    @Test func `counters that are all 0 measure nothing`() throws {
        let machine = try MockMachine()
        try machine.add(
            MockControlType(zones: [
                MockZone(name: "package-0", startCount: 0, children: [MockZone(name: "dram", startCount: 0)])
            ]))
        let diagnosis = examine(machine)
        #expect(!diagnosis.hasSource)
        let sensor = try #require(diagnosis.sensors.first { $0.name == .rapl })
        #expect(sensor.state == .failing)
        #expect(sensor.readable == 0)
        let finding = try #require(diagnosis.findings.first { $0.reason == .frozen })
        #expect(finding.subject == "class/powercap/intel-rapl:0/energy_uj")
        #expect(finding.remedy?.contains("qemu-vmsr-helper") == true)
    }

    @Test func `beside a frozen package, a part at 0 does not count as changing`() throws {
        let machine = try MockMachine()
        try machine.add(
            MockControlType(zones: [
                MockZone(name: "package-0", power: Watts(50), children: [MockZone(name: "uncore", startCount: 0)])
            ]))
        #expect(examine(machine).verdict == .frozen)
    }

    @Test func `if no counter changes, nothing is called measured`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer())
        let still = examine(machine)
        #expect(still.verdict == .frozen)
        #expect(still.findings.filter { $0.reason == .frozen }.contains { $0.text.contains("rapl/psys") })
        #expect(examine(machine, moving: true).verdict == .measured)
    }

    @Test func `if one of two packages is frozen, no figure is complete`() throws {
        let machine = try MockMachine()
        try machine.add(
            MockControlType(zones: [
                MockZone(name: "package-0", power: Watts(50)), MockZone(name: "package-1", power: Watts(0)),
            ]))
        let diagnosis = examine(machine, moving: true)
        #expect(diagnosis.verdict == .partly)
        #expect(diagnosis.findings.filter { $0.reason == .frozen }.count == 1)
    }

    @Test func `a chip at an unknown place measures a part, and no host figure`() throws {
        let machine = try MockMachine()
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "3000000"]))
        #expect(examine(machine).verdict == .partly)
        try machine.add(.olderChip("power_meter", hardware: "ACPI000D:00", files: ["power1_average": "212500000"]))
        #expect(examine(machine).verdict == .measured)
    }

    @Test func `it reports whether libsensors was found`() throws {
        #expect(examine(try MockMachine()).libSensors == LibSensors.shared.failure)
    }

    @Test func `a battery on mains works, but does not measure the machine`() throws {
        let machine = try MockMachine()
        let battery = try machine.add(.supply("BAT0", files: ["status": "Charging", "power_now": "10000000"]))
        let onMains = examine(machine)
        #expect(onMains.sensors.first { $0.name == .supply }?.state == .works)
        #expect(!onMains.isMeasured)
        try battery.write("Discharging", to: "status")
        #expect(examine(machine).isMeasured)
    }

    @Test func `a file that its owner cannot read is refused for another reason than its mode`() throws {
        let machine = try MockMachine()
        let zones = try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: Watts(50))]))
        let file = zones[0].path(of: "energy_uj")
        let owner = try machine.roots.sysfs.fileStatus(file).owner
        try machine.procfs.write("Uid:\t\(owner)\t\(owner)\t\(owner)\t\(owner)\n", to: "thread-self/status")
        let environment = HostEnvironment(machine.roots)
        let refused = Finding(severity: .warning, subject: file, reason: .forbidden, text: "Permission denied.")
        let explained = RAPLDiagnosis(environment, machine.roots).explain([
            Obstacle(.forbidden(isCounter: true), refused)
        ])
        #expect(explained.first?.text.contains("security module") == true)
    }

    @Test func `the remedy for counters is given only for counters`() throws {
        let machine = try MockMachine()
        let zones = try machine.add(
            MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1"), MockZone(name: "psys")]))
        let files = [zones[0].path(of: "energy_uj"), zones[1].path(of: "name"), zones[2].path(of: "energy_uj")]
        for file in files { try machine.sysfs.inject(.forbidden, at: file) }
        try machine.procfs.write("Uid:\t65534\t65534\t65534\t65534\n", to: "thread-self/status")
        let refused = files.map { file in
            Obstacle(
                .forbidden(isCounter: file.hasSuffix("energy_uj")),
                Finding.unreadable(file, AttributeError(path: file, errno: EACCES), in: machine.roots.sysfs))
        }
        let explained = RAPLDiagnosis(HostEnvironment(machine.roots), machine.roots).explain(refused)
        try #require(explained.map(\.subject) == [files[1], files[0]])
        #expect(explained[0].remedy?.contains("chmod g+r \(machine.sysfs.path)/\(files[1])") == true)
        #expect(explained[1].remedy?.contains("class/powercap/*/energy_uj") == true)
        #expect(explained[1].text.contains("It and 1 more"))
    }

    @Test func `one file that cannot be read makes its sensor limited`() throws {
        let machine = try MockMachine()
        let zones = try machine.add(
            MockControlType(zones: [MockZone(name: "package-0", power: Watts(50)), MockZone(name: "package-1")]))
        try machine.sysfs.inject(.garbage, at: zones[1].path(of: "energy_uj"))
        let diagnosis = examine(machine)
        #expect(diagnosis.sensors.first { $0.name == .rapl }?.state == .limited)
        #expect(!diagnosis.isMeasured, "the sum of the packages is unknown")
        #expect(diagnosis.hasSource)
    }

    @Test func `devices that only other programs can read are named, with the way to read them`() throws {
        let machine = try MockMachine()
        try machine.sysfs.write("0x030000\n", to: "bus/pci/devices/0000:01:00.0/class")
        try machine.sysfs.write("0x10de\n", to: "bus/pci/devices/0000:01:00.0/vendor")
        try machine.sysfs.write("0x030000\n", to: "bus/pci/devices/0000:00:02.0/class")
        try machine.sysfs.write("0x8086\n", to: "bus/pci/devices/0000:00:02.0/vendor")
        try machine.sysfs.write("0x020000\n", to: "bus/pci/devices/0000:02:00.0/class")
        try machine.sysfs.write("0x10de\n", to: "bus/pci/devices/0000:02:00.0/vendor")
        // A device with a hwmon chip needs no other program, and a simple display has no power to report.
        for (device, hasChip) in ["0000:03:00.0": true, "0000:04:00.0": false] {
            try machine.sysfs.write("0x038000\n", to: "bus/pci/devices/\(device)/class")
            try machine.sysfs.write("0x1002\n", to: "bus/pci/devices/\(device)/vendor")
            if hasChip { try machine.sysfs.write("amdgpu\n", to: "bus/pci/devices/\(device)/hwmon/hwmon3/name") }
        }
        try machine.sysfs.write("0x120000\n", to: "bus/pci/devices/0000:05:00.0/class")
        try machine.sysfs.write("0x1da3\n", to: "bus/pci/devices/0000:05:00.0/vendor")
        try machine.sysfs.write("243:0\n", to: "class/ipmi/ipmi0/dev")
        let unreached = examine(machine).findings.filter { $0.reason == .unreachable }
        #expect(
            unreached.map(\.subject) == [
                "bus/pci/devices/0000:01:00.0", "bus/pci/devices/0000:04:00.0", "bus/pci/devices/0000:05:00.0",
                "class/ipmi/ipmi0",
            ])
        let roads = ["Docs/WritingASensor.md", "sudo modprobe amdgpu", "Docs/WritingASensor.md", "ipmitool dcmi"]
        for (finding, road) in zip(unreached, roads) {
            #expect(finding.severity == .info)
            #expect(finding.remedy?.contains(road) == true, "\(finding)")
        }
    }

    @Test func `a graphics processor that is given to a virtual machine gets no advice for this one`() throws {
        let machine = try MockMachine()
        let device = "bus/pci/devices/0000:06:00.0"
        try machine.sysfs.write("0x030000\n", to: "\(device)/class")
        try machine.sysfs.write("0x1002\n", to: "\(device)/vendor")
        try machine.sysfs.makeDirectory("bus/pci/drivers/vfio-pci")
        try machine.sysfs.link("\(device)/driver", to: "../../drivers/vfio-pci")
        let finding = try #require(examine(machine).findings.first { $0.reason == .unreachable })
        #expect(finding.subject == device)
        #expect(finding.text.contains("virtual machine"))
        #expect(finding.remedy == nil)
    }

    @Test func `a card that sleeps is named by its driver, and none of its files is opened`() throws {
        let machine = try MockMachine()
        let device = "devices/pci0000:00/0000:0c:00.0"
        try machine.sysfs.write("0x030000\n", to: "\(device)/class")
        try machine.sysfs.write("0x10de\n", to: "\(device)/vendor")
        try machine.sysfs.write("suspended\n", to: "\(device)/power/runtime_status")
        try machine.sysfs.link("\(device)/driver", to: "../../../bus/pci/drivers/nvidia")
        try machine.sysfs.link("bus/pci/devices/0000:0c:00.0", to: "../../../\(device)")
        let opened = try OpenedFiles(in: [device], of: machine)
        let finding = try #require(examine(machine).findings.first { $0.reason == .unreachable })
        #expect(finding.subject == "bus/pci/devices/0000:0c:00.0")
        #expect(finding.remedy?.contains("nvidia-smi") == true)
        #expect(opened.drain() == [])
    }

    @Test func `a management controller without a driver is named, with the modules`() throws {
        let machine = try MockMachine()
        try machine.sysfs.write("38\n", to: "firmware/dmi/entries/38-0/type")
        let finding = try #require(examine(machine).findings.first { $0.reason == .unreachable })
        #expect(finding.subject == "firmware/dmi/entries/38-0")
        #expect(finding.remedy?.contains("sudo modprobe -a ipmi_si ipmi_devintf") == true)
    }

    @Test func `the most severe finding comes first`() throws {
        let machine = try MockMachine()
        try machine.sysfs.write("243:0\n", to: "class/ipmi/ipmi0/dev")
        let severities = examine(machine).findings.map(\.severity)
        #expect(severities.first == .error)
        #expect(severities.last == .info)
    }

    /// Examines a machine for a moment only; its counters advance if `moving` is true.
    private func examine(_ machine: MockMachine, moving: Bool = false) -> Diagnosis {
        let doctor = Doctor(SensorSet(roots: machine.roots), roots: machine.roots)
        var step: (() -> Void)?
        if moving { step = { try? machine.advanceAll(by: .milliseconds(10)) } }
        return doctor.examine(for: .milliseconds(10), betweenReads: step)
    }
}
