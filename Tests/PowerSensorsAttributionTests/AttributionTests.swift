import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct AttributionTests {
    private let joule: UInt64 = 16_384

    @Test func `energy is divided by running time, and idle energy is unattributed`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let (web, mail) = (try lab.start(10, comm: "web"), try lab.start(11, comm: "mail"))
        var sampler = try lab.sampler()
        #expect(sampler.snapshot().consumers.isEmpty)

        try web.run(ticks: 30)
        try mail.run(ticks: 10)
        try lab.pass(tasks: 40, idle: 60)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.attribution?.scope == .cpu)
        #expect(snapshot.attribution?.origin == .measured)
        #expect(snapshot.consumer(.process, "web")?.energy == Joules(30))
        #expect(snapshot.consumer(.process, "mail")?.energy == Joules(10))
        #expect(snapshot.unattributed(.process, .idle) == 60)
        #expect(snapshot.unattributed(.virtualMachine, .other) == 40)

        try web.run(ticks: 50)
        try lab.pass(tasks: 50, idle: 50)
        lab.use([10 * joule])
        let next = sampler.snapshot()
        #expect(next.consumer(.process, "web")?.energy == Joules(35))
        #expect(next.consumer(.process, "web")?.power == Watts(5), "5 J in the second since the snapshot before")
        #expect(next.consumer(.process, "mail")?.power == Watts(0))
    }

    @Test func `the proportional policy divides idle energy too`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler { $0.policy = .proportional }
        _ = sampler.snapshot()
        try web.run(ticks: 10)
        try lab.pass(tasks: 10, idle: 90)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "web")?.energy == Joules(100))
        #expect(snapshot.unattributed(.process, .idle) == 0)
        #expect(snapshot.attribution?.policy == .proportional)
    }

    @Test func `interrupts are not attributed to a process`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        try web.run(ticks: 10)
        try lab.pass(tasks: 10, interrupts: 20, idle: 70)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "web")?.energy == Joules(10))
        #expect(snapshot.unattributed(.process, .interrupts) == 20)
        #expect(snapshot.unattributed(.process, .idle) == 70)
    }

    @Test func `psys and other meters are not divided, and a finding says so`() throws {
        let sensor = ScriptedSensor(channels: [.counter("psys", scope: .platform, domain: "psys")])
        sensor.show(.count(1000))
        let lab = try AttributionLab()
        let sensors = SensorSet(only: [sensor], roots: lab.machine.roots)
        var sampler = try Sampler(SamplingConfiguration(sensors: sensors, attribution: Attribution()))
        #expect(sampler.snapshot().attribution == nil)
        #expect(sampler.findings().contains { $0.subject == "attribution" && $0.text.contains("only platform") })
    }

    @Test func `energy that could not be divided is divided after the next scan`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        try lab.machine.procfs.inject(.garbage, at: "stat")
        try web.run(ticks: 25)
        try lab.pass(tasks: 25, idle: 25)
        lab.use([50 * joule])
        #expect(sampler.snapshot().consumers.isEmpty)
        #expect(sampler.findings().contains { $0.text.contains("stat") || $0.subject.contains("stat") })
        try lab.machine.procfs.restore("stat")
        try web.run(ticks: 25)
        try lab.pass(tasks: 25, idle: 25)
        lab.use([50 * joule])
        #expect(sampler.snapshot().consumer(.process, "web")?.energy == Joules(50))
        #expect(!sampler.findings().contains { $0.subject.contains("stat") })
    }

    @Test func `another process with the same ID is another consumer`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let first = try lab.start(10, at: 100, comm: "web")
        try first.run(ticks: 1000)
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        try first.run(ticks: 10)
        try lab.pass(tasks: 10, idle: 90)
        lab.use([100 * joule])
        let before = sampler.snapshot().consumer(.process, "web")
        #expect(before?.energy == Joules(10))

        let second = try lab.start(10, at: 5000, comm: "web")
        try second.run(ticks: 20)
        try lab.pass(tasks: 50, idle: 50)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        let after = snapshot.consumer(.process, "web")
        #expect(after?.energy == Joules(20))
        #expect(after?.consumer.startTime == 5000)
        #expect(after?.id != before?.id)
        #expect(snapshot.unattributed(.process, .shortLived) == 30, "what the first used meanwhile")
    }

    @Test func `a process that runs another program is another consumer from then on`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let process = try lab.start(10, comm: "sh")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        try process.run(ticks: 10)
        try lab.pass(tasks: 10, idle: 90)
        lab.use([100 * joule])
        _ = sampler.snapshot()
        try process.execute(comm: "qemu-system-x86", arguments: ["/usr/bin/qemu-system-x86_64", "-name", "guest=web"])
        try process.run(ticks: 40)
        try lab.pass(tasks: 40, idle: 60)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "sh") == nil)
        #expect(snapshot.consumer(.process, "qemu-system-x86")?.energy == Joules(40))
        #expect(snapshot.consumer(.virtualMachine, "web")?.energy == Joules(40))
    }

    @Test func `a virtual machine is its hypervisor's process and the kernel's threads for it`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let group = "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope"
        let guest = try lab.start(
            10, comm: "qemu-kvm",
            arguments: ["/usr/libexec/qemu-kvm", "-name", "guest=web,debug-threads=on", "-uuid", "1-2"],
            group: group, user: 107)
        try lab.start(2, comm: "kthreadd", arguments: [], parent: 0)
        let worker = try lab.start(20, comm: "vhost-10", arguments: [], group: group, parent: 2)
        let impostor = try lab.start(30, comm: "vhost-10", arguments: ["vhost-10"], parent: 2)
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        try guest.run(ticks: 10)
        try worker.run(ticks: 5)
        try impostor.run(ticks: 50)
        try lab.pass(tasks: 65, idle: 35)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        let machine = snapshot.consumer(.virtualMachine, "web")
        #expect(machine?.energy == Joules(15))
        #expect(machine?.consumer.uuid == "1-2")
        #expect(machine?.consumer.hypervisor == "qemu")
        #expect(machine?.consumer.userID == 107)
        #expect(machine?.consumer.processID == 10)
        #expect(machine?.consumer.controlGroup == group)
        #expect(snapshot.unattributed(.virtualMachine, .other) == 50)
    }

    @Test func `machines of one name and different users are two consumers`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let arguments = ["/usr/bin/qemu-system-x86_64", "-name", "guest=web"]
        let own = try lab.start(10, comm: "qemu-system-x86", arguments: arguments, user: 107)
        let others = try lab.start(11, comm: "qemu-system-x86", arguments: arguments, user: 1000)
        var sampler = try lab.sampler { $0.kinds = [.virtualMachine] }
        _ = sampler.snapshot()
        try own.run(ticks: 10)
        try others.run(ticks: 20)
        try lab.pass(tasks: 30, idle: 70)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumers.map(\.energy) == [Joules(10), Joules(20)])
        #expect(snapshot.consumers.map(\.consumer.userID) == [107, 1000])
    }

    @Test func `without files for groups, a control group's time is that of its processes`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let (first, second) = (try lab.start(10, group: "/a.slice/x"), try lab.start(11, group: "/a.slice/x"))
        let third = try lab.start(12, group: "/b.slice")
        var sampler = try lab.sampler { $0.kinds = [.controlGroup] }
        _ = sampler.snapshot()
        for process in [first, second, third] { try process.run(ticks: 10) }
        try lab.pass(tasks: 40, idle: 60)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.controlGroup, "/a.slice/x")?.energy == Joules(20))
        #expect(snapshot.consumer(.controlGroup, "/b.slice")?.energy == Joules(10))
        #expect(snapshot.unattributed(.controlGroup, .shortLived) == 10)
    }

    @Test func `a group includes short-lived processes, but not its subgroups`()
        throws
    {
        let lab = try AttributionLab(domains: ["package"])
        func use(root: UInt64, outer: UInt64, inner: UInt64) throws {
            try lab.machine.setControlGroup("/", microseconds: root)
            try lab.machine.setControlGroup("/outer", microseconds: outer)
            try lab.machine.setControlGroup("/outer/inner", microseconds: inner)
        }
        try use(root: 1_000_000, outer: 500_000, inner: 100_000)
        try lab.start(10, group: "/outer")
        let inner = try lab.start(11, group: "/outer/inner")
        try lab.start(12, group: "/")
        var sampler = try lab.sampler { $0.kinds = [.controlGroup] }
        _ = sampler.snapshot()
        try inner.run(ticks: 5)
        try use(root: 1_400_000, outer: 800_000, inner: 300_000)
        try lab.pass(tasks: 40, idle: 60)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.controlGroup, "/outer/inner")?.energy == Joules(20))
        #expect(snapshot.consumer(.controlGroup, "/outer")?.energy == Joules(10))
        #expect(snapshot.consumer(.controlGroup, "/")?.energy == Joules(10))
        #expect(snapshot.unattributed(.controlGroup, .shortLived) == 0)
    }

    @Test func `only the greatest consumers are kept, and equal ones do not alternate`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let processes = try (10..<20).map { try lab.start($0, comm: "p\($0)") }
        var sampler = try lab.sampler {
            $0.limit = 3
            $0.kinds = [.process]
        }
        _ = sampler.snapshot()
        var last: Snapshot?
        for round in 0..<20 {
            for (index, process) in processes.enumerated() {
                // Three much greater ones, and others whose order changes.
                try process.run(ticks: index >= 7 ? 20 : UInt64(1 + (round + index) % 2))
            }
            let ran = processes.enumerated().reduce(0) {
                $0 + ($1.offset >= 7 ? 20 : UInt64(1 + (round + $1.offset) % 2))
            }
            try lab.pass(tasks: ran, idle: 100)
            lab.use([100 * joule])
            let snapshot = sampler.snapshot()
            #expect(Set(snapshot.consumers.map(\.consumer.name)) == ["p17", "p18", "p19"])
            if let last { #expect(snapshot.consumers.map(\.id) == last.consumers.map(\.id)) }
            last = snapshot
        }
        #expect((last?.unattributed(.process, .folded) ?? 0) > 0)
    }

    @Test func `two machines of one name and user are two consumers, and end separately`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let arguments = ["/usr/bin/qemu-system-x86_64", "-name", "web"]
        let first = try lab.start(10, comm: "qemu-system-x86", arguments: arguments)
        let second = try lab.start(11, comm: "qemu-system-x86", arguments: arguments)
        var sampler = try lab.sampler { $0.kinds = [.virtualMachine] }
        _ = sampler.snapshot()
        func pass() throws -> [ConsumerSnapshot] {
            try lab.pass(tasks: 20, idle: 80)
            lab.use([100 * joule])
            return sampler.snapshot().consumers
        }
        try first.run(ticks: 10)
        try second.run(ticks: 10)
        let both = try pass()
        #expect(both.map(\.energy) == [Joules(10), Joules(10)])
        #expect(both.map(\.consumer.hasNamesake) == [false, true])
        try lab.end(10)
        try second.run(ticks: 20)
        _ = try pass()
        try second.run(ticks: 20)
        let left = try pass()
        #expect(left.map(\.consumer.processID) == [11])
        #expect(left.map(\.energy) == [Joules(50)])
    }

    @Test func `a machine's child process belongs to it until it runs another program`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let arguments = ["/usr/bin/qemu-kvm", "-name", "web"]
        let guest = try lab.start(10, comm: "qemu-kvm", arguments: arguments)
        var sampler = try lab.sampler { $0.kinds = [.virtualMachine] }
        _ = sampler.snapshot()
        let child = try lab.start(11, at: 200, comm: "qemu-kvm", arguments: arguments, parent: 10)
        try guest.run(ticks: 10)
        try child.run(ticks: 10)
        try lab.pass(tasks: 20, idle: 80)
        lab.use([100 * joule])
        #expect(sampler.snapshot().consumers.map(\.energy) == [Joules(20)])
        try child.execute(comm: "bridge-helper", arguments: ["/usr/lib/qemu-bridge-helper"])
        try child.run(ticks: 10)
        try lab.pass(tasks: 10, idle: 90)
        lab.use([100 * joule])
        #expect(sampler.snapshot().consumers.map(\.energy) == [Joules(20)])
    }

    @Test func `a kernel worker that changes its name is the same consumer`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let worker = try lab.start(31, comm: "kworker/0:1-events", arguments: [], parent: 2)
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        for work in ["+mm_percpu_wq", "-virtio_vsock", "-events"] {
            try worker.execute(comm: "kworker/0:1\(work)", arguments: [])
            try worker.run(ticks: 10)
            try lab.pass(tasks: 10, idle: 90)
            lab.use([100 * joule])
            _ = sampler.snapshot()
        }
        #expect(sampler.snapshot().consumer(.process, "kworker/0:1")?.energy == Joules(30))
    }

    @Test func `a process that was hidden does not get energy for its earlier time`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(20, at: 5000, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        let old = try lab.start(10, at: 50, comm: "old")
        try old.run(ticks: 1_000_000)
        try web.run(ticks: 50)
        try lab.pass(tasks: 50, idle: 50)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.process, "web")?.energy == Joules(50))
        #expect(snapshot.consumer(.process, "old") == nil)
    }

    @Test func `a source slower than the scans is divided among those that ran meanwhile`() throws {
        let lab = try AttributionLab(domains: ["package"], refreshInterval: .seconds(5))
        let (early, late) = (try lab.start(10, comm: "early"), try lab.start(11, comm: "late"))
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        for second in 1...10 {
            try (second % 5 == 0 ? late : early).run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            if second % 5 == 0 { lab.use([250 * joule]) }
            let snapshot = sampler.snapshot()
            if second == 10 {
                #expect(snapshot.consumer(.process, "early")?.energy == Joules(200))
                #expect(snapshot.consumer(.process, "late")?.energy == Joules(50))
                #expect(snapshot.consumer(.process, "early")?.power == Watts(20))
            }
        }
    }

    @Test func `while the host's power is unknown, so are the consumers', without a later spike`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        func pass(_ isBroken: Bool) throws -> ConsumerSnapshot? {
            try web.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            if isBroken { lab.sensor.show(.missing(.io(errno: 5))) }
            return sampler.snapshot().consumer(.process, "web")
        }
        _ = try pass(false)
        #expect(try pass(false)?.power == Watts(50))
        for _ in 0..<3 { #expect(try pass(true)?.power == nil) }
        #expect(try pass(false)?.power == Watts(50))
        #expect(try pass(false)?.energy == Joules(350))
    }

    @Test func `a control group that is created again counts from its start`() throws {
        let lab = try AttributionLab(domains: ["package"])
        func use(root: UInt64, service: UInt64) throws {
            try lab.machine.setControlGroup("/", microseconds: root)
            try lab.machine.setControlGroup("/service", microseconds: service)
        }
        try use(root: 100_000_000, service: 90_000_000)
        try lab.start(10, group: "/service")
        try lab.start(1, group: "/")
        var sampler = try lab.sampler { $0.kinds = [.controlGroup] }
        _ = sampler.snapshot()
        for used: UInt64 in [200_000, 300_000] {
            try lab.start(10, at: used, group: "/service")
            try use(root: 100_500_000, service: used)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            _ = sampler.snapshot()
        }
        #expect(sampler.snapshot().consumer(.controlGroup, "/service")?.energy == Joules(20 + 10))
    }

    @Test func `the root group's time includes stolen time and interrupts, without changing the others`() throws {
        let lab = try AttributionLab(domains: ["package"])
        try lab.machine.setControlGroup("/", microseconds: 0)
        try lab.machine.setControlGroup("/app", microseconds: 0)
        let app = try lab.start(10, group: "/app")
        var sampler = try lab.sampler { $0.kinds = [.controlGroup, .process] }
        _ = sampler.snapshot()
        try app.run(ticks: 40)
        try lab.machine.setControlGroup("/", microseconds: 1_500_000)
        try lab.machine.setControlGroup("/app", microseconds: 400_000)
        try lab.pass(tasks: 50, idle: 50)
        lab.use([100 * joule])
        let snapshot = sampler.snapshot()
        #expect(snapshot.consumer(.controlGroup, "/app")?.energy == Joules(40))
        #expect(snapshot.consumer(.controlGroup, "/")?.energy == Joules(10))
    }

    @Test func `in a cgroup namespace, a group's time is that of its processes`() throws {
        let lab = try AttributionLab(domains: ["package"])
        try lab.machine.setControlGroup("/", microseconds: 5_000_000)
        let pod = try lab.start(10, group: "/../../kubepods-pod11111111_2222_3333_4444_555555555555.slice/x")
        var sampler = try lab.sampler { $0.kinds = [.controlGroup] }
        _ = sampler.snapshot()
        try pod.run(ticks: 50)
        try lab.pass(tasks: 60, idle: 40)
        lab.use([100 * joule])
        let consumer = sampler.snapshot().consumers.first { !$0.consumer.podUID.isEmpty }
        #expect(consumer?.energy == Joules(50))
        #expect(consumer?.consumer.podUID == "11111111-2222-3333-4444-555555555555")
    }

    @Test func `once a group is out of view, no group's clock stays open`() throws {
        let lab = try AttributionLab(domains: ["package"])
        try lab.machine.setControlGroup("/", microseconds: 5_000_000)
        try lab.machine.setControlGroup("/app", microseconds: 1_000_000)
        try lab.start(10, group: "/app")
        var sampler = try lab.sampler { $0.kinds = [.controlGroup] }
        _ = sampler.snapshot()
        #expect(try openClocks(of: lab) > 0)
        try lab.start(11, group: "/../other")
        try lab.pass(tasks: 60, idle: 40)
        lab.use([100 * joule])
        _ = sampler.snapshot()
        #expect(try openClocks(of: lab) == 0)
    }

    /// How many files of control groups this process has open.
    private func openClocks(of lab: AttributionLab) throws -> Int {
        let descriptors = try SystemRoot(path: "/proc/self/fd", mountPoint: "/proc/self/fd")
        return try descriptors.list("").compactMap { descriptors.readLink($0) }.count {
            $0.hasPrefix("\(lab.machine.sysfs.path)/fs/cgroup/") && $0.hasSuffix("/cpu.stat")
        }
    }

    @Test func `a clock that cannot be opened is tried again less and less often`() throws {
        let lab = try AttributionLab(domains: ["package"])
        for group in ["/", "/app"] { try lab.machine.setControlGroup(group, microseconds: 1_000_000) }
        try lab.start(10, group: "/app")
        var sampler = try lab.sampler { $0.kinds = [.controlGroup] }
        _ = sampler.snapshot()
        #expect(try openClocks(of: lab) == 2)
        let file = "fs/cgroup/app/cpu.stat"
        try lab.machine.sysfs.inject(.gone, at: file)
        // Each attempt that is due doubles the delay until the next, which then is at least 800 ms.
        for milliseconds in [120, 220, 420, 0] as [UInt32] {
            try lab.pass(tasks: 60, idle: 40)
            _ = sampler.snapshot()
            usleep(milliseconds * 1000)
        }
        try lab.machine.sysfs.restore(file)
        try lab.pass(tasks: 60, idle: 40)
        _ = sampler.snapshot()
        #expect(try openClocks(of: lab) == 1)
        usleep(1_700_000)
        try lab.pass(tasks: 60, idle: 40)
        _ = sampler.snapshot()
        #expect(try openClocks(of: lab) == 2)
    }

    @Test func `an unreadable figure is not divided, and an estimate is divided instead`() throws {
        var closed = Channel.counter("package-0")
        closed.status = .forbidden
        var model = Channel.counter("host", scope: .wall, domain: "host")
        model.provenance = .estimated
        let sensor = ScriptedSensor(channels: [closed, model])
        sensor.show(.missing(.forbidden), .count(1000))
        let lab = try AttributionLab()
        let web = try lab.start(10, comm: "web")
        let sensors = SensorSet(only: [sensor], roots: lab.machine.roots)
        var sampler = try Sampler(sensors, attribution: Attribution()) { lab.clock.instant }
        _ = sampler.snapshot()
        try web.run(ticks: 50)
        try lab.pass(tasks: 50, idle: 50)
        sensor.show(.missing(.forbidden), .count(1000 + 100 * joule))
        let snapshot = sampler.snapshot()
        #expect(snapshot.attribution?.scope == .wall)
        #expect(snapshot.consumer(.process, "web")?.energy == Joules(50))
    }

    @Test func `a machine that is moved to its slice is found there by the next scan`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let guest = try lab.start(
            10, comm: "qemu-kvm", arguments: ["/usr/bin/qemu-kvm", "-name", "web"],
            group: "/system.slice/libvirtd.service")
        var sampler = try lab.sampler { $0.kinds = [.virtualMachine] }
        _ = sampler.snapshot()
        try guest.move(to: "/machine.slice/web.scope")
        for _ in 0..<2 {
            try guest.run(ticks: 10)
            try lab.pass(tasks: 10, idle: 90)
            lab.use([100 * joule])
            _ = sampler.snapshot()
        }
        let machine = sampler.snapshot().consumer(.virtualMachine, "web")
        #expect(machine?.consumer.controlGroup == "/machine.slice/web.scope")
        #expect(machine?.energy == Joules(20))
    }

    @Test func `a new channel is divided from its first reading on, without loss for the others`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let both = ScriptedSensor(channels: [.counter("package-0"), .counter("package-1")])
        both.show(.count(1000), .count(9_000_000))
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        sampler.move(to: SensorSet(only: [both]).bind())
        sampler.sample()
        both.show(.count(1000 + 100 * joule), .count(9_000_000 + 40 * joule))
        try web.run(ticks: 50)
        try lab.pass(tasks: 50, idle: 50)
        let snapshot = sampler.snapshot()
        let process = snapshot.consumer(.process, "web")?.energy.rawValue ?? 0
        #expect(process + snapshot.unattributed(.process, .idle) == 140)
    }

    @Test func `a processor that goes offline or comes back is no busy or idle time`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        try lab.addProcessor(MockTicks(user: 70_000, idle: 3_000_000))
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        func pass() throws -> Joules? {
            try web.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            return sampler.snapshot().consumer(.process, "web")?.energy
        }
        #expect(try pass() == Joules(50))
        try lab.removeProcessor()
        #expect(try pass() == Joules(100))
        #expect(try pass() == Joules(150))
        try lab.addProcessor(MockTicks(user: 70_000, idle: 3_000_000))
        #expect(try pass() == Joules(200))
        #expect(try pass() == Joules(250))
    }

    @Test func `a processor that comes back before the second scan leaves the energy until then unscanned`() throws {
        let lab = try AttributionLab(domains: ["package"])
        let web = try lab.start(10, comm: "web")
        var sampler = try lab.sampler()
        _ = sampler.snapshot()
        func pass() throws -> Snapshot {
            try web.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            lab.use([100 * joule])
            return sampler.snapshot()
        }
        try lab.addProcessor(MockTicks(idle: 3_000_000))
        let first = try pass()
        #expect(first.unattributed(.process, .unscanned) == 100)
        #expect(first.unattributed(.process, .idle) == 0)
        let second = try pass()
        #expect(second.unattributed(.process, .unscanned) == 100)
        #expect(second.consumer(.process, "web")?.energy == Joules(50))
    }

    @Test func `an estimate's band is that of its shares`() throws {
        var channel = Channel.counter("host", scope: .wall, domain: "host")
        channel.provenance = .estimated
        channel.band = RelativeBand(low: 0.8, high: 1.3)
        let sensor = ScriptedSensor(channels: [channel])
        sensor.show(.count(1000))
        let lab = try AttributionLab()
        let web = try lab.start(10, comm: "web")
        let sensors = SensorSet(only: [sensor], roots: lab.machine.roots)
        var sampler = try Sampler(sensors, attribution: Attribution()) { lab.clock.instant }
        _ = sampler.snapshot()
        for round in 1...2 {
            try web.run(ticks: 50)
            try lab.pass(tasks: 50, idle: 50)
            sensor.show(.count(1000 + UInt64(round) * 100 * joule))
            let snapshot = sampler.snapshot()
            guard round == 2 else { continue }
            #expect(snapshot.attribution?.origin == .estimated)
            #expect(snapshot.consumer(.process, "web")?.power == Watts(50))
            #expect(snapshot.consumer(.process, "web")?.low == Watts(40))
            #expect(snapshot.consumer(.process, "web")?.high == Watts(65))
            let web = try #require(snapshot.consumer(.process, "web"))
            #expect(web.lowEnergy == web.energy * 0.8)
            #expect(web.highEnergy == web.energy * 1.3)
        }
    }
}
