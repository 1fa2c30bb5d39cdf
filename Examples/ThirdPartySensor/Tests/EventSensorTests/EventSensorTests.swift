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
            ["accelerator", "encoder"].map { .init(name: $0, path: "\(folder.path)/\($0)", processor: 0) })
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
