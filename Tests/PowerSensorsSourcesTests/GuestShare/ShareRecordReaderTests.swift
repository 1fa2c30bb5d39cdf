import CAllocationCounter
import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Records are read as the host wrote them, or recognized as invalid.
struct ShareRecordReaderTests {
    private static let package = "share/package-0"

    @Test func `a record's domains, scope, origin, hops and period are the host's`() throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        let discovery = guest.sensor().discover()
        #expect(discovery.channels.map(\.id) == ["share/package-0", "share/package-0/dram"])
        for channel in discovery.channels {
            #expect(channel.countsIn == .cpu)
            #expect(channel.provenance == .shared)
            #expect(channel.origin == .measured)
            #expect(channel.hops == 1)
            #expect(channel.mechanism == "record")
            #expect(channel.refreshInterval == .seconds(5))
            #expect(channel.band == nil)
            #expect(channel.status == .ok)
        }
        #expect(discovery.channels[1].parent == Self.package)
    }

    @Test(arguments: [Duration.seconds(1), .milliseconds(300), .seconds(7)])
    func `power is energy over the host's time, whatever the guest's clock`(interval: Duration) throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        var (next, powers) = (Duration.seconds(2), [Watts?]())
        var time = Duration.zero
        while time < .seconds(120) {
            time += interval
            // The guest's clock is a tenth slower than the host's.
            guest.clock.advance(by: interval * 0.9)
            while next <= time {
                try guest.share.publish(host.advance(by: .seconds(5), at: 40))
                next += .seconds(5)
            }
            let snapshot = sampler.snapshot()
            let host = try #require(snapshot.headline)
            if time > .seconds(12) {
                #expect(host.status == .ok)
                powers.append(host.power)
            }
        }
        #expect(powers.allSatisfy { abs(($0?.rawValue ?? 0) - 48) < 0.03 }, "\(powers)")
    }

    @Test func `all energy is counted, and the host figure is the sum of the domains`() throws {
        let guest = try SharedGuest()
        // The sum wraps in the meantime.
        var host = SharingHost(package: .max - 300_000_000_000, dram: .max - 7)
        try guest.share.publish(host.advance(by: .seconds(5), at: 10))
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for step in 1...20 {
            guest.clock.advance(by: .seconds(5))
            try guest.share.publish(host.advance(by: .seconds(5), at: UInt64(step)))
            _ = sampler.snapshot()
        }
        let snapshot = sampler.snapshot()
        #expect(try #require(snapshot[channel: Self.package]?.energy) == Joules(1050))
        #expect(try #require(snapshot[channel: "share/package-0/dram"]?.energy) == Joules(210))
        #expect(try #require(snapshot.headline?.energy) == Joules(1260))
        #expect(snapshot.headline?.provenance == .shared)
        #expect(snapshot[channel: Self.package]?.resets == 0)
        #expect(snapshot[channel: Self.package]?.ambiguousEnergy == Joules(0))
    }

    @Test func `a share that does not change is stale after three periods, and returns without a spike`() throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        #expect(try #require(sampler.snapshot()[channel: Self.package]?.power) == Watts(40))
        for second in 1...40 {
            guest.clock.advance(by: .seconds(1))
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            #expect(channel.status == (second <= 15 ? .ok : .stale), "after \(second) s")
            #expect(channel.power == (second <= 15 ? Watts(40) : nil), "after \(second) s")
        }
        let finding = try #require(sampler.findings().first { $0.reason == .stale })
        #expect(finding.text.contains(guest.share.path))
        #expect(sampler.findings().filter { $0.reason == .stale }.count == 1, "one source has one thing to say")
        try guest.share.publish(host.advance(by: .seconds(40), at: 20))
        let back = try #require(sampler.snapshot()[channel: Self.package])
        #expect(back.status == .ok)
        #expect(back.power == Watts(20))
        #expect(back.energy == Joules(1000))
        #expect(back.resets == 0)
    }

    @Test(arguments: [true, false])
    func `a new epoch, or a lower number in the old one, begins at 0 J with its power unknown`(isNewEpoch: Bool) throws
    {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        _ = sampler.snapshot()
        var next = host.restarted()
        if !isNewEpoch { next.epoch = host.epoch }
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(next.advance(by: .seconds(5), at: 9))
        let anew = try #require(sampler.snapshot()[channel: Self.package])
        #expect(anew.power == nil)
        #expect(anew.status == .warmingUp)
        #expect(anew.energy == Joules(200))
        #expect(anew.resets == 1)
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(next.advance(by: .seconds(5), at: 9))
        let later = try #require(sampler.snapshot()[channel: Self.package])
        #expect(later.power == Watts(9))
        #expect(later.status == .ok)
        #expect(later.energy == Joules(245))
        #expect(later.resets == 1)
    }

    @Test(arguments: MockShare.WriteMode.allCases)
    func `it is read however the publisher writes it`(way: MockShare.WriteMode) throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40), way)
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for second in 1...60 {
            guest.clock.advance(by: .seconds(1))
            if second % 5 == 0 { try guest.share.publish(host.advance(by: .seconds(5), at: 40), way) }
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            #expect(second < 10 || (channel.status == .ok && channel.power == Watts(40)), "\(second) s: \(channel)")
        }
        #expect(try #require(sampler.snapshot()[channel: Self.package]?.energy) == Joules(2400))
    }

    @Test func `a folder that was created again is read instead of the old one`() throws {
        let guest = try SharedGuest()
        let path = "\(guest.share.path)/vm"
        let sensor = GuestShareSensor(
            roots: guest.machine.roots, directory: path, now: { [clock = guest.clock] in clock.instant })
        var host = SharingHost()
        try guest.share.tree.write(bytes: host.advance(by: .seconds(5), at: 40).encoded(), to: "vm/share")
        var sampler = try guest.sampler(sensor)
        _ = sampler.snapshot()
        try guest.share.tree.remove("vm")
        var next = host.restarted()
        try guest.share.tree.write(bytes: next.advance(by: .seconds(5), at: 40).encoded(), to: "vm/share")
        guest.clock.advance(by: .seconds(6))
        _ = sampler.snapshot()
        guest.clock.advance(by: .seconds(5))
        try guest.share.tree.write(bytes: next.advance(by: .seconds(5), at: 40).encoded(), to: "vm/share")
        #expect(sampler.snapshot()[channel: Self.package]?.power == Watts(40))
    }

    @Test(arguments: [33, 70, 161, 163])
    func `a torn record is read again, and implausible if it stays torn`(count: Int) throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        _ = sampler.snapshot()
        let torn = host.advance(by: .seconds(5), at: 40)
        try guest.share.publish(firstBytes: count, of: torn)
        guest.clock.advance(by: .seconds(1))
        let held = try #require(sampler.snapshot()[channel: Self.package])
        #expect(held.status == .ok)
        #expect(held.power == Watts(40))
        guest.clock.advance(by: .seconds(1))
        let spoiled = try #require(sampler.snapshot()[channel: Self.package])
        #expect(spoiled.status == .implausible)
        #expect(spoiled.power == nil)
        try guest.share.publish(torn)
        guest.clock.advance(by: .seconds(1))
        let whole = try #require(sampler.snapshot()[channel: Self.package])
        #expect(whole.power == Watts(40))
        #expect(whole.energy == Joules(400))
    }

    @Test func `a record whose time does not advance is implausible`() throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        let first = host.advance(by: .seconds(5), at: 40)
        try guest.share.publish(first)
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for nanoseconds in [first.nanoseconds, first.nanoseconds - 1, .max] {
            try guest.share.publish(
                ShareRecord(
                    epoch: first.epoch, sequence: 2, nanoseconds: nanoseconds, period: first.period, policy: .active,
                    hops: 1, origin: .measured, entries: first.entries))
            guest.clock.advance(by: .seconds(1))
            _ = sampler.snapshot()
            guest.clock.advance(by: .seconds(1))
            #expect(sampler.snapshot()[channel: Self.package]?.status == .implausible)
        }
    }

    @Test func `a domain that is unknown to the host is missing alone, and returns`() throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        func publish(_ status: ReadingStatus, hasDRAM: Bool = true) throws {
            let record = host.advance(by: .seconds(5), at: 40)
            let entries =
                [record.entries[0]] + (hasDRAM ? [.init(domain: .dram, energy: host.dram, status: status)] : [])
            guest.clock.advance(by: .seconds(5))
            try guest.share.publish(
                ShareRecord(
                    epoch: record.epoch, sequence: record.sequence, nanoseconds: record.nanoseconds,
                    period: record.period, policy: .active, hops: 1, origin: .measured, entries: entries))
        }
        try publish(.ok)
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for (status, hasDRAM) in [(ReadingStatus.partial, true), (.absent, true), (.absent, false)] {
            try publish(status, hasDRAM: hasDRAM)
            let snapshot = sampler.snapshot()
            #expect(snapshot[channel: Self.package]?.power == Watts(40))
            #expect(snapshot[channel: "share/package-0/dram"]?.status == status)
            #expect(snapshot.headline?.status == .partial)
            #expect(snapshot.headline?.power == nil)
        }
        try publish(.ok)
        let snapshot = sampler.snapshot()
        #expect(snapshot[channel: "share/package-0/dram"]?.power == Watts(8))
        #expect(snapshot[channel: "share/package-0/dram"]?.energy == Joules(160))
        #expect(snapshot.headline?.power == Watts(48))
    }

    @Test func `a host's estimate keeps its band, and is not part of cpu`() throws {
        let guest = try SharedGuest()
        let other = try #require(ShareRecord.Domain("accelerator"))
        let record = ShareRecord(
            epoch: 7, sequence: 1, nanoseconds: 1, period: 0, policy: .active, hops: 2, origin: .estimated,
            entries: [
                .init(domain: .host, energy: 1000, low: 700, high: 1500), .init(domain: other, energy: 0),
                .init(domain: .host, energy: 7),
            ])
        try guest.share.publish(record)
        let discovery = guest.sensor().discover()
        #expect(discovery.channels.map(\.id) == ["share/host", "share/accelerator"])
        #expect(discovery.channels.map(\.countsIn) == [.wall, nil])
        #expect(discovery.channels[0].origin == .estimated)
        #expect(discovery.channels[0].hops == 2)
        #expect(discovery.channels[0].band == RelativeBand(low: 0.7, high: 1.5))
        let sensor = GuestShareSensor(roots: guest.machine.roots, directory: guest.share.path)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }

    @Test func `a new generation continues the sums, and a reset is reported once`() throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        // Readers go on if nothing changed, so each generation reads the share in another way: at each sample, or once in an
        // hour of the machine's own clock.
        let often = SensorSet(only: [guest.sensor()])
        var sampler = try Sampler(often, now: { [clock = guest.clock] in clock.instant })
        _ = sampler.snapshot()
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        sampler.move(to: SensorSet(only: [guest.sensor(every: .seconds(3600))]).bind())
        _ = sampler.snapshot()
        #expect(sampler.snapshot()[channel: Self.package]?.energy == Joules(200))
        #expect(sampler.snapshot()[channel: Self.package]?.resets == 0)
        var next = host.restarted()
        guest.clock.advance(by: .seconds(5))
        try guest.share.publish(next.advance(by: .seconds(5), at: 40))
        sampler.move(to: often.bind())
        for _ in 0..<10 { _ = sampler.snapshot() }
        #expect(sampler.snapshot()[channel: Self.package]?.resets == 1)
        #expect(sampler.snapshot()[channel: Self.package]?.energy == Joules(200))
    }

    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `reading allocates nothing, whether the record changed or not`() throws {
        let guest = try SharedGuest()
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        try guest.share.publish(counter: 5)
        var sampler = try guest.sampler()
        let tree = try SharedGuest()
        try tree.share.publish(counter: 5)
        var treeSampler = try tree.sampler()
        _ = (sampler.snapshot(), treeSampler.snapshot())
        var allocations: UInt64 = 0
        for round in 0..<200 {
            guest.clock.advance(by: .seconds(1))
            tree.clock.advance(by: .seconds(1))
            if round % 2 == 0 {
                try guest.share.publish(host.advance(by: .seconds(1), at: 40))
                try tree.share.publish(counter: UInt64(round) * 10_000_000 + 6)
            }
            let before = callocationcounter_count()
            sampler.sample()
            treeSampler.sample()
            if round > 4 { allocations += callocationcounter_count() - before }
        }
        #expect(allocations == 0)
        #expect(sampler.snapshot()[channel: Self.package]?.power == Watts(40))
        #expect(treeSampler.snapshot()[channel: Self.package]?.energy == Joules(1980))
    }

    @Test func `whatever the share contains, reading ends and nothing traps`() throws {
        let guest = try SharedGuest()
        var random = SeededGenerator(seed: 11)
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for round in 0..<300 {
            var bytes = host.advance(by: .seconds(5), at: 40).encoded()
            let count = Int.random(in: 0...4096, using: &random)
            switch round % 4 {
            case 0: bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            case 1: bytes = Array(bytes.prefix(count))
            case 2: bytes[count % 164] ^= UInt8.random(in: 1...255, using: &random)
            default: bytes += bytes
            }
            try guest.share.tree.write(bytes: bytes, to: "share")
            guest.clock.advance(by: .seconds(1))
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            #expect((channel.power?.rawValue ?? 40) > 0 && (channel.power?.rawValue ?? 40) < 300)
        }
        let hostile = ["fifo", "directory", "link"]
        for kind in hostile {
            try guest.share.tree.remove("share")
            switch kind {
            case "fifo": #expect(unsafe mkfifo("\(guest.share.path)/share", 0o600) == 0)
            case "directory": try guest.share.tree.makeDirectory("share")
            default: try guest.share.tree.link("share", to: "/proc/self/environ")
            }
            guest.clock.advance(by: .seconds(30))
            _ = sampler.snapshot()
            guest.clock.advance(by: .seconds(30))
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            #expect(channel.status != .ok && channel.power == nil, "\(kind): \(channel.status)")
            let found = guest.sensor().discover()
            #expect(found.channels.allSatisfy { $0.status != .ok } && !found.findings.isEmpty, "\(kind)")
        }
    }
}
