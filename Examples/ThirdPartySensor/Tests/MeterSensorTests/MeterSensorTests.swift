import MeterSensor
import PowerSensors
import PowerSensorsTesting
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MeterSensorTests {
    /// A folder of its own for each test, which goes away with it.
    private let folder: MockTree
    private let sensor: MeterSensor

    init() throws {
        let folder = try MockTree()
        try folder.write("200.5\n", to: "rack")
        try folder.write("40\n", to: "switch")
        self.folder = folder
        sensor = MeterSensor(["rack", "switch"].map { MeterSensor.Meter(name: $0, path: "\(folder.path)/\($0)") })
    }

    @Test func `it conforms`() {
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }

    @Test(arguments: [
        (MockFault.missing, ReadingStatus.absent), (.empty, .io(errno: 74)), (.garbage, .io(errno: 74)),
        (.directory, .io(errno: 21)), (.negative, .implausible), (.withoutNewline, .io(errno: 74)),
    ])
    func `a meter that fails says why, and the sensor still conforms`(fault: MockFault, status: ReadingStatus) throws {
        var reader = sensor.open(sensor.discover().channels)
        try folder.inject(fault, at: "rack")
        #expect(SensorConformance.check(sensor, isStill: true) == [])
        var readings: [Reading] = []
        readings.append(addingCapacity: 2) { reader.readChannels(into: &$0) }
        #expect(readings[0].status == status)
        #expect(readings[1].value == 40)
        try folder.restore("rack")
        readings.append(addingCapacity: 2) { reader.readChannels(into: &$0) }
        #expect(readings[2].value == 200.5)
    }

    @Test func `a line that is only partly written is not believed`() throws {
        var reader = sensor.open(sensor.discover().channels)
        var readings: [Reading] = []
        for text in ["2", "20", "200.", "200.5", "200.5\n"] {
            try folder.replace("rack", with: text)
            readings.append(addingCapacity: 2) { reader.readChannels(into: &$0) }
        }
        let rack = stride(from: 0, to: readings.count, by: 2).map { readings[$0] }
        #expect(rack.map(\.value) == [nil, nil, nil, nil, 200.5])
        #expect(rack.map(\.status) == [ReadingStatus](repeating: .io(errno: 74), count: 4) + [.ok])
    }

    @Test func `with no meters there is a finding`() {
        #expect(SensorConformance.check(MeterSensor([]), isStill: true) == [])
        #expect(MeterSensor([]).discover().findings.map(\.reason) == [.absent])
    }

    @Test func `a meter that is plugged in later changes the fingerprint, and is found`() throws {
        try folder.remove("switch")
        let fingerprint = sensor.discoveryFingerprint()
        #expect(sensor.discover().channels.map(\.id) == ["meter/rack"])
        try folder.write("41\n", to: "switch")
        #expect(sensor.discoveryFingerprint() != fingerprint)
        #expect(sensor.discover().channels.map(\.id) == ["meter/rack", "meter/switch"])
    }

    @Test func `a sampler sums the meters to the power at the plug`() throws {
        var sampler = try Sampler(SensorSet(only: [sensor]))
        let host = try #require(sampler.snapshot().headline)
        #expect(host.scope == .wall)
        #expect(host.provenance == .measured)
        #expect(host.power == Watts(240.5))
    }

    @Test func `a monitor reads it beside the library's own sensors`() async throws {
        let machine = try MockMachine()
        try machine.add(.intelClient())
        let sensors = SensorSet(roots: machine.roots, additional: [sensor])
        let monitor = try PowerMonitor(MonitorConfiguration(sensors: sensors, interval: .milliseconds(5)))
        defer { monitor.stop() }
        for await snapshot in monitor.snapshots(every: .milliseconds(5)) {
            guard let wall = snapshot.host.first(where: { $0.scope == .wall }), wall.status == .ok else { continue }
            #expect(wall.power == Watts(240.5))
            #expect(snapshot.headline?.scope == .cpu)
            return
        }
        Issue.record("The monitor ended.")
    }
}
