import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// How chips are read repeatedly.
@Suite(.timeLimit(.minutes(1)))
struct HwmonSamplingTests {
    @Test func `power is integrated by the trapezoid rule, and energy is counted`() throws {
        let machine = try MockMachine()
        let chip = try machine.add(
            .chip("ina238", hardware: "i2c-1/1-0040", files: ["power1_input": "10000000", "energy1_input": "5000000"]))
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: machine.roots)]), now: { clock.instant })
        _ = sampler.snapshot()
        clock.advance(by: .seconds(2))
        try chip.write("30000000", to: "power1_input")
        try chip.write("45000000", to: "energy1_input")
        let snapshot = sampler.snapshot()
        let power = try #require(snapshot[channel: "hwmon/ina238/1-0040/power1"])
        #expect(power.energy == Joules(40))
        #expect(power.power == Watts(20))
        #expect(power.value == 30)
        let energy = try #require(snapshot[channel: "hwmon/ina238/1-0040/energy1"])
        #expect(energy.energy == Joules(40))
    }

    @Test func `power that flows back has a negative mean, and reduces no energy`() throws {
        let machine = try MockMachine()
        let chip = try machine.add(.chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "10000000"]))
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: machine.roots)]), now: { clock.instant })
        _ = sampler.snapshot()
        clock.advance(by: .seconds(2))
        _ = sampler.snapshot()
        try chip.write("-30000000", to: "power1_input")
        clock.advance(by: .seconds(2))
        _ = sampler.snapshot()
        clock.advance(by: .seconds(2))
        let power = try #require(sampler.snapshot().channels.first)
        #expect(power.power == Watts(-30))
        #expect(power.energy == Joules(30))
    }

    @Test func `a decreasing counter was reset, and the gap is ambiguous`() throws {
        let machine = try MockMachine()
        let chip = try machine.add(
            .chip("ltc2947", hardware: "i2c-1/1-005c", files: ["energy1_input": "90000000"]))
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: machine.roots)]), now: { clock.instant })
        for number in ["90000000", "95000000", "1000000", "2000000", "3000000"] {
            try chip.write(number, to: "energy1_input")
            clock.advance(by: .seconds(1))
            sampler.sample()
        }
        let energy = try #require(sampler.snapshot().channels.first)
        #expect(energy.resets == 1)
        #expect(try #require(energy.energy) >= Joules(7))
        #expect(energy.ambiguousEnergy > Joules(0))
    }

    @Test func `temperatures and voltages are read once a second, and power on every sample`() throws {
        let machine = try MockMachine()
        let chip = try machine.add(
            .chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "1000000", "in0_input": "1000"]))
        var sampler = try Sampler(SensorSet(only: [HwmonSensor(roots: machine.roots)]))
        sampler.sample()
        try chip.write("2000000", to: "power1_input")
        try chip.write("2000", to: "in0_input")
        let soon = sampler.snapshot()
        #expect(soon[channel: "hwmon/ina226/1-0040/power1"]?.value == 2)
        #expect(soon[channel: "hwmon/ina226/1-0040/in0"]?.value == 1)
        usleep(1_100_000)
        #expect(sampler.snapshot()[channel: "hwmon/ina226/1-0040/in0"]?.value == 2)
    }

    @Test func `a slow chip is detected once, and has its own reading interval`() throws {
        let machine = try MockMachine()
        let slow = try machine.add(
            .chip("bmc", hardware: "ipmi.0", files: ["power1_input": "1000000", "power2_input": "2000000"]))
        try slow.inject(.delayed(by: .milliseconds(120)), at: "power1_input")
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "3000000"]))
        let sensor = HwmonSensor(roots: machine.roots)
        let channels = sensor.discover().channels
        let quick = try #require(channels.first { $0.component.chip == "ina226" })
        #expect(quick.readingInterval == nil)
        let others = channels.filter { $0.component.chip == "bmc" }
        #expect(others.count == 2)
        // Twenty times what reading both of them takes, although only one was read.
        #expect(others.allSatisfy { ($0.readingInterval ?? .zero) >= .milliseconds(4800) })
        #expect(others.last?.readCost == nil, "the first one took so long that the second was not asked")
        let began = ContinuousClock.now
        #expect(sensor.discover().channels.map(\.id) == channels.map(\.id))
        #expect(ContinuousClock.now - began < .milliseconds(120), "one read of it takes as long")
    }

    @Test func `a slow chip is remembered although a value fails, and what failed at once is read again`() throws {
        let machine = try MockMachine()
        let slow = try machine.add(
            .chip(
                "bmc", hardware: "ipmi.0",
                files: ["power1_input": "1000000", "temp1_input": "41000", "temp2_input": "none"]))
        for file in ["power1_input", "temp2_input"] { try slow.inject(.delayed(by: .milliseconds(20)), at: file) }
        try slow.inject(.failing(errno: EIO), at: "temp1_input")
        let sensor = HwmonSensor(roots: machine.roots)
        #expect(sensor.discover().channels.map(\.status) == [.ok, .io(errno: EIO), .io(errno: EBADMSG)])
        try slow.restore("temp1_input")
        try slow.write("42000", to: "temp2_input")
        let opened = try OpenedFiles(in: [slow.path], of: machine)
        let second = sensor.discover()
        #expect(second.channels.map(\.status) == [.ok, .ok, .io(errno: EBADMSG)])
        #expect(opened.drain() == [".", "name", "temp1_input"])
        #expect(second.findings.map(\.reason.name) == ["io"])
    }

    @Test func `a chip whose limits are slow is not asked for all of them, and only once`() throws {
        let machine = try MockMachine()
        let slow = try machine.add(
            .chip(
                "power_meter", hardware: "ACPI000D:00",
                files: [
                    "power1_average": "1000000", "power1_cap": "90000000", "power2_average": "2000000",
                    "power2_label": "two", "power2_cap": "90000000",
                ]))
        try slow.inject(.delayed(by: .milliseconds(120)), at: "power1_cap")
        let sensor = HwmonSensor(roots: machine.roots)
        let opened = try OpenedFiles(in: [slow.path], of: machine)
        let channels = sensor.discover().channels
        #expect(channels.map(\.label) == [nil, "two"])
        let names = opened.drain()
        #expect(names.contains("power1_cap") && !names.contains("power2_cap"))
        #expect(sensor.discover().channels == channels)
        #expect(Set(opened.drain()).isSubset(of: [".", "name"]))
    }

    @Test func `a chip that stops answering delays neither the others nor the end`() async throws {
        let machine = try MockMachine()
        // Slow chips of 20 ms each, so that both are read in the background.
        let names = ["ipmi.0", "ipmi.1"]
        let chips = try names.map { try machine.add(.chip("bmc", hardware: $0, files: ["power1_input": "1000000"])) }
        for chip in chips { try chip.inject(.delayed(by: .milliseconds(20)), at: "power1_input") }
        let monitor = try PowerMonitor(
            MonitorConfiguration(
                sensors: SensorSet(only: [HwmonSensor(roots: machine.roots)]), interval: .milliseconds(5)))
        var iterator = monitor.snapshots(every: .milliseconds(5)).makeAsyncIterator()
        var snapshot = try #require(await iterator.next())
        while !snapshot.channels.allSatisfy({ $0.status == .ok }) { snapshot = try #require(await iterator.next()) }

        try chips[0].inject(.delayed(by: .seconds(30)), at: "power1_input")
        try chips[1].write("7000000", to: "power1_input")
        while snapshot.channels[1].value != 7 { snapshot = try #require(await iterator.next()) }
        while snapshot.channels[0].status != .stale { snapshot = try #require(await iterator.next()) }
        #expect(snapshot.channels[1].status == .ok)
        let began = ContinuousClock.now
        monitor.stop()
        #expect(ContinuousClock.now - began < .seconds(25), "the read that is under way takes longer")
    }

    @Test func `a slow chip does not delay a Sampler's loop either`() throws {
        let machine = try MockMachine()
        let slow = try machine.add(.chip("bmc", hardware: "ipmi.0", files: ["power1_input": "1000000"]))
        try slow.inject(.delayed(by: .milliseconds(20)), at: "power1_input")
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "3000000"]))
        let bound = SensorSet(only: [HwmonSensor(roots: machine.roots)]).bind()
        try slow.inject(.delayed(by: .seconds(20)), at: "power1_input")
        var sampler = try Sampler(SamplingConfiguration(readsSlowSourcesOnThreads: true), bound)
        let began = ContinuousClock.now
        var snapshot = sampler.snapshot()
        for _ in 0..<20 { snapshot = sampler.snapshot() }
        #expect(ContinuousClock.now - began < .seconds(15), "one read of the slow chip takes longer")
        let names = zip(snapshot.topology.channels, snapshot.channels).map { ($0.component.chip ?? "", $1) }
        #expect(names.first { $0.0 == "bmc" }?.1.status == .warmingUp)
        #expect(names.first { $0.0 == "ina226" }?.1.value == 3)
    }

    @Test func `a chip number that another chip gets is not read as the first chip`() throws {
        let machine = try MockMachine()
        let chip = try machine.add(
            .chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "1000000"]))
        let sensor = HwmonSensor(roots: machine.roots)
        let mark = sensor.discoveryFingerprint()
        let channels = sensor.discover().channels
        try machine.remove(chip)
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0041", files: ["power1_input": "9000000"]))
        #expect(sensor.discoveryFingerprint() != mark)
        var readings: [Reading] = []
        var reader = sensor.open(channels)
        readings.append(addingCapacity: 1) { reader.readChannels(into: &$0) }
        #expect(readings.map(\.status) == [.absent])
        #expect(sensor.discover().channels.map(\.id) == ["hwmon/ina226/1-0041/power1"])
    }

    @Test func `more power than is possible is implausible`() throws {
        let machine = try MockMachine()
        try machine.add(.chip("max34440", hardware: "i2c-1/1-0040", files: ["power1_input": "5000000000"]))
        var sampler = try Sampler(
            SensorSet(only: [HwmonSensor(roots: machine.roots, maximumPower: Watts(1000))]))
        #expect(sampler.snapshot().channels.map(\.status) == [.implausible])
    }

    @Test func `beyond the limit of open files, all but power files are opened for each read`() throws {
        let machine = try MockMachine()
        let voltages = (0..<30).map { ("in\($0)_input", "\($0 * 100)") }
        let files = Dictionary(uniqueKeysWithValues: voltages + [("power1_input", "7000000")])
        let chip = try machine.add(.chip("ucd9000", hardware: "i2c-1/1-0040", files: files))
        let sensor = HwmonSensor(roots: machine.roots, descriptorBudget: 10)
        var sampler = try Sampler(SensorSet(only: [sensor]))
        let values = sampler.snapshot().channels.compactMap(\.value)
        let expected: [Double] = (0..<30).map { Double($0 * 100) / 1000 }
        #expect(values.first == 7)
        #expect(Array(values.dropFirst()) == expected)
        let folder = machine.sysfs.path
        let kept = try SystemRoot(path: "/proc/self/fd", mountPoint: "/proc/self/fd").list("").filter { name in
            var target = [CChar](repeating: 0, count: 4096)
            let count = unsafe readlink("/proc/self/fd/\(name)", &target, target.count)
            let path = String(decoding: target.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return path.hasPrefix(folder) && path.hasSuffix("_input")
        }
        #expect(kept.count == 1)
        try chip.inject(.missing, at: "in3_input")
        usleep(1_050_000)
        let missing = sampler.snapshot().channels.map(\.status).filter { $0 != .ok }
        #expect(missing == [.absent])
        #expect(SensorConformance.check(HwmonSensor(roots: machine.roots, descriptorBudget: 10), isStill: true) == [])
    }
}
