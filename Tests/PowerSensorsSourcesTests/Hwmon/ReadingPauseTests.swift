import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Devices that are awake but idle are left alone for a while, so that they can fall asleep.
struct ReadingPauseTests {
    private let power = "hwmon/amdgpu/0000:0a:00.0/power1_average"

    /// Writes a power and returns what a sample shows, in watts.
    private func shown(_ watts: Int, _ machine: SleepyMachine, _ sampler: inout Sampler) throws -> Double? {
        machine.clock.advance(by: .seconds(1))
        try machine.chip.write("\(watts)000000", to: "power1_average")
        return sampler.snapshot()[channel: power]?.value
    }

    @Test func `an idle device is left alone for as long as it takes to fall asleep`() throws {
        let machine = try SleepyMachine(status: "active")
        var sampler = try machine.sampler()
        var values: [Double?] = []
        for watts in 1...12 { values.append(try shown(watts, machine, &sampler)) }
        // 3 s until it falls asleep, and 2 s more.
        #expect(values == [1, 2, 2, 2, 2, 2, 7, 8, 9, 10, 11, 12])
        let energy = try #require(sampler.snapshot()[channel: power]?.energy)
        #expect(energy == Joules(1.5 + 22.5 + 47.5), "what it did not sleep through is integrated")
        machine.clock.advance(by: .seconds(60))
        values = []
        for watts in 1...4 { values.append(try shown(watts, machine, &sampler)) }
        #expect(values == [1, 1, 1, 1], "after a minute it gets another chance")
    }

    @Test func `a pause holds for every reader of the device`() throws {
        let machine = try SleepyMachine(status: "active")
        let sensor = machine.sensor()
        let channels = sensor.discover().channels
        var power = sensor.open([channels[0]])
        var temperature = sensor.open([channels[1]])
        func read(_ reader: inout any SensorReader) -> Double? {
            var readings: [Reading] = []
            readings.append(addingCapacity: 1) { reader.readChannels(into: &$0) }
            return readings[0].value
        }
        #expect(read(&temperature) == 41)
        _ = (read(&power), read(&power))
        try machine.chip.write("50000", to: "temp1_input")
        #expect(read(&temperature) == 41)
        // A new reader, as after a hot-plug, has nothing to repeat.
        var other = sensor.open([channels[1]])
        #expect(read(&other) == 50)
        machine.clock.advance(by: .seconds(5))
        #expect(read(&temperature) == 50)
    }

    struct Use: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var watts = 9
        var files: [String: String] = [:]
    }

    @Test(arguments: [
        Use(testDescription: "it draws much", watts: 95),
        Use(testDescription: "the kernel knows a user", files: ["runtime_usage": "1"]),
        Use(testDescription: "it never sleeps", files: ["control": "on"]),
        Use(testDescription: "it falls asleep at once when nobody uses it", files: ["autosuspend_delay_ms": "-"]),
        Use(testDescription: "it never falls asleep", files: ["autosuspend_delay_ms": "-1"]),
    ])
    func `a device that is in use or never sleeps is read on every sample`(use: Use) throws {
        let machine = try SleepyMachine(status: "active")
        for (file, text) in use.files { try machine.write(text, to: file) }
        var sampler = try machine.sampler()
        for step in 0..<8 {
            let watts = use.watts + step
            let value = try shown(watts, machine, &sampler)
            #expect(value == Double(watts))
        }
    }

    // MARK: What shows that a device is idle

    /// The only reading of a reader.
    private func read(_ reader: inout any SensorReader) -> Reading? {
        var readings: [Reading] = []
        readings.append(addingCapacity: 1) { reader.readChannels(into: &$0) }
        return readings.first
    }

    @Test(arguments: ["ignored", "ignored by sensors3.conf", "switched off"])
    func `a device whose power is left out is left alone by the readers of its other values`(how: String) throws {
        let machine = try SleepyMachine(
            status: "active",
            files: [
                "power1_average": "8000000", "power1_enable": how == "switched off" ? "0" : "1", "temp1_input": "41000",
            ])
        let sensor = how == "ignored" ? machine.sensor(ignoring: power) : machine.sensor()
        var discovery = sensor.discover()
        if how == "ignored by sensors3.conf" {
            let catalogue = LibSensors.Catalogue([machine.chip.path: ["temp1_input": .init(isComputed: false)]])
            sensor.apply(catalogue, to: &discovery)
        }
        #expect(discovery.channels.map(\.id) == ["hwmon/amdgpu/0000:0a:00.0/temp1"])
        var reader = sensor.open(discovery.channels)
        var values: [Double?] = []
        for degrees in 1...8 {
            machine.clock.advance(by: .seconds(1))
            try machine.chip.write("\(degrees)000", to: "temp1_input")
            values.append(read(&reader)?.value)
        }
        #expect(values == [1, 2, 2, 2, 2, 2, 7, 8])
    }

    struct Card: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var files: [String: String]
        /// How much the energy of the card and that of its tile advance each second, in watts.
        var watts = [0, 0]
        let shown: [Int]
    }

    @Test(arguments: [
        Card(
            testDescription: "an energy counter under load", files: ["energy1_input": "0"], watts: [200, 0],
            shown: Array(1...9)),
        Card(
            testDescription: "an energy counter of an idle card", files: ["energy1_input": "0"], watts: [9, 0],
            shown: [1, 2, 2, 2, 2, 2, 2, 8, 9]),
        Card(
            testDescription: "a tile that draws little in a card that draws much",
            files: ["energy1_input": "0", "tile": "0"], watts: [200, 9], shown: Array(1...9)),
        Card(
            testDescription: "a power that is derived", files: ["in1_input": "12000", "curr1_input": "16667"],
            shown: Array(1...9)),
        Card(
            testDescription: "a derived power of an idle card", files: ["in1_input": "12000", "curr1_input": "750"],
            shown: [1, 1, 1, 1, 1, 1, 7, 8, 9]),
    ])
    func `all that shows a device's use is considered`(card: Card) throws {
        var files = card.files
        files["temp1_input"] = "0"
        let machine = try SleepyMachine(status: "active", name: "card", files: files.filter { $0.key != "tile" })
        let tile = try card.files["tile"].map {
            try machine.mock.add(.chip("card_gt0", hardware: SleepyMachine.device, files: ["energy1_input": $0]))
        }
        let sensor = machine.sensor()
        // Each channel has a reader, and power comes first.
        var readers = sensor.discover().channels.map { sensor.open([$0]) }
        let temperature = try #require(readers.indices.first { readers[$0].channels[0].quantity == .temperature })
        var values: [Int?] = []
        for second in 1...9 {
            machine.clock.advance(by: .seconds(1))
            try machine.chip.write("\(second)000", to: "temp1_input")
            for (chip, watts) in zip([machine.chip, tile].compactMap(\.self), card.watts)
            where files["energy1_input"] != nil { try chip.write("\(second * watts * 1_000_000)", to: "energy1_input") }
            var value: Double?
            for index in readers.indices {
                let reading = read(&readers[index])
                if index == temperature { value = reading?.value }
            }
            values.append(value.map { Int($0) })
        }
        #expect(values == card.shown)
    }

    @Test func `a card is not left alone for longer than a minute, but a disk may be`() throws {
        let card = try SleepyMachine(status: "active", delay: "3600000")
        var sampler = try card.sampler()
        for watts in 1...6 {
            let value = try shown(watts, card, &sampler)
            #expect(value == Double(watts))
        }
        let disk = try SleepyMachine(
            status: "active", delay: "600000", name: "drivetemp", files: ["temp1_input": "41000"])
        let sensor = disk.sensor()
        var reader = sensor.open(sensor.discover().channels)
        _ = (read(&reader), read(&reader))
        let opened = try disk.openedFiles()
        disk.clock.advance(by: .seconds(601))
        #expect(read(&reader)?.status == .asleep)
        #expect(opened.drain() == [])
        disk.clock.advance(by: .seconds(2))
        #expect(read(&reader)?.value == 41)
    }

    @Test func `it is not asked at every sample whether an idle device is held awake`() throws {
        let machine = try SleepyMachine(status: "active")
        try machine.write("1", to: "runtime_usage")
        let opened = try OpenedFiles(in: [SleepyMachine.power], of: machine.mock)
        var sampler = try machine.sampler()
        for watts in 1...3 { _ = try shown(watts, machine, &sampler) }
        #expect(opened.drain().contains("runtime_usage"))
        for watts in 1...5 { _ = try shown(watts, machine, &sampler) }
        #expect(!opened.drain().contains("runtime_usage"))
        for watts in 1...6 { _ = try shown(watts, machine, &sampler) }
        #expect(opened.drain().contains("runtime_usage"))
    }
}
