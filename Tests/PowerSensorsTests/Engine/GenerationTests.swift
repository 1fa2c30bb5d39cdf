import PowerSensors
import PowerSensorsTestSupport
import Synchronization
import Testing

/// The energies when channels disappear and return from one generation to the next.
struct GenerationTests {
    /// A machine of meters that are read on every sample.
    private final class Machine {
        let clock = ManualClock()
        var sampler: Sampler
        private var sensor: ScriptedSensor
        private var discovered: BoundSensors

        init(_ channels: Channel...) throws {
            sensor = ScriptedSensor(channels: channels)
            discovered = SensorSet(only: [sensor]).bind()
            sampler = try Sampler(SensorSet(only: [sensor]), now: { [clock] in clock.instant })
        }

        func snapshot(after time: Duration, _ watts: Double...) -> Snapshot {
            sensor.show(watts)
            clock.advance(by: time)
            return sampler.snapshot()
        }

        func move(to channels: Channel...) {
            sensor = ScriptedSensor(channels: channels)
            discovered = SensorSet(only: [sensor]).bind(after: discovered)
            sampler.move(to: discovered)
        }
    }

    private static func meter(_ id: String, _ scope: Scope? = .platform, isIntermittent: Bool = false) -> Channel {
        var channel = Channel(
            id: "scripted/\(id)", sensor: SensorName("scripted"), mechanism: "script", quantity: .power,
            encoding: .gauge, component: Component(id: id, kind: .chip))
        channel.countsIn = scope
        channel.isIntermittent = isIntermittent
        return channel
    }

    @Test func `without its meter the host's figure is unknown, and continues when the meter returns`() throws {
        let machine = try Machine(Self.meter("one"), Self.meter("two"))
        _ = machine.snapshot(after: .zero, 10, 6)
        #expect(machine.snapshot(after: .seconds(10), 10, 6).host[0].energy == Joules(160))
        machine.move(to: Self.meter("one"))
        let without = machine.snapshot(after: .seconds(10), 10)
        #expect(without.host[0].status == .partial)
        #expect(without.host[0].energy == nil)
        #expect(without.host[0].power == nil, "half of a machine's power is not its power")
        #expect(without[channel: "scripted/one"]?.power == Watts(10))
        #expect(without[channel: "scripted/two"]?.status == .absent)
        #expect(machine.sampler.findings().map(\.subject) == ["scripted/two"])
        // Further snapshots do not change that.
        machine.move(to: Self.meter("one"), Self.meter("fan", nil))
        #expect(machine.snapshot(after: .zero, 10, 1).host[0].status == .partial)
        machine.move(to: Self.meter("one"), Self.meter("two"))
        let back = machine.snapshot(after: .seconds(10), 10, 6)
        #expect(machine.sampler.findings().isEmpty)
        // The gap is integrated from its reading before to its reading after.
        #expect(back[channel: "scripted/two"]?.energy == Joules(180))
        #expect(back.host[0].energy == Joules(480))
        #expect(machine.snapshot(after: .seconds(10), 10, 6).host[0].energy == Joules(640))
    }

    @Test func `the first power in a new generation is the mean since the snapshot before`() throws {
        let machine = try Machine(Self.meter("one"))
        _ = machine.snapshot(after: .zero, 10)
        machine.move(to: Self.meter("one"), Self.meter("fan", nil))
        let next = machine.snapshot(after: .seconds(10), 20, 1)
        #expect(next[channel: "scripted/one"]?.energy == Joules(150))
        #expect(next[channel: "scripted/one"]?.power == Watts(15), "that of the moment is 20 W")
    }

    @Test func `a measurement goes on in a new generation, whose channels have other places`() throws {
        let machine = try Machine(Self.meter("one"))
        _ = machine.snapshot(after: .zero, 10)
        let start = machine.sampler.beginMeasurement()
        machine.move(to: Self.meter("fan", nil), Self.meter("one"))
        _ = machine.snapshot(after: .seconds(10), 1, 10)
        let measurement = machine.sampler.endMeasurement(start)
        #expect(measurement.duration == .seconds(10))
        #expect(measurement.headline?.energy == 100)
        #expect(measurement.channels.map(\.id) == ["scripted/fan", "scripted/one"])
        #expect(measurement.channels.last?.energy == 100)
    }

    @Test func `a battery that was removed supplied nothing meanwhile`() throws {
        let machine = try Machine(
            Self.meter("one", .battery, isIntermittent: true), Self.meter("two", .battery, isIntermittent: true))
        _ = machine.snapshot(after: .zero, 10, 6)
        _ = machine.snapshot(after: .seconds(10), 10, 6)
        machine.move(to: Self.meter("one", .battery, isIntermittent: true))
        #expect(machine.snapshot(after: .seconds(10), 10).host[0].energy == Joules(260))
        machine.move(
            to: Self.meter("one", .battery, isIntermittent: true), Self.meter("two", .battery, isIntermittent: true))
        let back = machine.snapshot(after: .seconds(10), 10, 6)
        #expect(back[channel: "scripted/two"]?.energy == Joules(60))
        #expect(back.host[0].energy == Joules(360))
    }

    @Test func `a package that is now counted by its dies is not missing`() throws {
        let dies = [Channel.package(die: 0), .package(die: 1)]
        let whole = SensorSet(only: [ScriptedSensor(channels: [.package()])]).bind()
        let split = SensorSet(only: [ScriptedSensor(channels: dies)]).bind(after: whole)
        #expect(split.topology.channels.map(\.id) == dies.map(\.id))
        #expect(split.topology.generation == 2)
    }

    @Test func `a part is dropped if another sensor now provides the figure`() throws {
        let board = ScriptedSensor(
            "board", channels: [.counter("input", of: "board", scope: .platform, domain: "psys")])
        let psys = ScriptedSensor(channels: [.counter("psys", scope: .platform, domain: "psys")])
        let none = ScriptedSensor(channels: [])
        let first = SensorSet(only: [psys, board]).bind()
        #expect(first.topology.channels.map(\.countsIn) == [.platform, nil])
        let second = SensorSet(only: [none, board]).bind(after: first)
        #expect(second.topology.channels.map(\.countsIn) == [.platform])
        let third = SensorSet(only: [none]).bind(after: second)
        #expect(third.topology.channels.map(\.id) == ["board/input"])
        #expect(third.topology.channels.map(\.status) == [.absent])
    }

    @Test func `a figure that had no part for a while continues from its energy`() throws {
        let one = Self.meter("one", .battery, isIntermittent: true)
        let machine = try Machine(one, Self.meter("other", .platform))
        _ = machine.snapshot(after: .zero, 10, 1)
        _ = machine.snapshot(after: .seconds(10), 10, 1)
        machine.move(to: Self.meter("other", .platform))
        #expect(machine.snapshot(after: .seconds(1), 1).host.map(\.scope) == [.platform])
        machine.move(to: Self.meter("two", .battery, isIntermittent: true), Self.meter("other", .platform))
        _ = machine.snapshot(after: .seconds(1), 20, 1)
        let host = machine.snapshot(after: .seconds(1), 20, 1).host.first { $0.scope == .battery }
        #expect(host?.energy == Joules(120))
    }

    @Test func `energy that a replacement counted is not counted again by the returning meter`() throws {
        let machine = try Machine(Self.meter("one"), Self.meter("fan", nil))
        _ = machine.snapshot(after: .zero, 100, 1)
        #expect(machine.snapshot(after: .seconds(10), 100, 1).host[0].energy == Joules(1000))
        // One meter disappears, and another one that was in no figure now provides the figure, without the first one.
        machine.move(to: Self.meter("two"), Self.meter("fan", nil))
        _ = machine.snapshot(after: .zero, 100, 1)
        #expect(machine.snapshot(after: .seconds(20), 100, 1)[channel: "scripted/two"]?.energy == Joules(2000))
        machine.move(to: Self.meter("one"), Self.meter("two", nil), Self.meter("fan", nil))
        #expect(machine.snapshot(after: .zero, 100, 100, 1).host[0].energy == Joules(3000))
        #expect(machine.snapshot(after: .seconds(10), 100, 100, 1).host[0].energy == Joules(4000))
    }

    @Test func `another sensor's counter replaces a lost one, and no energy counts twice`() throws {
        let psys = ScriptedSensor(channels: [.counter("psys", scope: .platform, domain: "psys")])
        let gone = ScriptedSensor(channels: [])
        let board = ScriptedSensor(
            "board", channels: [.counter("input", of: "board", scope: .platform, domain: "psys")])
        let clock = ManualClock()
        let joule: UInt64 = 1 << 14
        var count: UInt64 = joule
        let first = SensorSet(only: [psys, board]).bind()
        var sampler = try Sampler(SensorSet(only: [psys, board]), now: { [clock] in clock.instant })
        func pass(_ seconds: Int) {
            clock.advance(by: .seconds(seconds))
            count += UInt64(seconds) * 100 * joule
            psys.show(.count(count))
            board.show(.count(count + 7))
        }
        pass(0)
        _ = sampler.snapshot()
        pass(1)
        #expect(sampler.snapshot().host[0].energy == Joules(100))
        let second = SensorSet(only: [gone, board]).bind(after: first)
        sampler.move(to: second)
        _ = sampler.snapshot()
        pass(1)
        #expect(sampler.snapshot().host[0].energy == Joules(200))
        pass(1)
        sampler.move(to: SensorSet(only: [psys, board]).bind(after: second))
        _ = sampler.snapshot()
        pass(1)
        let back = sampler.snapshot()
        #expect(back.host[0].energy == Joules(400))
        #expect(back.topology.channels.map(\.countsIn) == [.platform, nil])
    }

    @Test func `a meter that is added to a figure does not add its earlier energy`() throws {
        let machine = try Machine(Self.meter("one"), Self.meter("two", nil))
        _ = machine.snapshot(after: .zero, 10, 100)
        _ = machine.snapshot(after: .seconds(10), 10, 100)
        machine.move(to: Self.meter("one", nil), Self.meter("two"))
        let moved = machine.snapshot(after: .seconds(1), 10, 100)
        #expect(moved[channel: "scripted/two"]?.energy == Joules(1100))
        #expect(moved.host[0].energy == Joules(200))
    }

    @Test func `power that flows out of the machine's input makes its figure unknown, with a finding`() throws {
        let machine = try Machine(Self.meter("one"), Self.meter("two"))
        _ = machine.snapshot(after: .zero, 10, 6)
        let turned = machine.snapshot(after: .seconds(1), 10, -6)
        #expect(turned.host[0].status == .partial)
        #expect(turned.host[0].power == nil)
        #expect(turned[channel: "scripted/two"]?.value == -6, "the channel itself shows what it shows")
        #expect(machine.sampler.findings().map(\.reason.name) == ["negative"])
        _ = machine.snapshot(after: .seconds(1), 10, 6)
        #expect(machine.snapshot(after: .seconds(1), 10, 6).host[0].power == Watts(16))
        #expect(machine.sampler.findings().isEmpty)
    }

    @Test func `a channel with nothing to show is not lost, one that cannot be read is`() async throws {
        let sensor = ScriptedSensor(channels: [
            Self.meter("battery", .battery, isIntermittent: true), Self.meter("board"),
        ])
        sensor.show(.missing(.absent), .value(1))
        let monitor = try PowerMonitor(
            MonitorConfiguration(sensors: SensorSet(only: [sensor]), interval: .milliseconds(1)))
        var snapshots = monitor.snapshots(every: .milliseconds(1)).makeAsyncIterator()
        var events = monitor.events().makeAsyncIterator()
        for _ in 0..<4 { _ = await snapshots.next() }
        sensor.show(.missing(.absent), .missing(.absent))
        let lost = try #require(await events.next())
        #expect(lost.kind == .sensorLost)
        #expect(lost.channel == "scripted/board")
        monitor.stop()
    }

    /// A sensor whose readers know nothing at their first reading, as those that compare two readings.
    private final class Learner: Sensor {
        let name = SensorName("learner")
        let opened = Atomic(0)

        func discover() -> Discovery {
            var channel = Channel(
                id: "learner/one", sensor: name, mechanism: "test", quantity: .power, encoding: .gauge,
                component: .host)
            // Measured at each discovery, so it is never the same.
            channel.readCost = .nanoseconds(opened.load(ordering: .relaxed) + Int.random(in: 1...1_000_000))
            return Discovery(channels: [channel])
        }

        func open(_ channels: [Channel]) -> any SensorReader {
            opened.add(1, ordering: .relaxed)
            return Reader(channels: channels)
        }

        /// A value, so that a copy of it would not learn.
        private struct Reader: SensorReader {
            let channels: [Channel]
            var reads = 0.0

            mutating func readChannels(into readings: inout OutputSpan<Reading>) {
                readings.append(reads == 0 ? .missing(.warmingUp) : .value(reads))
                reads += 1
            }
        }
    }

    @Test(arguments: [false, true])
    func `what did not change goes on in a new generation`(usesThreads: Bool) throws {
        let learner = Learner()
        let other = ScriptedSensor(channels: [Self.meter("one")])
        let first = SensorSet(only: [learner, other]).bind()
        var sampler = try Sampler(SamplingConfiguration(readsSlowSourcesOnThreads: usesThreads), first)
        other.show([1.0])
        #expect(sampler.snapshot().channels[0].status == .warmingUp)
        #expect(sampler.snapshot().channels[0].value == 1)
        let more = ScriptedSensor(channels: [Self.meter("one"), Self.meter("two")])
        more.show([1.0, 2.0])
        sampler.move(to: SensorSet(only: [more, learner]).bind(after: first))
        // It was read once more at the end of the first generation.
        #expect(sampler.snapshot()[channel: "learner/one"]?.value == 3)
        #expect(learner.opened.load(ordering: .relaxed) == 1)
    }
}

extension Channel {
    /// A package's counter, or that of one of its dies.
    fileprivate static func package(die: Int? = nil) -> Channel {
        let id = die.map { "package-0-die-\($0)" } ?? "package-0"
        var component = Component(id: id, kind: die == nil ? .socket : .die)
        (component.domain, component.socket, component.die) = ("package", 0, die)
        var channel = Channel(
            id: "scripted/\(id)", sensor: SensorName("scripted"), mechanism: "script", quantity: .energy,
            encoding: .counter(.counts(unit: .binaryFraction(14), lastCount: UInt64(UInt32.max))), component: component)
        channel.countsIn = .cpu
        return channel
    }
}
