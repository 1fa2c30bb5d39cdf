import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Trees of other publishers are read without 0 W and without spikes, whatever is wrong with them.
struct ShareTreeReaderTests {
    private static let package = "share/package-0"

    /// A Scaphandre on the host: each five seconds it adds the watts of the guest, and empties the file before it writes.
    private struct Scaphandre {
        let share: MockShare
        let keepsTime: Bool
        private(set) var counter: UInt64 = 0
        private(set) var joules = 0.0
        private var written: Int64 = 1_700_000_000_000_000_000

        init(_ share: MockShare, keepsTime: Bool = true) {
            (self.share, self.keepsTime) = (share, keepsTime)
        }

        mutating func step(_ watts: Double, after time: Duration = .seconds(5)) throws {
            counter += UInt64(watts * 1e6)
            joules += watts * 5
            if keepsTime { written += Int64(time / .nanoseconds(1)) }
            try show()
        }

        mutating func beginAnew() { counter = 0 }

        func show() throws { try share.publish(counter: counter, modified: written) }
    }

    @Test(arguments: [Duration.milliseconds(250), .seconds(1), .milliseconds(1700)], [true, false])
    func `ten minutes of Scaphandre with torn reads show neither 0 W nor a spike`(
        interval: Duration, keepsTime: Bool
    ) throws {
        let guest = try SharedGuest()
        var random = SeededGenerator(seed: 5)
        var scaphandre = Scaphandre(guest.share, keepsTime: keepsTime)
        try scaphandre.step(30)
        var sampler = try guest.sampler(guest.sensor(.scaphandre))
        var (time, next) = (Duration.zero, Duration.seconds(3))
        var (torn, wasTorn) = (0, false)
        while time < .seconds(600) {
            time += interval
            guest.clock.advance(by: interval)
            while next <= time {
                try scaphandre.step(30)
                next += .seconds(5)
            }
            // No writer is so slow that two consecutive reads see an incomplete file.
            let isTorn = !wasTorn && Int.random(in: 0..<4, using: &random) == 0
            wasTorn = isTorn
            if isTorn {
                torn += 1
                try guest.share.tear(digits: Int.random(in: 0...4, using: &random))
            }
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            if isTorn { try scaphandre.show() }
            if time < .seconds(13) {
                #expect(channel.power != Watts(0))
                continue
            }
            #expect(channel.status == .ok, "at \(time)")
            // A change is seen by the second read at the latest, if the first one found an empty file.
            let power = try #require(channel.power, "at \(time)").rawValue
            let doubt = 30 * min(interval * 2 / .seconds(5), 0.75)
            #expect(abs(power - 30) <= doubt, "\(power) W at \(time)")
        }
        #expect(torn > 50)
        let channel = try #require(sampler.snapshot()[channel: Self.package])
        #expect(channel.resets == 0)
        let energy = try #require(channel.energy).rawValue
        // Minus the changes up to the first one that was seen, where counting begins.
        #expect(energy <= scaphandre.joules - 299.999 && energy >= scaphandre.joules - 450.001, "\(energy) J")
    }

    @Test func `without the correction the counter is used as it is, and a finding names the error`() throws {
        let guest = try SharedGuest()
        var scaphandre = Scaphandre(guest.share)
        try scaphandre.step(30)
        let discovery = guest.sensor().discover()
        #expect(discovery.findings.contains { $0.reason == .uncorrected && $0.remedy?.contains("scaphandre") == true })
        #expect(guest.sensor(.scaphandre).discover().findings.allSatisfy { $0.reason != .uncorrected })
        var sampler = try guest.sampler()
        for _ in 0..<5 {
            _ = sampler.snapshot()
            guest.clock.advance(by: .seconds(5))
            try scaphandre.step(30)
        }
        let channel = try #require(sampler.snapshot()[channel: Self.package])
        #expect(channel.power == Watts(6))
        #expect(channel.energy == Joules(120), "from the first change on")
    }

    @Test func `Scaphandre's empty domain folder and missing names are not faults`() throws {
        let guest = try SharedGuest()
        try guest.share.publish(counter: 77)
        try guest.share.tree.makeDirectory("intel-rapl:0:0")
        let discovery = guest.sensor().discover()
        #expect(discovery.channels.map(\.id) == [Self.package])
        #expect(discovery.channels.first?.mechanism == "tree")
        #expect(discovery.channels.first?.origin == .measured)
        #expect(discovery.channels.first?.hops == nil)
        let sensor = GuestShareSensor(roots: guest.machine.roots, directory: guest.share.path)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }

    @Test(arguments: [
        "", "class/powercap/", "class/powercap/intel-rapl/", "devices/virtual/powercap/intel-rapl/",
    ])
    func `our own tree is read if there is no record`(folder: String) throws {
        let guest = try SharedGuest()
        try guest.share.publishTree(package: 9_000_000, dram: 4_000_000)
        if !folder.isEmpty {
            for zone in ["intel-rapl:0", "intel-rapl:0:0"] {
                for file in ["name", "energy_uj"] {
                    let text = try guest.share.tree.text(of: "\(zone)/\(file)")
                    try guest.share.tree.write(text, to: "devices/\(zone)/\(file)")
                }
                let root = String(repeating: "../", count: folder.split(separator: "/").count)
                try guest.share.tree.link("\(folder)\(zone)", to: "\(root)devices/\(zone)")
                try guest.share.tree.remove(zone)
            }
        }
        let discovery = guest.sensor().discover()
        #expect(discovery.channels.map(\.id) == [Self.package, "share/package-0/dram"])
        #expect(discovery.channels.allSatisfy { $0.path?.contains("/\(folder)intel-rapl:0") == true })
        var sampler = try guest.sampler()
        for step in 1...4 {
            #expect(sampler.snapshot().channels.allSatisfy { step > 2 || $0.status == .warmingUp })
            guest.clock.advance(by: .seconds(5))
            if folder.isEmpty {
                try guest.share.publishTree(package: 9_000_000 + UInt64(step) * 100_000_000, dram: 4_000_000)
            } else {
                try guest.share.tree.write("\(step)00000000   \n", to: "devices/intel-rapl:0/energy_uj")
            }
        }
        let power = try #require(sampler.snapshot()[channel: Self.package]?.power).rawValue
        #expect(abs(power - 20) < 10, "\(power) W")
    }

    @Test func `a tree of the whole machine is not part of cpu`() throws {
        let guest = try SharedGuest()
        try guest.share.tree.write("psys\n", to: "intel-rapl:0/name")
        try guest.share.publish(counter: 5)
        let channel = try #require(guest.sensor().discover().channels.first)
        #expect(channel.id == "share/host")
        #expect(channel.countsIn == .wall)
    }

    @Test func `a record is preferred to a tree, and they are never mixed`() throws {
        let guest = try SharedGuest()
        try guest.share.publishTree(package: 1, dram: 2)
        var host = SharingHost()
        let first = host.advance(by: .seconds(5), at: 40)
        try guest.share.publish(
            ShareRecord(
                epoch: first.epoch, sequence: 1, nanoseconds: 1, period: 0, policy: .active, hops: 1, origin: .measured,
                entries: [.init(domain: .package, energy: 5)]))
        #expect(guest.sensor().discover().channels.map(\.mechanism) == ["record"])
        var other = first.encoded()
        other[8] = 9
        try guest.share.tree.write(bytes: other, to: "share")
        let discovery = guest.sensor().discover()
        #expect(discovery.channels.map(\.mechanism) == ["tree", "tree"])
        let finding = try #require(discovery.findings.first { $0.reason == .unsupported })
        #expect(finding.text.contains("version 9"))
    }

    @Test(arguments: [true, false])
    func `a restarted writer is a new baseline rather than a wrap`(isSeenTorn: Bool) throws {
        let guest = try SharedGuest()
        var scaphandre = Scaphandre(guest.share)
        for _ in 0..<100 { try scaphandre.step(30) }
        var sampler = try guest.sampler(guest.sensor(.scaphandre))
        for _ in 0..<3 {
            _ = sampler.snapshot()
            guest.clock.advance(by: .seconds(5))
            try scaphandre.step(30)
        }
        _ = sampler.snapshot()
        let before = try #require(sampler.snapshot()[channel: Self.package]?.energy)
        scaphandre.beginAnew()
        guest.clock.advance(by: .seconds(5))
        try scaphandre.step(30)
        if isSeenTorn { try guest.share.tear() }
        _ = sampler.snapshot()
        try scaphandre.show()
        for second in 1...20 {
            guest.clock.advance(by: .seconds(1))
            if second % 5 == 0 { try scaphandre.step(30) }
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            #expect(channel.power.map { $0.rawValue > 20 && $0.rawValue < 40 } ?? true, "\(channel)")
        }
        let channel = try #require(sampler.snapshot()[channel: Self.package])
        #expect(channel.status == .ok)
        #expect(channel.resets == 1)
        let gained = try #require(channel.energy).rawValue - before.rawValue
        #expect(gained > 299 && gained <= 600.001, "\(gained) J")
    }

    @Test func `a number that is cut off is not a restarted writer`() throws {
        let guest = try SharedGuest()
        var scaphandre = Scaphandre(guest.share)
        for _ in 0..<10 { try scaphandre.step(30) }
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for digits in [1, 5, 3, 0] {
            guest.clock.advance(by: .seconds(1))
            try guest.share.tear(digits: digits)
            _ = sampler.snapshot()
            guest.clock.advance(by: .seconds(1))
            try scaphandre.show()
            _ = sampler.snapshot()
        }
        #expect(sampler.snapshot()[channel: Self.package]?.resets == 0)
    }

    @Test func `a zone that is created later is found`() throws {
        let guest = try SharedGuest()
        let sensor = guest.sensor()
        let sensors = SensorSet(only: [sensor])
        let mark = sensor.discoveryFingerprint()
        let discovery = sensor.discover()
        #expect(discovery.channels.map(\.status) == [.absent])
        #expect(discovery.findings.contains { $0.reason == .absent && $0.subject == guest.share.path })
        var sampler = try Sampler(sensors, now: { [clock = guest.clock] in clock.instant })
        #expect(sampler.snapshot()[channel: Self.package]?.status == .absent)
        guest.clock.advance(by: .seconds(15))
        var scaphandre = Scaphandre(guest.share)
        try scaphandre.step(30)
        #expect(sampler.snapshot()[channel: Self.package]?.status == .warmingUp)
        #expect(sensor.discoveryFingerprint() != mark)
        var rediscovery = Rediscovery(sensors, sensors.bind(), at: 0, every: .seconds(1))
        #expect(rediscovery.check(at: 5_000_000_000) == nil)
        guest.clock.advance(by: .seconds(5))
        try scaphandre.step(30)
        _ = sampler.snapshot()
        guest.clock.advance(by: .seconds(5))
        try scaphandre.step(30)
        #expect(sampler.snapshot()[channel: Self.package]?.power == Watts(6))
    }

    @Test func `a record that is created beside a tree replaces it`() throws {
        let guest = try SharedGuest()
        try guest.share.publishTree(package: 1, dram: 2)
        let sensor = guest.sensor()
        let sensors = SensorSet(only: [sensor])
        let discovered = sensors.bind()
        var rediscovery = Rediscovery(sensors, discovered, at: 0, every: .seconds(1))
        var sampler = try Sampler(SamplingConfiguration(), discovered)
        sampler.sample()
        #expect(rediscovery.check(at: 2_000_000_000) == nil)
        var host = SharingHost()
        try guest.share.publish(host.advance(by: .seconds(5), at: 40))
        guest.clock.advance(by: .seconds(11))
        sampler.sample()
        let found = rediscovery.check(at: 4_000_000_000)
        let next = try #require(found)
        #expect(next.topology.channels.map(\.mechanism) == ["record", "record"])
        try guest.share.tree.remove("share")
        var later = try Sampler(SamplingConfiguration(), next)
        for _ in 0..<4 {
            guest.clock.advance(by: .seconds(1))
            later.sample()
        }
        let again = rediscovery.check(at: 6_000_000_000)
        let last = try #require(again)
        #expect(last.topology.channels.map(\.mechanism) == ["tree", "tree"])
    }

    @Test func `a tree that does not change is stale after three of its update intervals`() throws {
        let guest = try SharedGuest()
        var scaphandre = Scaphandre(guest.share)
        try scaphandre.step(30)
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for step in 1...60 {
            guest.clock.advance(by: .seconds(1))
            if step % 12 == 0 { try scaphandre.step(30, after: .seconds(12)) }
            _ = sampler.snapshot()
        }
        for second in 1...60 {
            guest.clock.advance(by: .seconds(1))
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            if second <= 30 { #expect(channel.status == .ok && channel.power != Watts(0), "after \(second) s") }
            if second >= 40 { #expect(channel.status == .stale && channel.power == nil, "after \(second) s") }
        }
        guest.clock.advance(by: .seconds(1))
        try scaphandre.step(30, after: .seconds(61))
        let back = try #require(sampler.snapshot()[channel: Self.package])
        #expect(back.status == .ok)
        #expect(try #require(back.power) < Watts(1))
    }

    @Test(arguments: MockShare.WriteMode.allCases)
    func `it is read however the publisher writes it`(way: MockShare.WriteMode) throws {
        let guest = try SharedGuest()
        try guest.share.publish(counter: 1_000_000, way)
        var sampler = try guest.sampler()
        _ = sampler.snapshot()
        for second in 1...60 {
            guest.clock.advance(by: .seconds(1))
            if second % 5 == 0 {
                try guest.share.publish(
                    counter: UInt64(second) * 1_000_000 + 9, way, modified: Int64(second) * 1_000_000_000)
            }
            let channel = try #require(sampler.snapshot()[channel: Self.package])
            if second > 20 {
                #expect(channel.status == .ok)
                #expect(abs((channel.power?.rawValue ?? 0) - 1) <= 0.21, "\(channel)")
            }
        }
    }

    @Test func `a share that its reader could write to is used, with a finding`() throws {
        let guest = try SharedGuest()
        try guest.share.publish(counter: 5)
        let discovery = guest.sensor().discover()
        #expect(discovery.findings.contains { $0.reason == .writable && $0.severity == .warning })
        #expect(discovery.channels.map(\.status) == [.ok])
    }
}
