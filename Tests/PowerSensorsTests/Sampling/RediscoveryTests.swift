import PowerSensors
import PowerSensorsTesting
import Testing

struct RediscoveryTests {
    private let joule: UInt64 = 16_384
    private let second: Int64 = 1_000_000_000

    @Test func `a zone that comes back with another number is found, and nothing is let go meanwhile`() throws {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1")]))
        let sensors = SensorSet(only: [RaplSensor(roots: machine.roots)])
        let discovered = sensors.discover()
        var sampler = try Sampler(discovered)
        var rediscovery = Rediscovery(sensors, discovered, at: 0)
        _ = sampler.snapshot()
        let zone = try #require(machine.zone("package-1"))
        for name in ["package-0", "package-1"] {
            try #require(machine.zone(name)?.counter).advance(counts: 10 * joule)
        }
        _ = sampler.snapshot()
        let count = try #require(zone.counter?.count)

        try machine.remove(zone)
        let without = rediscovery.look(at: 11 * second)
        #expect(without?.topology.generation == nil, "a part would be missing without a word")

        // Its number is taken when it comes back.
        try machine.add(
            MockControlType(zones: [
                MockZone(name: "psys"), MockZone(name: "package-1", startCount: count + 7 * joule),
            ]))
        let early = rediscovery.look(at: 12 * second)
        #expect(early?.topology.generation == nil, "it is not due")
        let next = rediscovery.look(at: 21 * second)
        let found = try #require(next)
        #expect(found.topology.generation == 2)
        sampler.move(to: found)
        sampler.sample()
        let back = sampler.snapshot()
        #expect(back[channel: "rapl/package-0"]?.energy == Joules(10))
        #expect(back[channel: "rapl/package-1"]?.energy == Joules(17), "what it counted while it was away is in it")
        #expect(back.topology.channels.contains { $0.id == "rapl/psys" })
        let later = rediscovery.look(at: 31 * second)
        #expect(later?.topology.generation == nil, "nothing changed since")
    }

    @Test func `what is found again as it was is not opened again`() throws {
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1")]))
        let sensors = SensorSet(only: [RaplSensor(roots: machine.roots)])
        var rediscovery = Rediscovery(sensors, sensors.discover(), at: 0)
        try machine.remove(try #require(machine.zone("package-1")))
        let without = rediscovery.look(at: 11 * second)
        #expect(without?.topology.generation == nil)
        try machine.add(MockControlType(zones: [MockZone(name: "package-1")]))
        let again = rediscovery.look(at: 21 * second)
        #expect(again?.topology.generation == nil, "its reader has found it by itself")
    }
}
