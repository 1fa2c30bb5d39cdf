import CAllocationCounter
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct AllocationTests {
    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `a sample of eight counters allocates nothing`() throws {
        let parts = ["core", "uncore", "dram"].map { MockZone(name: $0, power: Watts(20)) }
        let zones = (0..<2).map { MockZone(name: "package-\($0)", power: Watts(100), children: parts) }
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: zones))
        var sampler = try Sampler(SensorSet(roots: machine.roots))
        #expect(sampler.topology.channels.count == 8)

        // What is allocated only once, such as types' metadata, is allocated now.
        sampler.sample()
        try machine.advanceAll(by: .microseconds(50))
        sampler.sample()

        var allocations: UInt64 = 0
        for _ in 0..<1000 {
            try machine.advanceAll(by: .microseconds(50))
            let before = callocationcounter_count()
            sampler.sample()
            allocations += callocationcounter_count() - before
        }
        #expect(allocations == 0)
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels.allSatisfy { ($0.energy?.rawValue ?? 0) > 0 }, "every counter was read, and moved")
    }

    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `a sample of chips, supplies and groups allocates nothing, also when the slow ones are due`() throws {
        let machine = try MockMachine()
        try machine.add(
            .chip(
                "ina3221", hardware: "i2c-1/1-0040",
                files: ["in1_input": "5000", "curr1_input": "-100", "energy1_input": "7", "temp1_input": "40000"]))
        try machine.add(
            .supply(
                "BAT0",
                files: [
                    "status": "Not charging", "current_now": "1", "voltage_now": "2", "capacity": "7", "present": "1",
                ]))
        try machine.sysfs.write("1.5\n", to: "fs/resctrl/mon_data/mon_PERF_PKG_00/core_energy")
        let sensors: [any Sensor] = [
            HwmonSensor(roots: machine.roots), PowerSupplySensor(roots: machine.roots),
            ResctrlSensor(roots: machine.roots),
        ]
        var sampler = try Sampler(SensorSet(only: sensors))
        for _ in 0..<3 { sampler.sample() }
        var allocations: UInt64 = 0
        for _ in 0..<3 {
            usleep(500_000)
            for _ in 0..<100 {
                let before = callocationcounter_count()
                sampler.sample()
                allocations += callocationcounter_count() - before
            }
        }
        #expect(allocations == 0)
        let missing = sampler.snapshot().channels.filter { $0.status != .ok && $0.status != .warmingUp }
        #expect(missing.map(\.status) == [.absent], "the battery that does not discharge")
    }

    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `a battery that shows neither its direction nor its rate is read without an allocation`() throws {
        let machine = try MockMachine()
        let battery = try machine.add(
            .supply("BAT0", files: ["status": "Unknown", "voltage_now": "12000000", "energy_now": "40000000"]))
        // A port with a status, since Swift Testing records a backtrace, on the heap, for every error that is thrown.
        try machine.add(.supply("usb", type: "USB", files: ["online": "0", "status": "Not charging"]))
        let start = SampleInstant(boottimeNanoseconds: 1 << 40, monotonicNanoseconds: 1 << 40)
        let instant = Locked(start)
        let sensor = PowerSupplySensor(roots: machine.roots, now: { instant.withLock { $0 } })
        let channels = sensor.discover().channels.filter { $0.component.supply == "BAT0" }
        var reader = sensor.open(channels)
        var readings: [Reading] = []
        readings.reserveCapacity(channels.count)
        var allocations: UInt64 = 0
        for second in 0..<100 {
            try battery.write("\(40_000_000 - second * 2500)", to: "energy_now")
            instant.withLock { $0 = $0.advanced(by: .seconds(1)) }
            readings.removeAll(keepingCapacity: true)
            let before = callocationcounter_count()
            readings.append(addingCapacity: channels.count) { reader.readChannels(into: &$0) }
            if second > 3 { allocations += callocationcounter_count() - before }
        }
        #expect(allocations == 0)
        let index = try #require(channels.firstIndex { $0.countsIn == .battery })
        #expect(abs((readings[index].value ?? 0) - 9) < 0.1)
    }

    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `raising an estimate to what is measured allocates nothing`() {
        let meter = Channel(
            id: "hwmon/meter/power1", sensor: .hwmon, mechanism: "sysfs", quantity: .power, encoding: .gauge,
            component: Component(id: "meter", kind: .chip))
        var estimate = Channel(
            id: "estimator/host", sensor: .estimator, mechanism: "model", quantity: .energy,
            encoding: .counter(.counts(unit: .microjoules(1), lastCount: .max)), component: .host)
        estimate.provenance = .estimated
        estimate.countsIn = .wall
        let channels = [meter, estimate]
        var accumulator = ChannelAccumulator(channels)
        var readings: [Reading] = [.value(800), .count(1)]
        var instant = SampleInstant.now
        var allocations: UInt64 = 0
        for step in 1...1000 {
            readings[1] = .count(UInt64(step) * 1_000_000)
            instant = instant.advanced(by: .milliseconds(100))
            let before = callocationcounter_count()
            accumulator.record(readings.span, began: instant, ended: instant)
            if step > 3 { allocations += callocationcounter_count() - before }
        }
        #expect(allocations == 0)
        #expect(accumulator.findings(channels, at: instant).map(\.reason) == [.raised])
    }

    /// Events that count the samples without allocating.
    private final class CountingEvents: EventSource {
        private let reads = Atomic<UInt64>(0)

        func isShown(in sysfs: SystemRoot) -> Bool { true }

        // The last one is refused, so that another mechanism reads it.
        func open(_ event: EventCode, processor: Int, leader: CInt, isPinned: Bool) -> CInt {
            event.config == 5 ? -EINVAL : 1000
        }

        func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int {
            let count = reads.add(1, ordering: .relaxed).newValue
            return unsafe values.withUnsafeMutableBufferPointer { values in
                unsafe values[0] = UInt64(values.count - 3)
                unsafe values[1] = count
                unsafe values[2] = count
                for index in 3..<values.count { unsafe values[index] = count << 18 }
                return 8 * values.count
            }
        }

        func close(_ descriptor: CInt) {}
    }

    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `a sample by perf, powercap and registers at once allocates nothing`() throws {
        let machine = try MockMachine()
        try machine.set(.smallServer(sockets: 1))
        try machine.add(.intelClient())
        try machine.add(pmu: .intelClient())
        try machine.addRegisters([0x606: 0xA_0E03, 0x611: 5, 0x619: 6, 0x639: 7])
        let perf = RAPLSensor(roots: machine.roots, events: CountingEvents())
        var both = try Sampler(SensorSet(only: [perf]))
        #expect(Set(both.topology.channels.map(\.mechanism)) == ["perf", "powercap"])
        var registers = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots, mechanisms: [.msr])]))
        #expect(registers.topology.channels.count == 3)
        for _ in 0..<40 {
            both.sample()
            registers.sample()
        }
        let before = callocationcounter_count()
        for _ in 0..<1000 {
            both.sample()
            registers.sample()
        }
        let allocations = callocationcounter_count() - before
        #expect(allocations == 0)
        #expect(both.snapshot()[channel: "rapl/package-0"]?.energy == Joules(1040.0 / 16384))
    }

    /// A chip whose readings are how often the thread that reads it has asked for memory.
    private struct CountingChip: Sensor {
        let name: SensorName

        func discover() -> Discovery {
            var channel = Channel(
                id: "\(name)/allocations", sensor: name, mechanism: "test", quantity: .temperature, encoding: .gauge,
                component: .host)
            channel.mayBlock = true
            return Discovery(channels: [channel])
        }

        func open(_ channels: [Channel]) -> any SensorReader { Reader(channels: channels) }

        private struct Reader: SensorReader {
            let channels: [Channel]

            func readChannels(into readings: inout OutputSpan<Reading>) {
                readings.append(.value(Double(callocationcounter_count())))
            }
        }
    }

    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `reading a chip beside the samples allocates nothing, on neither thread`() throws {
        var sampler = try Sampler(
            SamplingConfiguration(
                sensors: SensorSet(only: [CountingChip(name: SensorName("chip"))]), readsSlowSourcesOnThreads: true))
        var shown: Set<Double> = []
        var allocations: UInt64 = 0
        for round in 0..<110 {
            let before = callocationcounter_count()
            sampler.sample { _, readings in
                let after = callocationcounter_count()
                guard round >= 10 else { return }
                allocations += after - before
                if let value = readings[0].value { shown.insert(value) }
            }
        }
        #expect(allocations == 0)
        #expect(shown.count == 1, "the thread that reads the chip has asked for memory")
    }
}
