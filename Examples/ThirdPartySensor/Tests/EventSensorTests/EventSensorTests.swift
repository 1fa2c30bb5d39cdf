import EventSensor
import PowerSensors
import PowerSensorsTesting
import Testing

struct EventSensorTests {
    /// A folder of its own for each test, which goes away with it.
    private let folder: MockTree
    private let sensor: EventSensor

    init() throws {
        let folder = try MockTree()
        try folder.write("70000\n", to: "accelerator")
        self.folder = folder
        sensor = EventSensor(
            ["accelerator", "encoder"].map { .init(name: $0, path: "\(folder.path)/\($0)") }, processor: 0)
    }

    @Test func `it conforms, also where there is nothing`() throws {
        #expect(SensorConformance.check(sensor, isStill: true) == [])
        try folder.remove("accelerator")
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }

    @Test func `the reader says where it wants to run`() {
        #expect(sensor.open(sensor.discover().channels).preferredProcessor == 0)
    }

    @Test func `only what comes after the first reading is counted`() throws {
        var sampler = try Sampler(SensorSet(only: [sensor]))
        sampler.sample()
        try folder.write("72500\n", to: "accelerator")
        #expect(sampler.snapshot()[channel: "event/accelerator"]?.energy == Joules(2.5))
    }

    @Test func `a counter of 32 bits that wraps is exact to the count`() throws {
        let last = UInt64(UInt32.max)
        try folder.write("\(last - 999)\n", to: "accelerator")
        var sampler = try Sampler(SensorSet(only: [sensor]))
        sampler.sample()
        // 1000 mJ up to the wrap to 0, and 1500 beyond it.
        try folder.write("1500\n", to: "accelerator")
        let wrapped = sampler.snapshot()[channel: "event/accelerator"]
        #expect(wrapped?.energy == Joules(2.5))
        #expect(wrapped?.wraps == 1)
        try folder.write("2000\n", to: "accelerator")
        let figures = sampler.snapshot()[channel: "event/accelerator"]
        #expect(figures?.energy == Joules(3))
        #expect(figures?.ambiguousEnergy == Joules(0))
        #expect(figures?.resets == 0)
    }

    @Test func `a new generation goes on with what is open`() throws {
        var sampler = try Sampler(
            SamplingConfiguration(sensors: SensorSet(only: [sensor]), rediscoveryInterval: .nanoseconds(1)))
        sampler.sample()
        try folder.write("70500\n", to: "accelerator")
        try folder.write("0\n", to: "encoder")
        #expect(sampler.snapshot().topology.generation == 2)
        try folder.write("71000\n", to: "accelerator")
        let figures = sampler.snapshot()[channel: "event/accelerator"]
        #expect(figures?.energy == Joules(1))
        #expect(figures?.resets == 0)
    }

    @Test func `a resumed reader loses nothing, also where the counter wraps`() throws {
        let last = UInt64(UInt32.max)
        try folder.write("\(last - 500)\n", to: "accelerator")
        var sampler = try Sampler(
            SamplingConfiguration(sensors: SensorSet(only: [sensor]), rediscoveryInterval: .nanoseconds(1)))
        sampler.sample()
        try folder.write("\(last)\n", to: "accelerator")
        try folder.write("0\n", to: "encoder")
        #expect(sampler.snapshot().topology.generation == 2)
        try folder.write("999\n", to: "accelerator")
        let figures = sampler.snapshot()[channel: "event/accelerator"]
        #expect(figures?.energy == Joules(1.5))
        #expect(figures?.ambiguousEnergy == Joules(0))
        #expect(figures?.wraps == 1)
        #expect(figures?.resets == 0)
    }

    @Test func `a resumed reader reads the file that the old one has open`() throws {
        var old = sensor.open(sensor.discover().channels)
        var readings: [Reading] = []
        readings.append(addingCapacity: 1) { old.readChannels(into: &$0) }
        try folder.write("70500\n", to: "accelerator")
        // Whoever opens it from now on finds another counter.
        try folder.replace("accelerator", with: "0\n")
        var resumed = sensor.open(sensor.discover().channels)
        resumed.resume(from: old)
        var fresh = sensor.open(sensor.discover().channels)
        readings.append(addingCapacity: 1) { resumed.readChannels(into: &$0) }
        readings.append(addingCapacity: 1) { fresh.readChannels(into: &$0) }
        #expect(readings.map(\.count) == [70000, 70500, 0])
    }

    @Test func `after a failure it counts from where it is read again`() throws {
        var sampler = try Sampler(SensorSet(only: [sensor]))
        sampler.sample()
        try folder.inject(.failing(errno: 5), at: "accelerator")
        #expect(sampler.snapshot()[channel: "event/accelerator"]?.status == .io(errno: 5))
        try folder.restore("accelerator")
        try folder.write("90000\n", to: "accelerator")
        let figures = sampler.snapshot()[channel: "event/accelerator"]
        #expect(figures?.energy == Joules(0))
        #expect(figures?.resets == 1)
    }
}
