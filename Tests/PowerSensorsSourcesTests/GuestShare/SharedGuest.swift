import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting

/// A guest with a share, and a clock that a test sets.
struct SharedGuest {
    let share: MockShare
    let machine: MockMachine
    let clock = ManualClock()

    init() throws {
        share = try MockShare()
        machine = try MockMachine()
    }

    func sensor(_ correction: GuestShareSensor.Correction? = nil, every interval: Duration? = nil) -> GuestShareSensor {
        GuestShareSensor(
            roots: machine.roots, directory: share.path, correction: correction, readingInterval: interval,
            now: { [clock] in clock.instant })
    }

    func sampler(_ sensor: GuestShareSensor? = nil) throws -> Sampler {
        try Sampler(SensorSet(only: [sensor ?? self.sensor()]), now: { [clock] in clock.instant })
    }
}

/// A host that measures what one guest uses.
struct SharingHost {
    var epoch: ShareRecord.Epoch = 1
    var origin = Provenance.measured
    var period = Duration.seconds(5)
    private var sequence: UInt64 = 0
    private var nanoseconds: UInt64 = 500
    private(set) var package: UInt64
    private(set) var dram: UInt64

    init(package: UInt64 = 7_000_000, dram: UInt64 = 0) {
        (self.package, self.dram) = (package, dram)
    }

    /// A host that continues with a restarted publisher.
    func restarted() -> SharingHost {
        var host = SharingHost(package: 3, dram: 0)
        host.epoch = epoch + 1
        return host
    }

    /// Advances the host by a time at a power of the packages, and a fifth of it in memory; returns the next record.
    mutating func advance(by time: Duration, at watts: UInt64) -> ShareRecord {
        let passed = UInt64(time / .nanoseconds(1))
        nanoseconds += passed
        package &+= passed * watts
        dram &+= passed * watts / 5
        sequence += 1
        return record
    }

    /// The latest record again.
    var record: ShareRecord {
        ShareRecord(
            epoch: epoch, sequence: sequence, nanoseconds: nanoseconds, period: UInt64(period / .nanoseconds(1)),
            policy: .active, hops: 1, origin: origin,
            entries: [.init(domain: .package, energy: package), .init(domain: .dram, energy: dram)])
    }
}
