import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// A guest finds its share by itself, or explains why it cannot be read.
struct GuestShareSensorTests {
    /// A machine's mount table and folders, in which a test puts shares.
    private struct Mounts {
        let machine: MockMachine
        let folders: MockTree

        init() throws {
            machine = try MockMachine()
            folders = try MockTree()
        }

        func record(in folder: String) throws {
            var host = SharingHost()
            try folders.write(bytes: host.advance(by: .seconds(5), at: 40).encoded(), to: "\(folder)/share")
        }

        func counter(in folder: String) throws { try folders.write("12345", to: "\(folder)/intel-rapl:0/energy_uj") }

        func mount(_ lines: [(folder: String, type: String, tag: String, options: String)]) throws {
            let lines = lines.map {
                "90 27 0:50 / \(folders.path)/\($0.folder) ro - \($0.type) \($0.tag) \($0.options)"
            }
            try machine.procfs.write(
                (["27 1 0:2 / / rw - ext4 /dev/vda rw"] + lines).joined(separator: "\n") + "\n", to: "self/mountinfo")
        }

        func discover(_ places: [String] = []) -> Discovery {
            GuestShareSensor(roots: machine.roots, knownFolders: places.map { "\(folders.path)/\($0)" }).discover()
        }

        func found(_ places: [String] = []) -> [String?] {
            discover(places).channels.map { $0.path.map { String($0.dropFirst(folders.path.utf8.count + 1)) } }
        }
    }

    private static let virtio = "ro,access=client,trans=virtio"

    @Test(arguments: ["9p", "virtiofs"], ["powersensors", "scaphandre"])
    func `a share is found by its tag, its mount point's name, or its contents`(type: String, name: String) throws {
        let mounts = try Mounts()
        for folder in ["a/tagged", "b/\(name)", "c/other"] { try mounts.folders.makeDirectory(folder) }
        let table = [
            ("c/other", type, "data", Self.virtio), ("a/tagged", type, name, Self.virtio),
            ("b/\(name)", type, "data", Self.virtio),
        ]
        try mounts.mount(table)
        #expect(mounts.found() == [nil], "it waits where a name promises a share")
        for folder in ["c/other", "b/\(name)", "a/tagged"] {
            try mounts.counter(in: folder)
            #expect(mounts.found() == ["\(folder)/intel-rapl:0/energy_uj"])
        }
        for folder in ["c/other", "b/\(name)", "a/tagged"] {
            try mounts.record(in: folder)
            #expect(mounts.found() == ["\(folder)/share", "\(folder)/share"])
        }
        #expect(mounts.discover().findings.filter { $0.reason == .unread }.count == 2)
    }

    @Test func `known places are searched, and other file systems are not`() throws {
        let mounts = try Mounts()
        try mounts.record(in: "net")
        try mounts.record(in: "disk")
        try mounts.mount([("net", "9p", "powersensors", "rw,trans=tcp"), ("disk", "ext4", "powersensors", "rw")])
        #expect(mounts.found() == [])
        #expect(mounts.discover().findings.map(\.reason.name) == ["absent"])
        #expect(mounts.found(["nowhere", "disk"]) == ["disk/share", "disk/share"])
    }

    @Test func `a fixture's figures are not mixed with this machine's`() throws {
        let machine = try MockMachine()
        try machine.procfs.write("90 27 0:50 / /tmp ro - 9p powersensors trans=virtio\n", to: "self/mountinfo")
        let discovery = GuestShareSensor(roots: machine.roots).discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.first?.remedy?.contains("--share") == true)
        let share = try MockShare()
        var host = SharingHost()
        try share.publish(host.advance(by: .seconds(5), at: 40))
        #expect(GuestShareSensor(roots: machine.roots, directory: "\(share.path)//").discover().channels.count == 2)
    }

    @Test func `a missing folder is one finding, which says how to mount it`() throws {
        let machine = try MockMachine()
        let sensor = GuestShareSensor(roots: machine.roots, directory: "/nowhere/at/all")
        let discovery = sensor.discover()
        #expect(discovery.channels.map(\.status) == [.absent])
        let finding = try #require(discovery.findings.first)
        #expect(finding.subject == "/nowhere/at/all")
        #expect(finding.text.contains("No such file"))
        #expect(finding.remedy?.contains("sudo mount -t 9p") == true)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }

    @Test(arguments: [
        ("cache=loose", "cache=loose"), ("loose", "cache=loose"), ("cache=f", "cache=loose"),
        ("cache=0xf", "cache=loose"), ("fscache", "cache=fscache"), ("cache=0x8f", "cache=fscache"),
        ("cache=0x5", "cache=mmap"), ("cache=mmap", "cache=mmap"), ("cache=0x1", "cache=readahead"),
        ("cache=0x7", "cache=0x7"), ("mmap", nil), ("cache=none", nil), ("cache=0x0", nil), ("access=any", nil),
    ])
    func `a mount that hides changes is a finding, with the command that fixes it`(option: String, name: String?)
        throws
    {
        let mounts = try Mounts()
        try mounts.record(in: "a")
        try mounts.mount([("a", "9p", "powersensors", "ro,\(option),trans=virtio")])
        let discovery = mounts.discover()
        let finding = discovery.findings.first { $0.reason == .cached }
        #expect((finding == nil) == (name == nil))
        guard let name else { return }
        #expect(finding?.text.contains("mounted with \(name),") == true)
        let mend =
            "sudo mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=none powersensors \(mounts.folders.path)/a"
        #expect(finding?.remedy?.hasSuffix(mend) == true, "\(finding?.remedy ?? "")")
        let staleExplanation = try #require(discovery.channels.first?.staleExplanation)
        #expect(staleExplanation.text.contains(name))
        #expect(staleExplanation.remedy.hasSuffix(mend))
    }

    @Test func `for virtiofs a finding says that a guest cannot see the cache mode`() throws {
        let mounts = try Mounts()
        try mounts.record(in: "a")
        try mounts.mount([("a", "virtiofs", "powersensors", "ro")])
        let staleExplanation = try #require(mounts.discover().channels.first?.staleExplanation)
        #expect(staleExplanation.text.contains("cache=always"))
        #expect(staleExplanation.remedy.contains("cache=none"))
        #expect(staleExplanation.remedy.contains("mount -t virtiofs -o ro powersensors"))
    }

    @Test(arguments: 1...8)
    func `a guest of any number of sockets has the single package that its host shares`(sockets: Int) throws {
        let guest = try SharedGuest()
        var processor = MockProcessor.smallServer(sockets: sockets)
        processor.isGuest = true
        try guest.machine.set(processor)
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        let sensors = SensorSet(roots: guest.machine.roots, share: guest.sensor())
        var sampler = try Sampler(sensors, now: { [clock = guest.clock] in clock.instant })
        #expect(sampler.topology.headlineScope == .cpu)
        #expect(sampler.topology.channels.allSatisfy { $0.sensor == .share }, "the estimator stays away")
        _ = sampler.snapshot()
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        #expect(sampler.snapshot().headline?.power == Watts(48))
    }

    @Test func `a machine's own counters are preferred, and nothing is counted twice`() throws {
        let guest = try SharedGuest()
        try guest.machine.add(.intelServer())
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        let topology = SensorSet(roots: guest.machine.roots, share: guest.sensor()).discover()
        #expect(topology.channels.contains { $0.sensor == .share })
        #expect(topology.channels.filter { $0.countsIn == .cpu }.allSatisfy { $0.sensor == .rapl })
        let selected = SensorSet(
            roots: guest.machine.roots, selections: [SensorSet.Selection("share")].compactMap(\.self),
            share: guest.sensor()
        ).discover()
        #expect(selected.channels.map(\.countsIn) == [.cpu, .cpu])
    }

    @Test func `the doctor treats a share as a measuring source, and waits until it changes`() throws {
        let share = try MockShare()
        let machine = try MockMachine()
        var processor = MockProcessor.intelServer(sockets: 1)
        processor.isGuest = true
        try machine.set(processor)
        var host = SharingHost()
        host.period = .milliseconds(300)
        try share.publish(host.advance(by: .seconds(5), at: 40))
        let sensor = GuestShareSensor(roots: machine.roots, directory: share.path)
        var looks = 0
        let diagnosis = Doctor(SensorSet(roots: machine.roots, share: sensor), roots: machine.roots)
            .examine(for: .milliseconds(100)) {
                looks += 1
                if looks == 12 { try? share.publish(host.advance(by: .milliseconds(300), at: 40)) }
            }
        #expect(looks >= 12)
        #expect(diagnosis.verdict == .measured)
        #expect(diagnosis.sensors.first { $0.name == .share }?.state == .works)
        #expect(!diagnosis.findings.contains { $0.reason == .guest && $0.severity != .info })
    }

    @Test func `a KubeVirt guest gets a finding about the alternative to a share`() throws {
        let machine = try MockMachine()
        try machine.sysfs.write("KubeVirt\n", to: "class/dmi/id/sys_vendor")
        let sensors = SensorSet(roots: machine.roots)
        let diagnosis = Doctor(sensors, roots: machine.roots).examine(for: .milliseconds(5))
        let finding = try #require(diagnosis.findings.first { $0.subject == "share" })
        #expect(finding.text.contains("KubeVirt"))
        #expect(finding.remedy?.contains("--host-threads") == true)
    }
}
