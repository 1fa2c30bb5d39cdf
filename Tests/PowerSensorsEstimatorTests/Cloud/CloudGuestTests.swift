import PowerSensors
import PowerSensorsTesting
import Testing

/// Guests of clouds, as DMI and CPUID show them.
struct CloudGuestTests {
    private static let skylake = MockProcessor(
        vendor: "GenuineIntel", family: 6, model: 85, stepping: 4,
        name: "Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz",
        coresPerSocket: 1)
    private static let google = MockProcessor(
        vendor: "GenuineIntel", family: 6, model: 85, stepping: 7, name: "Intel(R) Xeon(R) CPU @ 2.80GHz",
        coresPerSocket: 2)

    private static func machine(
        _ processor: MockProcessor, _ names: [String: String], isGuest: Bool = true
    ) throws -> MockMachine {
        var processor = processor
        processor.isGuest = isGuest
        let machine = try MockMachine()
        try machine.set(processor)
        try machine.setMemory(total: 8 << 30)
        for (file, text) in names { try machine.sysfs.write(text + "\n", to: "class/dmi/id/\(file)") }
        return machine
    }

    private static func discovery(_ machine: MockMachine, _ type: String? = nil) -> Discovery {
        var estimator = Estimator(roots: machine.roots)
        estimator.host.instanceType = type
        return estimator.discover()
    }

    @Test func `a guest of Amazon knows its host by its instance type, which the firmware names`() throws {
        let machine = try Self.machine(
            Self.skylake, ["sys_vendor": "Amazon EC2", "product_name": "m5.large"])
        let discovery = Self.discovery(machine)
        let label = try #require(discovery.channels.first?.label)
        #expect(label.contains("2 of 96 host threads") && label.hasSuffix("performance"), "\(label)")
        #expect(discovery.findings.map(\.reason.name) == ["estimated"])
        let text = discovery.findings[0].text
        #expect(text.contains("2 of the 96 threads") && text.contains("instance type"), "\(text)")
    }

    @Test func `a burstable guest is told that its host's threads may be sold several times`() throws {
        let machine = try Self.machine(Self.skylake, ["sys_vendor": "Amazon EC2", "product_name": "t3.micro"])
        #expect(Self.discovery(machine).findings.first?.text.contains("--host-overcommit") == true)
        var estimator = Estimator(roots: machine.roots)
        estimator.host.overcommit = 4
        #expect(estimator.discover().findings.first?.text.contains("--host-overcommit") == false)
    }

    @Test func `processors that a type has switched off are its own nevertheless`() throws {
        var processor = Self.skylake
        (processor.name, processor.coresPerSocket) = ("Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", 4)
        (processor.model, processor.stepping) = (106, 6)
        let machine = try Self.machine(processor, ["sys_vendor": "Microsoft Corporation"])
        let label = try #require(Self.discovery(machine, "Standard_E8-4ds_v5").channels.first?.label)
        #expect(label.contains("8 of 119 host threads"), "\(label)")
    }

    @Test func `a given type that the guest's processors contradict is not believed without a word`() throws {
        let machine = try Self.machine(Self.skylake, [:])
        let larger = Self.discovery(machine, "m5.24xlarge")
        let doubt = try #require(larger.findings.first { $0.reason == .configuration })
        #expect(doubt.severity == .warning && doubt.text.contains("m5.24xlarge has 96"), "\(doubt.text)")
        #expect(Self.discovery(machine, "m5.large").findings.allSatisfy { $0.reason != .configuration })
        // Of another maker's processors, and with fewer than the guest has.
        for type in ["m6a.48xlarge", "t2.micro"] {
            let discovery = Self.discovery(machine, type)
            let text = try #require(discovery.findings.first { $0.reason == .unseen }?.text)
            #expect(text.contains("\(type) are not known, or not like this"), "\(text)")
            #expect(discovery.channels.first?.label?.contains("2 of 96 host threads") == true)
        }
    }

    @Test func `a family's size of host is taken with the guest's own processor`() throws {
        let names = ["sys_vendor": "Google", "product_name": "Google Compute Engine"]
        let machine = try Self.machine(Self.google, names)
        let label = try #require(Self.discovery(machine, "n2-standard-4").channels.first?.label)
        #expect(label.contains("cascadelake") && label.contains("4 of 80 host threads"), "\(label)")
        var iceLake = Self.google
        (iceLake.model, iceLake.stepping) = (106, 6)
        let other = Self.discovery(try Self.machine(iceLake, names), "n2-standard-4")
        #expect(other.channels.first?.label?.contains("4 of 128 host threads") == true)
    }

    @Test func `a guest of unknown type says how its host could be known`() throws {
        let machine = try Self.machine(
            Self.google, ["sys_vendor": "Google", "product_name": "Google Compute Engine"])
        let discovery = Self.discovery(machine)
        #expect(discovery.findings.map(\.reason.name) == ["estimated", "unknown"])
        #expect(discovery.findings.last?.remedy?.contains("--instance-type") == true)
        #expect(discovery.channels.first?.label?.hasSuffix("performance") == true)
        let unknown = Self.discovery(machine, "n9-standard-4")
        #expect(unknown.findings.map(\.reason.name) == ["estimated", "unseen"])
    }

    @Test func `what the user says of the host is stronger than the instance type`() throws {
        let machine = try Self.machine(
            Self.skylake, ["sys_vendor": "Amazon EC2", "product_name": "m5.large"])
        var estimator = Estimator(roots: machine.roots)
        estimator.host.threads = 64
        estimator.profile = .powersave
        let label = try #require(estimator.discover().channels.first?.label)
        #expect(label.contains("2 of 64 host threads") && !label.contains("performance"), "\(label)")
    }

    @Test func `a whole machine of a cloud keeps its frequencies high, and no other`() throws {
        let rented = try Self.machine(
            Self.skylake, ["sys_vendor": "Amazon EC2", "product_name": "m5.metal"], isGuest: false)
        #expect(Self.discovery(rented).channels.first?.label?.hasSuffix("performance") == true)
        let own = try Self.machine(.intelServer(), ["sys_vendor": "Dell Inc.", "product_name": "R750"], isGuest: false)
        #expect(Self.discovery(own).channels.first?.label?.hasSuffix("performance") == false)
        // Clouds sell their old processors.
        let used = try Self.machine(Self.skylake, ["sys_vendor": "ASUSTeK", "product_name": "Z11"], isGuest: false)
        #expect(Self.discovery(used).channels.first?.label?.hasSuffix("performance") == false)
    }

    @Test func `a guest that is larger than its type's hosts is on a typical one`() throws {
        var many = Self.skylake
        many.coresPerSocket = 128
        let machine = try Self.machine(many, ["sys_vendor": "Amazon EC2", "product_name": "m5.large"])
        let discovery = Self.discovery(machine)
        #expect(discovery.findings.map(\.reason.name) == ["estimated", "unseen"])
        #expect(discovery.findings[0].text.contains("instance type") == false, "\(discovery.findings[0].text)")
    }

    @Test func `an instance type of another cloud is not used`() throws {
        let machine = try Self.machine(
            Self.google, ["sys_vendor": "Google", "product_name": "Google Compute Engine"])
        let discovery = Self.discovery(machine, "m5.xlarge")
        #expect(discovery.findings.map(\.reason.name) == ["estimated", "unseen"])
        #expect(discovery.channels.first?.label?.contains("of 96 host threads") == false)
    }
}
