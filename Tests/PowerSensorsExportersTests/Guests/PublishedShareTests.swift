import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

/// A guest's sensor reads what the publisher writes.
struct PublishedShareTests {
    /// A host's publisher and a guest's sampler on the same folder, with the same clock.
    private struct Pair {
        let bed: ShareBed
        private var publisher: GuestPublisher?
        let clock = Locked(SampleInstant(boottimeNanoseconds: 500_000_000_000, monotonicNanoseconds: 500_000_000_000))

        init() throws {
            bed = try ShareBed()
            publisher = try bed.publisher()
        }

        /// Ends the publisher, and starts another one.
        mutating func restart() throws {
            publisher = nil
            publisher = try bed.publisher()
        }

        mutating func publish(_ guest: ShareBed.Guest, after time: Duration = .seconds(5)) throws {
            clock.withLock { $0 = $0.advanced(by: time) }
            let findings = publisher?.publish([guest], at: clock.withLock { $0.boottimeNanoseconds })
            try #require(findings == [])
        }

        var sensor: GuestShareSensor {
            get throws {
                GuestShareSensor(
                    roots: try SystemRoots(procfs: bed.tree.path), directory: "\(bed.path)/web",
                    now: { [clock] in clock.withLock { $0 } })
            }
        }

        func sampler() throws -> Sampler {
            try Sampler(SensorSet(only: [try sensor]), now: { [clock] in clock.withLock { $0 } })
        }
    }

    @Test func `a guest reads the record to the millijoule`() throws {
        var pair = try Pair()
        try pair.publish(ShareBed.guest("web", joules: 100, dram: 10))
        var sampler = try pair.sampler()
        _ = sampler.snapshot()
        for step in 1...10 {
            try pair.publish(ShareBed.guest("web", joules: 100 + UInt64(step) * 150, dram: 10 + UInt64(step) * 20))
            #expect(sampler.snapshot().headline?.power == Watts(34))
        }
        let snapshot = sampler.snapshot()
        #expect(snapshot[channel: "share/package-0"]?.energy == Joules(1500))
        #expect(snapshot[channel: "share/package-0/dram"]?.energy == Joules(200))
        #expect(snapshot.topology.channels.allSatisfy { $0.mechanism == "record" && $0.hops == 1 })
    }

    @Test func `a publisher that is started again begins a new epoch, without a spike`() throws {
        var pair = try Pair()
        try pair.publish(ShareBed.guest("web", joules: 100))
        var sampler = try pair.sampler()
        _ = sampler.snapshot()
        try pair.publish(ShareBed.guest("web", joules: 300))
        #expect(sampler.snapshot().headline?.power == Watts(40))
        try pair.restart()
        try pair.publish(ShareBed.guest("web", joules: 9_000))
        let anew = sampler.snapshot()
        #expect(anew.headline?.power == nil)
        #expect(anew.headline?.energy == Joules(200))
        try pair.publish(ShareBed.guest("web", joules: 9_200))
        let later = sampler.snapshot()
        #expect(later.headline?.power == Watts(40))
        #expect(later.headline?.energy == Joules(400))
    }

    @Test func `without the record, its tree has the same energy`() throws {
        var pair = try Pair()
        try pair.publish(ShareBed.guest("web", joules: 100, dram: 10))
        try pair.bed.tree.remove("share/web/share")
        let channels = try pair.sensor.discover().channels
        #expect(channels.map(\.id) == ["share/package-0", "share/package-0/dram"])
        #expect(channels.map(\.mechanism) == ["tree", "tree"])
        #expect(channels.map(\.status) == [.ok, .ok])
    }
}
