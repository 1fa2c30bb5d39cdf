import Glibc
import PowerSensors
import PowerSensorsTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SlowSensorTests {
    /// A management controller, which answers slowly, and at some point no longer.
    private final class Controller: Sensor {
        let name: SensorName
        let readingInterval: Duration?
        let reads = Atomic(0)
        let isSilent = Atomic(false)
        let refusal = Atomic(Int32(0))
        let delayMicroseconds: UInt32

        /// - Parameter interval: How often it is read; nil for at each sample, because it only may be slow.
        init(
            _ name: String = "bmc", every interval: Duration? = .milliseconds(40), delay: Duration = .zero,
            isSilent: Bool = false, refusal: Int32 = 0
        ) {
            self.name = SensorName(name)
            readingInterval = interval
            delayMicroseconds = UInt32(delay / .microseconds(1))
            self.isSilent.store(isSilent, ordering: .relaxed)
            self.refusal.store(refusal, ordering: .relaxed)
        }

        func discover() -> Discovery {
            var channel = Channel(
                id: "\(name)/input", sensor: name, mechanism: "test", quantity: .power, encoding: .gauge,
                component: .host)
            channel.mayBlock = readingInterval == nil
            return Discovery(channels: [channel])
        }

        func open(_ channels: [Channel]) throws -> any SensorReader {
            let code = refusal.load(ordering: .relaxed)
            if code != 0 { throw AttributeError(path: "/dev/bmc", errno: code) }
            return Reader(controller: self, channels: channels)
        }

        struct Reader: SensorReader {
            let controller: Controller
            let channels: [Channel]

            func readChannels(into readings: inout OutputSpan<Reading>) {
                usleep(controller.delayMicroseconds)
                while controller.isSilent.load(ordering: .relaxed) { usleep(1000) }
                let count = controller.reads.add(1, ordering: .relaxed).newValue
                readings.append(.value(Double(100 + count)))
            }
        }
    }

    @Test func `a sampler reads a slow source when it is due, and repeats its reading until then`() throws {
        let controller = Controller()
        var sampler = try Sampler(SensorSet(only: [controller]))
        var instants: Set<ContinuousClock.Instant?> = []
        let began = ContinuousClock.now
        for _ in 0..<20 {
            sampler.sample { _, readings in _ = instants.insert(readings[0].instant) }
        }
        // On a busy machine the loop may take longer than an interval, of 40 ms.
        let due = 2 + Int((ContinuousClock.now - began) / .milliseconds(40))
        let reads = controller.reads.load(ordering: .relaxed)
        #expect(1...due ~= reads)
        #expect(instants.count == reads && !instants.contains(nil))
        usleep(45_000)
        #expect(sampler.snapshot().channels[0].value == Double(100 + reads + 1))
    }

    @Test func `a source that never answered is stale after three intervals, with a finding`() throws {
        let controller = Controller(isSilent: true)
        let fast = ScriptedSensor(channels: [.counter("package-0")])
        fast.show(.count(5))
        var sampler = try Sampler(
            SamplingConfiguration(sensors: SensorSet(only: [fast, controller]), readsSlowSourcesOnThreads: true))
        var statuses: [ReadingStatus] = []
        while statuses.last != .stale {
            let status = sampler.snapshot().channels[1].status
            if statuses.last != status { statuses.append(status) }
            usleep(2000)
        }
        #expect(statuses.last == .stale)
        let finding = try #require(sampler.findings().first { $0.subject == "bmc/input" })
        #expect(finding.reason == .stale)
        #expect(finding.text.contains("in progress"))
        controller.isSilent.store(false, ordering: .relaxed)
        while sampler.snapshot().channels[1].status != .ok { usleep(2000) }
        #expect(!sampler.findings().contains { $0.reason == .stale })
    }

    @Test func `a source that answers that it is stale is not said to be still reading`() throws {
        let still = ScriptedSensor(channels: [.counter("package-0")])
        still.show(.missing(.stale))
        var sampler = try Sampler(SensorSet(only: [still]))
        sampler.sample()
        let finding = try #require(sampler.findings().first { $0.reason == .stale })
        #expect(finding.text.contains("has not changed"))
        #expect(!finding.text.contains("in progress"))
    }

    @Test func `sources that do not answer do not prevent the reading of others`() throws {
        let silent = (0..<6).map { Controller("silent\($0)", isSilent: true) }
        defer { for controller in silent { controller.isSilent.store(false, ordering: .relaxed) } }
        let answering = Controller("answering")
        var sampler = try Sampler(
            SamplingConfiguration(sensors: SensorSet(only: silent + [answering]), readsSlowSourcesOnThreads: true))
        while answering.reads.load(ordering: .relaxed) < 5 { usleep(2000) }
        sampler.sample()
        for controller in silent { #expect(controller.reads.load(ordering: .relaxed) == 0) }
    }

    @Test func `a source that cannot be opened has a reason, and is opened again later`() throws {
        let controller = Controller(refusal: EACCES)
        var sampler = try Sampler(
            SamplingConfiguration(sensors: SensorSet(only: [controller]), readsSlowSourcesOnThreads: true))
        while sampler.snapshot().channels[0].status != .forbidden { usleep(2000) }
        controller.refusal.store(0, ordering: .relaxed)
        while sampler.snapshot().channels[0].status != .ok { usleep(2000) }
    }

    @Test func `a silent source does not delay a monitor, and is stale after three intervals`()
        async throws
    {
        let controller = Controller(delay: .milliseconds(30))
        let fast = ScriptedSensor(channels: [.counter("package-0")])
        fast.show(.count(5))
        let monitor = try PowerMonitor(
            MonitorConfiguration(sensors: SensorSet(only: [fast, controller]), interval: .milliseconds(2)))
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        var snapshot = try #require(await iterator.next())
        #expect(snapshot.channels[1].status == .warmingUp)
        while snapshot.channels[1].status != .ok { snapshot = try #require(await iterator.next()) }
        #expect((snapshot.channels[1].power?.rawValue ?? 0) > 100)
        #expect(snapshot.sampleDuration < .milliseconds(30), "the controller takes as long for one reading")

        controller.isSilent.store(true, ordering: .relaxed)
        while snapshot.channels[1].status != .stale { snapshot = try #require(await iterator.next()) }
        #expect(snapshot.channels[1].value == nil)
        controller.isSilent.store(false, ordering: .relaxed)
        while snapshot.channels[1].status != .ok { snapshot = try #require(await iterator.next()) }
        monitor.stop()
    }

    // MARK: Sources that may become slow

    @Test func `a source that may block is read anew for every sample`() throws {
        let chip = Controller("chip", every: nil)
        var sampler = try Sampler(
            SamplingConfiguration(sensors: SensorSet(only: [chip]), readsSlowSourcesOnThreads: true))
        // On a busy machine a thread may be late for some samples, so it need not be the first twenty.
        var successes = 0
        while successes < 20 {
            let before = chip.reads.load(ordering: .relaxed)
            let value = sampler.snapshot().channels[0].value
            successes = value == Double(100 + before + 1) ? successes + 1 : 0
        }
    }

    @Test func `a source that stops answering delays neither registers nor other sources, and is stale`() async throws {
        let chips = ["one", "two", "three"].map { Controller($0, every: nil) }
        let fast = ScriptedSensor(channels: [.counter("package-0")])
        fast.show(.count(5))
        let monitor = try PowerMonitor(
            MonitorConfiguration(sensors: SensorSet(only: [fast] + chips), interval: .milliseconds(2)))
        var iterator = monitor.snapshots(every: .milliseconds(2)).makeAsyncIterator()
        var snapshot = try #require(await iterator.next())
        while !snapshot.channels.allSatisfy({ $0.status == .ok || $0.status == .warmingUp }) {
            snapshot = try #require(await iterator.next())
        }
        chips[1].isSilent.store(true, ordering: .relaxed)
        var gap = Duration.zero
        var last = snapshot.instant
        while snapshot.channels[2].status != .stale {
            snapshot = try #require(await iterator.next())
            gap = max(gap, snapshot.instant.suspending - last.suspending)
            last = snapshot.instant
            #expect(snapshot.channels[1].status != .stale && snapshot.channels[3].status != .stale)
        }
        #expect(gap < .seconds(2), "a sample that waits for the source would take three")
        #expect(snapshot.channels[2].value == nil)
        // The others are still read.
        let before = [0, 2].map { chips[$0].reads.load(ordering: .relaxed) }
        while [0, 2].map({ chips[$0].reads.load(ordering: .relaxed) }).elementsEqual(before, by: ==) {
            _ = await iterator.next()
        }
        chips[1].isSilent.store(false, ordering: .relaxed)
        while snapshot.channels[2].status != .ok { snapshot = try #require(await iterator.next()) }
        monitor.stop()
    }

    /// A sensor whose discovery does not end while it is silent.
    private final class Bus: Sensor {
        let name: SensorName
        let chips = Atomic(0)
        let isSilent = Atomic(false)
        let discoveries = Atomic(0)

        init(_ name: String = "bus") { self.name = SensorName(name) }

        func discoveryFingerprint() -> Int? { chips.load(ordering: .relaxed) }

        func discover() -> Discovery {
            discoveries.add(1, ordering: .relaxed)
            while isSilent.load(ordering: .relaxed) { usleep(1000) }
            return Discovery(
                channels: (0..<chips.load(ordering: .relaxed)).map {
                    Channel(
                        id: "\(name)/\($0)", sensor: name, mechanism: "test", quantity: .power, encoding: .gauge,
                        component: .host)
                })
        }

        func open(_ channels: [Channel]) -> any SensorReader {
            UnopenedReader(channels: channels, status: .warmingUp)
        }
    }

    @Test func `a discovery that does not end delays no sample, and its result comes afterwards`() throws {
        let bus = Bus()
        let other = Bus("other")
        let fast = ScriptedSensor(channels: [.counter("package-0")])
        fast.show(.count(5))
        var sampler = try Sampler(
            SamplingConfiguration(
                sensors: SensorSet(only: [fast, bus, other]), rediscoveryInterval: .milliseconds(10),
                readsSlowSourcesOnThreads: true))
        bus.isSilent.store(true, ordering: .relaxed)
        bus.chips.store(1, ordering: .relaxed)
        usleep(12_000)
        var longest = Duration.zero
        for _ in 0..<50 {
            let time = ContinuousClock().measure { #expect(sampler.snapshot().topology.channels.count == 1) }
            longest = max(longest, time)
        }
        #expect(longest < .seconds(3), "a sample that waits for the sensors takes five")
        bus.isSilent.store(false, ordering: .relaxed)
        while sampler.snapshot().topology.channels.count == 1 { usleep(1000) }
        #expect(sampler.topology.channels.count == 2)
        #expect(other.discoveries.load(ordering: .relaxed) <= 3, "nothing has changed for it")
    }

    @Test func `a sensor that does not answer at the start is used as soon as it does`() throws {
        let bus = Bus()
        bus.chips.store(1, ordering: .relaxed)
        bus.isSilent.store(true, ordering: .relaxed)
        let fast = ScriptedSensor(channels: [.counter("package-0")])
        fast.show(.count(5))
        let sensors = SensorSet(only: [bus, fast])
        let first = sensors.bind(within: .milliseconds(50))
        #expect(first.topology.channels.map(\.id) == ["scripted/package-0"])
        #expect(first.topology.findings.map(\.subject) == ["bus"])
        var sampler = try Sampler(
            SamplingConfiguration(
                sensors: sensors, rediscoveryInterval: .milliseconds(10), readsSlowSourcesOnThreads: true), first)
        for _ in 0..<20 { #expect(sampler.snapshot().topology.generation == 1) }
        bus.isSilent.store(false, ordering: .relaxed)
        while sampler.snapshot().topology.generation == 1 { usleep(1000) }
        #expect(sampler.topology.channels.map(\.id) == ["bus/0", "scripted/package-0"])
        #expect(sampler.topology.findings.isEmpty)
    }

    @Test func `a sensor that does not answer at a later discovery keeps what it had found`() throws {
        let (bus, other) = (Bus(), Bus("other"))
        bus.chips.store(1, ordering: .relaxed)
        let sensors = SensorSet(only: [bus, other])
        let first = sensors.bind(within: .seconds(30))
        #expect(!first.isUnfinished)
        bus.isSilent.store(true, ordering: .relaxed)
        bus.chips.store(2, ordering: .relaxed)
        let second = sensors.bind(after: first, within: .milliseconds(50))
        #expect(second.topology.channels.map(\.id) == ["bus/0"])
        #expect(second.topology.findings.map(\.subject) == ["bus"])
        // Only the one that has not answered is asked again, without waiting for it.
        let asked = other.discoveries.load(ordering: .relaxed)
        let third = sensors.bind(after: second, within: .seconds(30))
        #expect(third.isUnfinished)
        bus.isSilent.store(false, ordering: .relaxed)
        var last = third
        while last.isUnfinished { last = sensors.bind(after: last, within: .seconds(30)) }
        #expect(last.topology.channels.count == 2)
        #expect(last.topology.findings.isEmpty)
        #expect(other.discoveries.load(ordering: .relaxed) == asked)
    }

    @Test func `a sampler ends soon although a source and a discovery do not answer`() throws {
        let bus = Bus()
        let chips = ["one", "two"].map { Controller($0, every: nil) }
        do {
            var sampler = try Sampler(
                SamplingConfiguration(
                    sensors: SensorSet(only: chips + [bus]), rediscoveryInterval: .milliseconds(10),
                    readsSlowSourcesOnThreads: true))
            for chip in chips { chip.isSilent.store(true, ordering: .relaxed) }
            bus.isSilent.store(true, ordering: .relaxed)
            bus.chips.store(1, ordering: .relaxed)
            usleep(12_000)
            _ = sampler.snapshot()
        }
        // This is only reached if the end did not wait for them, as they are still silent.
        for chip in chips { chip.isSilent.store(false, ordering: .relaxed) }
        bus.isSilent.store(false, ordering: .relaxed)
    }
}
