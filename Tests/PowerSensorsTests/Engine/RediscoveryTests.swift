import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Synchronization
import Testing

struct RediscoveryTests {
    private let joule: UInt64 = 16_384
    private let second: Int64 = 1_000_000_000

    @Test func `a zone that returns with another number is found, and no figure becomes smaller`() throws {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1")]))
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)])
        let discovered = sensors.bind()
        var sampler = try Sampler(SamplingConfiguration(), discovered)
        var rediscovery = Rediscovery(sensors, discovered, at: 0)
        _ = sampler.snapshot()
        let zone = try #require(machine.zone("package-1"))
        for name in ["package-0", "package-1"] {
            try #require(machine.zone(name)?.counter).advance(counts: 10 * joule)
        }
        _ = sampler.snapshot()
        let count = try #require(zone.counter?.count)

        try machine.remove(zone)
        let without = rediscovery.check(at: 11 * second)
        #expect(without?.topology.generation == nil, "a part would be missing without a word")

        // Its number belongs to another zone when it returns.
        try machine.add(
            MockControlType(zones: [
                MockZone(name: "psys"), MockZone(name: "package-1", startCount: count + 7 * joule),
            ]))
        let early = rediscovery.check(at: 12 * second)
        #expect(early?.topology.generation == nil, "it is not due")
        let next = rediscovery.check(at: 21 * second)
        let found = try #require(next)
        #expect(found.topology.generation == 2)
        sampler.move(to: found)
        sampler.sample()
        let back = sampler.snapshot()
        #expect(back[channel: "rapl/package-0"]?.energy == Joules(10))
        #expect(back[channel: "rapl/package-1"]?.energy == Joules(17), "what it counted while it was away is in it")
        #expect(back.topology.channels.contains { $0.id == "rapl/psys" })
        let later = rediscovery.check(at: 31 * second)
        #expect(later?.topology.generation == nil, "nothing changed since")
    }

    /// A zone that moves from place to place. At its old place it is absent.
    private final class MovingZone: Sensor {
        let name = SensorName("scripted")
        let place = Atomic(0)

        func discoveryFingerprint() -> Int? { place.load(ordering: .relaxed) }

        func discover() -> Discovery {
            var channel = Channel.counter("package-0")
            channel.path = "\(place.load(ordering: .relaxed))"
            return Discovery(channels: [channel])
        }

        func open(_ channels: [Channel]) -> any SensorReader { Reader(zone: self, channels: channels) }

        private struct Reader: SensorReader {
            let zone: MovingZone
            let channels: [Channel]

            func readChannels(into readings: inout OutputSpan<Reading>) {
                let isHere = channels[0].path == "\(zone.place.load(ordering: .relaxed))"
                readings.append(isHere ? .count(5) : .missing(.absent))
            }
        }
    }

    @Test func `a part of a figure that comes back elsewhere is counted again within two seconds`() throws {
        let zone = MovingZone()
        let sensors = SensorSet(only: [zone])
        let clock = ManualClock()
        var sampler = try Sampler(
            SamplingConfiguration(sensors: sensors, rediscoveryInterval: .seconds(10)), sensors.bind(),
            now: { clock.instant })
        _ = sampler.snapshot()
        zone.place.store(1, ordering: .relaxed)
        clock.advance(by: .seconds(1))
        let without = sampler.snapshot()
        #expect(without.channels[0].status == .absent)
        #expect(without.topology.generation == 1, "it is not due")
        clock.advance(by: .seconds(1))
        let back = sampler.snapshot()
        #expect(back.topology.generation == 2)
        #expect(back.channels[0].status != .absent)
    }

    @Test func `while a part of a figure is absent, it is looked for every two seconds`() throws {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1")]))
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)])
        var rediscovery = Rediscovery(sensors, sensors.bind(), at: 0)
        try machine.remove(try #require(machine.zone("package-1")))
        // Its number belongs to another zone when it returns.
        try machine.add(MockControlType(zones: [MockZone(name: "psys"), MockZone(name: "package-1")]))
        let urgent = [1, 2, 3, 4].filter { rediscovery.advanceIfUrgent(at: $0 * second) }
        #expect(urgent == [2, 4])
        let early = rediscovery.check(at: 4 * second)
        #expect(early?.topology.generation == nil, "nothing is missing")
        let back = rediscovery.check(at: 4 * second, isPartMissing: true)
        #expect(back?.topology.generation == 2)
    }

    @Test func `a zone that returns unchanged does not begin a generation`() throws {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1")]))
        let sensors = SensorSet(only: [RAPLSensor(roots: machine.roots)])
        var rediscovery = Rediscovery(sensors, sensors.bind(), at: 0)
        try machine.remove(try #require(machine.zone("package-1")))
        let without = rediscovery.check(at: 11 * second)
        #expect(without?.topology.generation == nil)
        try machine.add(MockControlType(zones: [MockZone(name: "package-1")]))
        let again = rediscovery.check(at: 21 * second)
        #expect(again?.topology.generation == nil, "its reader has found it by itself")
    }

    /// A sensor whose channel is gone, and whose parts come back one after the other: each discovery after the first finds what
    /// there is, and while it runs the next part appears.
    private final class ReturningCounter: Sensor {
        let name = SensorName("scripted")
        let discoveries = Atomic(0)
        private let stage = Atomic(0)
        private let lastStage: Int

        init(lastStage: Int) { self.lastStage = lastStage }

        func discoveryFingerprint() -> Int? { stage.load(ordering: .relaxed) }

        func discover() -> Discovery {
            discoveries.wrappingAdd(1, ordering: .relaxed)
            let stage = stage.load(ordering: .relaxed)
            self.stage.store(min(stage + 1, lastStage), ordering: .relaxed)
            var channel = Channel.counter("psys")
            channel.mechanism = stage == 1 ? "msr" : "powercap"
            return Discovery(channels: [channel])
        }

        func open(_ channels: [Channel]) -> any SensorReader { ScriptedSensor(channels: channels).open(channels) }
    }

    @Test func `a counter whose own source comes back during a discovery is not taken from another`() {
        let sensor = ReturningCounter(lastStage: 2)
        let sensors = SensorSet(only: [sensor])
        var rediscovery = Rediscovery(sensors, sensors.bind(), at: 0)
        let found = rediscovery.check(at: 11 * second)
        #expect(found?.topology.channels.map(\.mechanism) == nil)
        let later = rediscovery.check(at: 21 * second)
        #expect(later?.topology.generation == nil, "nothing changed since")
        #expect(sensor.discoveries.load(ordering: .relaxed) == 3)
    }

    @Test func `a machine that changes during every discovery is sampled as the third one found it`() {
        let sensor = ChangingSensor()
        let sensors = SensorSet(only: [sensor])
        var rediscovery = Rediscovery(sensors, sensors.bind(), at: 0)
        let found = rediscovery.check(at: 11 * second)
        #expect(found?.topology.generation == 2)
        #expect(found?.topology.channels.map(\.id) == ["scripted/package-3"])
    }

    /// A sensor that finds another channel each time.
    private final class ChangingSensor: Sensor {
        let name = SensorName("scripted")
        private let round = Atomic(0)

        func discoveryFingerprint() -> Int? { round.load(ordering: .relaxed) }

        func discover() -> Discovery {
            let round = round.wrappingAdd(1, ordering: .relaxed).oldValue
            return Discovery(channels: [.counter("package-\(round)", scope: nil)])
        }

        func open(_ channels: [Channel]) -> any SensorReader { ScriptedSensor(channels: channels).open(channels) }
    }

    @Test func `a removed channel outside the figures does not prevent a new generation`() throws {
        var mouse = Channel.counter("mouse", scope: nil, domain: "battery")
        mouse.isIntermittent = true
        let package = Channel.counter("package-0")
        let sensor = Marked(channels: [package, mouse])
        let sensors = SensorSet(only: [sensor])
        var rediscovery = Rediscovery(sensors, sensors.bind(), at: 0)
        sensor.set([package])
        let without = rediscovery.check(at: 11 * second)
        #expect(without?.topology.generation == nil, "nothing came")
        sensor.set([package, .counter("package-1")])
        let found = rediscovery.check(at: 21 * second)
        #expect(found?.topology.channels.map(\.id) == ["scripted/package-0", "scripted/package-1"])
        // A missing part of a figure is in the new generation, absent, until it is back.
        sensor.set([package, .counter("psys", scope: .platform)])
        let other = rediscovery.check(at: 31 * second)
        let channels = try #require(other).topology.channels
        #expect(Set(channels.map(\.id)) == ["scripted/package-0", "scripted/package-1", "scripted/psys"])
        #expect(channels.filter { $0.status == .absent }.map(\.id) == ["scripted/package-1"])
        sensor.set([package, .counter("package-1"), .counter("psys", scope: .platform)])
        let back = rediscovery.check(at: 41 * second)
        #expect(back?.topology.channels.contains { $0.status == .absent } == false)
    }

    @Test func `an estimate is used only while nothing measures`() throws {
        var discharge = Channel.counter("battery", scope: .battery, domain: "battery")
        discharge.isIntermittent = true
        let battery = Marked(channels: [discharge])
        let machine = try MockMachine()
        try machine.set(.guest(processors: 2))
        let sensors = SensorSet(roots: machine.roots, additional: [battery])
        let first = sensors.bind()
        #expect(first.topology.headlineScope == .battery)
        var rediscovery = Rediscovery(sensors, first, at: 0)
        var idle = discharge
        idle.status = .absent
        battery.set([idle])
        let onMains = rediscovery.check(at: 11 * second)
        #expect(onMains?.topology.headlineScope == .wall, "the plug is in")
        battery.set([discharge])
        let unplugged = rediscovery.check(at: 21 * second)
        #expect(unplugged?.topology.headlineScope == .battery)
        #expect(unplugged?.topology.scopes.contains(.wall) == false)
    }

    @Test func `no estimate replaces a measured part that has disappeared`() throws {
        let machine = try MockMachine()
        try machine.set(.guest(processors: 2))
        try machine.add(MockControlType(zones: [MockZone(name: "package-0")]))
        let sensors = SensorSet(roots: machine.roots)
        var rediscovery = Rediscovery(sensors, sensors.bind(), at: 0)
        try machine.remove(try #require(machine.zone("package-0")))
        let without = rediscovery.check(at: 11 * second)
        #expect(without?.topology.generation == nil, "the figure stays, unknown, until the part is back")
    }

    /// A sensor whose channels a test changes.
    private final class Marked: Sensor {
        let name = SensorName("scripted")
        private let channels: Locked<[Channel]>

        init(channels: [Channel]) { self.channels = Locked(channels) }

        func set(_ channels: [Channel]) { self.channels.withLock { $0 = channels } }

        func discoveryFingerprint() -> Int? { channels.withLock { $0.hashValue } }

        func discover() -> Discovery { Discovery(channels: channels.withLock { $0 }) }

        func open(_ channels: [Channel]) -> any SensorReader { ScriptedSensor(channels: channels).open(channels) }
    }
}
