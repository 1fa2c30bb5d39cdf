import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// What a battery stores, as a measure of the power that leaves it.
struct BatteryStoreTests {
    /// A battery that a test empties, and its reader.
    private final class Laptop {
        let machine: MockMachine
        let battery: MockDevice
        private let instant = Locked(
            SampleInstant(boottimeNanoseconds: 1_000_000_000_000, monotonicNanoseconds: 1_000_000_000_000))
        private let sensor: PowerSupplySensor
        let channels: [Channel]
        private var reader: any SensorReader

        init(_ files: [String: String], fault: String? = nil) throws {
            machine = try MockMachine()
            battery = try machine.add(.supply("BAT0", files: files))
            try machine.add(.supply("AC", type: "Mains", files: ["online": "0"]))
            if let fault { try battery.inject(.directory, at: fault) }
            sensor = PowerSupplySensor(roots: machine.roots, now: { [instant] in instant.withLock { $0 } })
            channels = sensor.discover().channels
            reader = sensor.open(channels)
        }

        func reading(_ attribute: String) throws -> Reading {
            let index = try #require(channels.firstIndex { $0.id == "supply/BAT0/\(attribute)" })
            return readings[index]
        }

        private var readings: [Reading] = []

        func suspend(for time: Duration) {
            instant.withLock { $0 = $0.suspended(for: time) }
        }

        /// Reads once a second for a time, before which each second is prepared.
        func run(_ seconds: Int, _ prepare: (_ second: Int) throws -> Void) throws {
            for second in 0..<seconds {
                try prepare(second)
                instant.withLock { $0 = $0.advanced(by: .seconds(1)) }
                readings.removeAll()
                readings.append(addingCapacity: channels.count) { reader.readChannels(into: &$0) }
            }
        }
    }

    private static let charges = [
        "status": "Discharging", "voltage_now": "11400000", "current_now": "1", "charge_now": "3000000",
    ]

    /// The charge after a time at 13 W and 11.4 V, as a gauge shows it that is renewed every 5 s in steps of 1 mAh.
    private static func charge(after seconds: Int) -> String {
        let microamperes = 13 / 11.4 * 1e6
        let hours = Double(seconds / 5 * 5) / 3600
        let left = Int(3e6 - microamperes * hours)
        return "\(left / 1000 * 1000)"
    }

    @Test func `without a rate, the fall of the charge shows the power, and it is called derived`() throws {
        let laptop = try Laptop(Self.charges, fault: "current_now")
        #expect(laptop.channels.first { $0.countsIn == .battery }?.mechanism == "derived")
        try laptop.run(20) { try laptop.battery.write(Self.charge(after: $0), to: "charge_now") }
        #expect(try laptop.reading("discharge").value == nil, "too early to tell")
        try laptop.run(100) { try laptop.battery.write(Self.charge(after: $0 + 20), to: "charge_now") }
        let watts = try #require(try laptop.reading("discharge").value)
        #expect(abs(watts - 13) < 1.3)
    }

    @Test func `a charge that no longer falls says nothing after a while, and charging ends it`() throws {
        let laptop = try Laptop(Self.charges, fault: "current_now")
        try laptop.run(100) { try laptop.battery.write(Self.charge(after: $0), to: "charge_now") }
        #expect(try laptop.reading("discharge").value != nil)
        try laptop.run(400) { _ in }
        #expect(try laptop.reading("discharge").status != .ok)
        try laptop.battery.write("Charging", to: "status")
        try laptop.run(1) { _ in }
        #expect(try laptop.reading("discharge").status == .absent)
    }

    @Test func `what fell during a suspend is left out`() throws {
        let laptop = try Laptop(Self.charges, fault: "current_now")
        try laptop.run(100) { try laptop.battery.write(Self.charge(after: $0), to: "charge_now") }
        laptop.suspend(for: .seconds(3600))
        try laptop.battery.write("2000000", to: "charge_now")
        try laptop.run(10) { _ in }
        #expect(try laptop.reading("discharge").value == nil)
    }

    @Test(arguments: [14.0, 0.5, 60])
    func `a rate that the store contradicts is implausible, and the store's fall is used`(mean: Double) throws {
        let laptop = try Laptop([
            "status": "Discharging", "voltage_now": "12000000", "power_now": "10000000", "energy_now": "40000000",
        ])
        try laptop.run(120) { second in
            // 6 W leave the store; the rate jumps about its own mean.
            try laptop.battery.write("\(40_000_000 - second * 1667)", to: "energy_now")
            let quarters = 2 + second * 7919 % 5
            try laptop.battery.write("\(Int(mean * 1e6) / 4 * quarters)", to: "power_now")
        }
        #expect(try laptop.reading("power").status == .implausible)
        let watts = try #require(try laptop.reading("discharge").value)
        #expect(abs(watts - 6) < 0.2)
    }

    @Test func `a rate that the store confirms in the mean is believed, however it jumps`() throws {
        let laptop = try Laptop([
            "status": "Discharging", "voltage_now": "12000000", "power_now": "6000000", "energy_now": "40000000",
        ])
        try laptop.run(121) { second in
            try laptop.battery.write("\(40_000_000 - second * 1667)", to: "energy_now")
            try laptop.battery.write(second % 4 == 0 ? "18000000" : "2000000", to: "power_now")
        }
        #expect(try laptop.reading("discharge").value == 18)
    }

    @Test(arguments: [5_000_000, -5_000_000], [true, false])
    func `a gauge that learns anew jumps, which refutes no rate and is no power`(jump: Int, showsRate: Bool) throws {
        var files = ["status": "Discharging", "voltage_now": "12000000", "energy_now": "40000000"]
        if showsRate { files["power_now"] = "6000000" }
        let laptop = try Laptop(files)
        for second in 0..<300 {
            let jumped = second < 100 ? 0 : jump
            try laptop.run(1) { _ in
                try laptop.battery.write("\(40_000_000 - second * 1667 - jumped)", to: "energy_now")
            }
            guard let watts = try laptop.reading("discharge").value else {
                #expect(second < 60 && !showsRate)
                continue
            }
            #expect(abs(watts - 6) < 0.2)
        }
    }

    @Test(arguments: ["2147483647", "0", "-1"])
    func `a charge whose voltage is unknown measures no power`(voltage: String) throws {
        let laptop = try Laptop(Self.charges, fault: "current_now")
        try laptop.battery.write(voltage, to: "voltage_now")
        try laptop.run(120) { try laptop.battery.write(Self.charge(after: $0), to: "charge_now") }
        #expect(try laptop.reading("discharge").value == nil)
    }

    @Test func `a power that current and voltage contradict is replaced by what leaves the store`() throws {
        let laptop = try Laptop([
            "status": "Discharging", "voltage_now": "12000000", "current_now": "500000", "power_now": "41000000",
            "energy_now": "40000000",
        ])
        try laptop.run(120) { try laptop.battery.write("\(40_000_000 - $0 * 1667)", to: "energy_now") }
        #expect(try laptop.reading("power").status == .implausible)
        let watts = try #require(try laptop.reading("discharge").value)
        #expect(abs(watts - 6) < 0.2)
    }

    @Test func `after a resume the zeros of a battery are no values, until it shows a voltage again`() throws {
        let laptop = try Laptop([
            "status": "Discharging", "voltage_now": "12000000", "power_now": "8000000", "energy_now": "40000000",
        ])
        try laptop.run(3) { _ in }
        for file in ["voltage_now", "power_now", "energy_now"] { try laptop.battery.write("0", to: file) }
        try laptop.run(3) { _ in }
        for attribute in ["power", "discharge", "voltage", "energy"] {
            #expect(try laptop.reading(attribute).status == .implausible)
        }
        try laptop.battery.write("11900000", to: "voltage_now")
        try laptop.battery.write("7000000", to: "power_now")
        try laptop.run(1) { _ in }
        #expect(try laptop.reading("discharge").value == 7)
    }

    @Test func `plugging in and out is noticed where only the adapter tells, and begins one generation each`() throws {
        let machine = try MockMachine()
        try machine.add(.supply("BAT0", files: ["status": "Unknown", "power_now": "9000000"]))
        let adapter = try machine.add(.supply("AC", type: "Mains", files: ["online": "0"]))
        let sensor = PowerSupplySensor(roots: machine.roots)
        let channels = sensor.discover().channels.filter { $0.component.supply == "BAT0" }
        #expect(channels.first { $0.countsIn == .battery }?.status == .ok)
        // The adapter is read by another reader, if at all.
        var reader = sensor.open(channels)
        func discharge() throws -> Reading {
            var readings: [Reading] = []
            readings.append(addingCapacity: channels.count) { reader.readChannels(into: &$0) }
            return readings[try #require(channels.firstIndex { $0.countsIn == .battery })]
        }
        let first = sensor.discoveryFingerprint()
        #expect(try discharge().value == 9)
        #expect(sensor.discoveryFingerprint() == first)
        try adapter.write("1", to: "online")
        #expect(try discharge().status == .io(errno: ENODATA))
        let second = sensor.discoveryFingerprint()
        #expect(second != first)
        #expect(try discharge().value == nil)
        #expect(sensor.discoveryFingerprint() == second)
        try adapter.write("0", to: "online")
        #expect(try discharge().value == 9)
        #expect(sensor.discoveryFingerprint() != second)
    }

    @Test func `what a port has negotiated has a value, but no energy and no part in any sum`() throws {
        let machine = try MockMachine()
        try machine.add(
            .supply(
                "tcpm-source-psy-1-0022", type: "USB",
                files: ["online": "1", "voltage_now": "20000000", "current_now": "5000000"]))
        var sampler = try Sampler(SensorSet(only: [PowerSupplySensor(roots: machine.roots)]))
        _ = sampler.snapshot()
        let snapshot = sampler.snapshot()
        let id = "supply/tcpm-source-psy-1-0022/power"
        #expect(sampler.topology.channels.first { $0.id == id }?.provenance == .nominal)
        #expect(snapshot[channel: id]?.value == 100)
        #expect(snapshot[channel: id]?.power == nil)
        #expect(snapshot[channel: id]?.energy == nil)
        #expect(snapshot.host.isEmpty)
        let supply = try #require(SensorSet.Selection("supply"))
        let whole = SensorSet(roots: machine.roots, selections: [supply], wholes: [id: .wall])
        #expect(whole.discover().scopes.isEmpty)
    }
}
