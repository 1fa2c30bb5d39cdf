import Glibc
import PowerSensors
import PowerSensorsTestSupport
import Testing

struct SamplerTests {
    private let joule: UInt64 = 16_384
    private let clock = ManualClock()

    @Test func `the first snapshot has energies of 0 and no power, the second has both`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        var sampler = try sampler([sensor])
        sensor.show(.count(1000))
        let first = sampler.snapshot()
        #expect(first.interval == nil)
        #expect(first.channels[0].status == .warmingUp)
        #expect(first.channels[0].energy == Joules(0))
        #expect(first.channels[0].power == nil)
        #expect(first.headline?.status == .warmingUp)

        clock.advance(by: .seconds(2))
        sensor.show(.count(1000 + 82 * joule))
        let second = sampler.snapshot()
        #expect(second.interval == .seconds(2))
        #expect(second.channels[0].status == .ok)
        #expect(second.channels[0].energy == Joules(82))
        #expect(second.channels[0].power == Watts(41))
        #expect(second.headline?.power == Watts(41))
    }

    @Test func `a channel fails alone, and a sum that lacks it is unknown rather than smaller`() throws {
        let sensor = ScriptedSensor(channels: [
            .counter("package-0"), .counter("package-1"), .counter("psys", scope: .platform, domain: "psys"),
        ])
        var sampler = try sampler([sensor])
        sensor.show(.count(1000), .count(1000), .count(1000))
        _ = sampler.snapshot()
        clock.advance(by: .seconds(1))
        sensor.show(.count(1000 + 10 * joule), .missing(.io(errno: 5)), .count(1000 + 30 * joule))
        let broken = sampler.snapshot()
        #expect(broken.channels[0].power == Watts(10))
        #expect(broken.channels[1].status == .io(errno: 5))
        #expect(broken.channels[1].energy == nil)
        #expect(broken.host.map(\.status) == [.partial, .ok])
        #expect(broken.host.map(\.power) == [nil, Watts(30)])
        #expect(broken.host.map(\.energy) == [nil, Joules(30)])

        // The energy used meanwhile is counted when the channel returns.
        clock.advance(by: .seconds(1))
        sensor.show(.count(1000 + 20 * joule), .count(1000 + 40 * joule), .count(1000 + 60 * joule))
        let mended = sampler.snapshot()
        #expect(mended.channels[1].energy == Joules(40))
        #expect(mended.channels[1].power == Watts(20), "the mean since it was last read")
        #expect(mended.host[0].energy == Joules(60))
        #expect(mended.host[0].power == Watts(30))
    }

    @Test func `a source that is updated every second shows steady power when read every 100 ms`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        var sampler = try sampler([sensor])
        var count: UInt64 = 5
        var powers: [Watts?] = []
        for tick in 0..<100 {
            if tick % 10 == 4 { count += 50 * joule }
            sensor.show(.count(count))
            powers.append(sampler.snapshot().channels[0].power)
            clock.advance(by: .milliseconds(100))
        }
        let known = powers.compactMap(\.self)
        #expect(known.allSatisfy { abs($0.rawValue - 50) < 1e-6 }, "\(known)")
        #expect(powers.dropFirst(15).allSatisfy { $0 != nil })
    }

    @Test func `an unchanged counter keeps its power for its update period, then shows 0 W`() throws {
        let sensor = ScriptedSensor(channels: [.counter("uncore", scope: nil)])
        var sampler = try sampler([sensor])
        var count: UInt64 = 5
        for _ in 0..<50 {
            count += 2 * joule
            sensor.show(.count(count))
            _ = sampler.snapshot()
            clock.advance(by: .seconds(2))
        }
        #expect(sampler.snapshot().channels[0].power == Watts(0), "RAPL renews its count every millisecond")
        clock.advance(by: .seconds(3600))
        _ = sampler.snapshot()
        // After an hour without a change, 20 J within two seconds are 10 W and not 20 J an hour.
        clock.advance(by: .seconds(2))
        sensor.show(.count(count + 20 * joule))
        #expect(sampler.snapshot().channels[0].power == Watts(10))
    }

    @Test func `a frozen package shows 0 W, and a finding says that this is impossible`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("uncore", scope: nil, domain: "uncore")])
        var sampler = try sampler([sensor])
        sensor.show(.count(7), .count(7))
        for _ in 0..<6 {
            _ = sampler.snapshot()
            clock.advance(by: .seconds(2))
        }
        #expect(sampler.snapshot().channels.map(\.power) == [Watts(0), Watts(0)])
        let findings = sampler.findings()
        #expect(findings.map(\.reason.name) == ["frozen"])
        #expect(findings.map(\.subject) == ["scripted/package-0"])
    }

    @Test(arguments: [
        (ReadingStatus.io(errno: EIO), "io", "Input/output error. Remedy: See whether its driver says why: sudo dmesg"),
        (.io(errno: EMFILE), "io", "Too many open files. Remedy: Allow this process more open files: ulimit -n 65536"),
        (.forbidden, "forbidden", "the permission to read it is gone. Remedy: Give it back, or run this as root."),
    ])
    func `what can no longer be read is a finding until it can be`(
        status: ReadingStatus, reason: String, text: String
    ) throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("dram", domain: "dram")])
        var sampler = try sampler([sensor])
        sensor.show(.count(7), .count(7))
        _ = sampler.snapshot()
        #expect(sampler.findings().isEmpty)
        clock.advance(by: .seconds(1))
        sensor.show(.missing(status), .count(9))
        _ = sampler.snapshot()
        let finding = try #require(sampler.findings().first)
        #expect(sampler.findings().count == 1 && finding.reason.name == reason)
        #expect("\(finding)".contains("scripted/package-0 could be read, and cannot any more: \(text)"), "\(finding)")
        clock.advance(by: .seconds(1))
        sensor.show(.count(9), .count(11))
        _ = sampler.snapshot()
        #expect(sampler.findings().isEmpty)
    }

    @Test func `a counter that stays 0 is absent, and the sum does not lack it`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("dram", domain: "dram")])
        var sampler = try sampler([sensor])
        sensor.show(.count(7), .count(0))
        _ = sampler.snapshot()
        clock.advance(by: .seconds(1))
        sensor.show(.count(7 + joule), .count(0))
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels[1].status == .absent)
        #expect(snapshot.channels[1].power == nil)
        #expect(snapshot.headline?.power == Watts(1))
    }

    @Test func `a reset shows no spike, and power comes back with the next reading`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        var sampler = try sampler([sensor])
        var powers: [Watts?] = []
        for count in [1_000_000_000, 1_000_000_000 + 20 * joule, 5 * joule, 15 * joule, 25 * joule] {
            sensor.show(.count(count))
            powers.append(sampler.snapshot().channels[0].power)
            clock.advance(by: .seconds(1))
        }
        #expect(powers == [nil, Watts(20), nil, nil, Watts(10)])
        #expect(sampler.snapshot().channels[0].resets == 1)
    }

    @Test func `readings are lent in the topology's order, with the sample's instants`() throws {
        let sensor = ScriptedSensor(channels: [.counter("a"), .counter("b")])
        var sampler = try sampler([sensor])
        sensor.show(.count(1), .count(2))
        let counts = sampler.sample { info, readings in
            #expect(info.generation == 1)
            #expect(info.began == clock.instant)
            return (readings[0].count, readings[1].count)
        }
        #expect(counts == (1, 2))
    }

    @Test func `a reader that gives too few readings does not shift those of others`() throws {
        let short = ScriptedSensor("short", channels: [.counter("a", of: "short"), .counter("b", of: "short")])
        short.show(.count(1))
        let other = ScriptedSensor("other", channels: [.counter("c", of: "other")])
        other.show(.count(3))
        var sampler = try sampler([short, other])
        let counts = sampler.sample { _, readings in readings.indices.map { readings[$0].count } }
        #expect(counts == [1, nil, 3])
    }

    @Test func `two sensors of one name each read their own channels`() throws {
        let one = ScriptedSensor(channels: [.counter("a")])
        let other = ScriptedSensor(channels: [.counter("b")])
        one.show(.count(1))
        other.show(.count(2))
        var sampler = try sampler([one, other])
        let counts = sampler.sample { _, readings in readings.indices.map { readings[$0].count } }
        #expect(counts == [1, 2])
    }

    @Test func `a channel that names another sensor is left out with a finding`() throws {
        let sensor = ScriptedSensor("mine", channels: [.counter("a", of: "mine"), .counter("b", of: "theirs")])
        sensor.show(.count(1))
        var sampler = try sampler([sensor])
        let count = sampler.sample { _, readings in readings.count }
        #expect(count == 1)
        #expect(sampler.topology.findings.map(\.subject) == ["theirs/b"])
    }

    @Test func `a sensor that cannot be opened has a finding with the reason`() throws {
        var sampler = try sampler([BrokenSensor()])
        #expect(sampler.snapshot().channels.map(\.status) == [.forbidden])
        #expect(sampler.findings().map(\.text) == ["/sys/broken: Permission denied"])
    }

    @Test func `a sample that is too late shows the lowest possible power and the highest, and none as its own`() throws
    {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        var sampler = try sampler([sensor])
        sensor.show(.count(5))
        _ = sampler.snapshot()
        clock.advance(by: .seconds(1))
        sensor.show(.count(6))
        _ = sampler.snapshot()
        // 450 W for ten minutes are 270 kJ, slightly more than the range of 262 kJ.
        clock.advance(by: .seconds(600))
        sensor.show(.count((6 + 450 * 600 * joule) % (1 << 32)))
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels[0].status == .ambiguous)
        #expect(snapshot.channels[0].power == nil)
        #expect((snapshot.channels[0].low?.rawValue ?? .nan) < 450)
        #expect((snapshot.channels[0].high?.rawValue ?? 0) > 450)
        #expect((snapshot.headline?.high?.rawValue ?? 0) > 450)
    }

    @Test func `power that is only a gauge is integrated, and its mean is over the interval`() throws {
        var channel = Channel(
            id: "scripted/meter", sensor: SensorName("scripted"), mechanism: "script", quantity: .power,
            encoding: .gauge, component: .host)
        channel.countsIn = .platform
        let sensor = ScriptedSensor(channels: [channel])
        var sampler = try sampler([sensor])
        for watts in [10.0, 10, 30] {
            sensor.show(.value(watts))
            sampler.sample()
            clock.advance(by: .seconds(1))
        }
        _ = sampler.snapshot()
        for watts in [30.0, 50, 70] {
            clock.advance(by: .seconds(1))
            sensor.show(.value(watts))
            sampler.sample()
        }
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels[0].power == Watts((30 + 40 + 60) / 3.0))
        #expect(snapshot.channels[0].value == 70)
        let longest = sampler.longestSafeInterval
        #expect(longest == .seconds(20), "what is not bridged would be lost")
    }

    @Test func `a gauge read at the longest safe interval, and slightly late, loses nothing`() throws {
        let channel = Channel(
            id: "scripted/meter", sensor: SensorName("scripted"), mechanism: "script", quantity: .power,
            encoding: .gauge, component: .host)
        let sensor = ScriptedSensor(channels: [channel])
        var sampler = try sampler([sensor])
        let longest = sampler.longestSafeInterval
        let safe = try #require(longest)
        sensor.show(.value(10))
        _ = sampler.snapshot()
        for _ in 0..<6 {
            clock.advance(by: safe + .milliseconds(50))
            sampler.sample()
        }
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels[0].ambiguousEnergy == Joules(0))
        let energy = try #require(snapshot.channels[0].energy?.rawValue)
        #expect(abs(energy - 1203) < 1e-9)
        #expect(snapshot.channels[0].power == Watts(10), "a mean over two minutes too")
    }

    @Test func `a gauge's gap that is too long to integrate is ambiguous energy`() throws {
        let channel = Channel(
            id: "scripted/meter", sensor: SensorName("scripted"), mechanism: "script", quantity: .power,
            encoding: .gauge, component: .host)
        let sensor = ScriptedSensor(channels: [channel])
        var sampler = try sampler([sensor])
        sensor.show(.value(300))
        _ = sampler.snapshot()
        clock.advance(by: .seconds(70))
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels[0].energy == Joules(0))
        #expect(snapshot.channels[0].ambiguousEnergy == Joules(70_000), "70 s at 1 kW")
    }

    @Test func `a slow counter without a new number does not show 0 W`() throws {
        var channel = Channel.counter("meter")
        channel.refreshInterval = .milliseconds(400)
        let sensor = ScriptedSensor(channels: [channel])
        var sampler = try sampler([sensor])
        var powers: Set<Watts> = []
        for tick in 0..<400 {
            // The source is read every 400 ms, so snapshots every 20 ms have the same reading twenty times.
            let reads = tick / 20
            let read = clock.instant.continuous.advanced(by: .milliseconds(-20 * (tick % 20)))
            sensor.show(.count(1000 + UInt64(reads) * 120 * joule, at: read))
            if let power = sampler.snapshot().channels[0].power { powers.insert(power) }
            clock.advance(by: .milliseconds(20))
        }
        #expect(powers.allSatisfy { abs($0.rawValue - 300) < 1e-3 }, "\(powers)")
        #expect(!powers.isEmpty)
    }

    @Test func `before the first reading no energy is known`() throws {
        let sensor = ScriptedSensor(channels: [.counter("slow")])
        var sampler = try sampler([sensor])
        sensor.show(.missing(.warmingUp))
        let snapshot = sampler.snapshot()
        #expect(snapshot.channels[0].energy == nil)
        #expect(snapshot.headline?.energy == nil)
    }

    @Test func `a suspend within a sample does not freeze the power after it`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        var instants: [SampleInstant] = []
        var now = clock.instant
        for tick in 0..<8 {
            instants.append(now)
            if tick == 3 { now = now.suspended(for: .seconds(8 * 3600)) }
            instants.append(now)
            now = now.advanced(by: .seconds(2))
        }
        var remaining = instants[...]
        var sampler = try Sampler(SensorSet(only: [sensor]), now: { remaining.popFirst() ?? now })
        var powers: [Watts?] = []
        for tick in 0..<8 {
            sensor.show(.count(1_000_000 + UInt64(tick) * 400 * joule))
            powers.append(sampler.snapshot().channels[0].power)
        }
        #expect(powers.suffix(3) == [Watts(200), Watts(200), Watts(200)])
    }

    @Test func `energy is exact across days of wraps at the longest safe interval`() throws {
        let sensor = ScriptedSensor(channels: [.counter("package-0"), .counter("dram", domain: "dram")])
        var sampler = try sampler([sensor])
        let longest = sampler.longestSafeInterval
        let safe = try #require(longest)
        #expect(safe > .seconds(131) && safe < .seconds(132), "half of 262 kJ at 1 kW")
        var truth: UInt64 = 4_000_000_000
        let start = truth
        var elapsed = Duration.zero
        var last: Snapshot?
        while elapsed < .seconds(7 * 86_400) {
            sensor.show(.count(truth % (1 << 32)), .count(truth / 3 % (1 << 32)))
            last = sampler.snapshot()
            truth += 350 * joule * 130 + truth % 1000
            clock.advance(by: .seconds(130))
            elapsed += .seconds(130)
        }
        sensor.show(.count(truth % (1 << 32)), .count(truth / 3 % (1 << 32)))
        last = sampler.snapshot()
        let package = try #require(last?.channels[0])
        #expect(package.energy == EnergyUnit.binaryFraction(14).energy(of: RegisterCount(truth - start)))
        #expect(package.wraps > 700)
        #expect(package.ambiguousEnergy == Joules(0))
        let dram = try #require(last?.channels[1])
        #expect(dram.energy == EnergyUnit.binaryFraction(14).energy(of: RegisterCount(truth / 3 - start / 3)))
    }

    @Test func `nothing to read is an error that says why`() {
        let sensor = ScriptedSensor(channels: [])
        #expect {
            _ = try sampler([sensor])
        } throws: { error in
            "\(error)" == "No sensor was found."
        }
    }

    @Test func `an unavailable headline is an error that names the available scopes`() {
        let sensor = ScriptedSensor(channels: [.counter("package-0")])
        #expect {
            _ = try Sampler(SensorSet(only: [sensor]), headlineScope: .battery)
        } throws: { error in
            "\(error)".contains("battery") && "\(error)".contains("cpu")
        }
    }

    private struct BrokenSensor: Sensor {
        let name = SensorName("scripted")

        func discover() -> Discovery { Discovery(channels: [.counter("a")]) }

        func open(_ channels: [Channel]) throws -> any SensorReader {
            throw AttributeError(path: "/sys/broken", errno: 13)
        }
    }

    private func sampler(_ sensors: [any Sensor]) throws -> Sampler {
        let clock = clock
        return try Sampler(SensorSet(only: sensors), now: { clock.instant })
    }
}
