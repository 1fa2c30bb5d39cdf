import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// A channel's values during and after a fault of its source, and that no energy is lost.
struct FaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let fault: MockFault
        let during: ReadingStatus
        var testDescription: String { fault.description }
    }

    @Test(arguments: [
        Fault(fault: .failing(errno: EIO), during: .io(errno: EIO)),
        Fault(fault: .failing(errno: EINVAL), during: .io(errno: EINVAL)),
        Fault(fault: .failing(errno: ENODATA), during: .io(errno: ENODATA)),
        Fault(fault: .failing(errno: EAGAIN), during: .io(errno: EAGAIN)),
        Fault(fault: .failing(errno: ETIMEDOUT), during: .io(errno: ETIMEDOUT)),
        Fault(fault: .failing(errno: EACCES), during: .forbidden),
        Fault(fault: .gone, during: .absent),
        Fault(fault: .empty, during: .io(errno: ENODATA)),
        Fault(fault: .torn(to: 0), during: .io(errno: ENODATA)),
        Fault(fault: .torn(to: 4), during: .implausible),
        Fault(fault: .garbage, during: .io(errno: EBADMSG)),
        Fault(fault: .overflow, during: .io(errno: EOVERFLOW)),
        Fault(fault: .huge, during: .io(errno: EMSGSIZE)),
        Fault(fault: .text("99999999999999\n"), during: .implausible),
    ])
    func `a failing channel has a reason instead of a value, and its energy is not lost`(
        fault: Fault
    ) throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(hasPlatform: false))
        let clock = ManualClock()
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]), now: { clock.instant })
        let zone = try #require(machine.zone("package-0"))
        let counter = try #require(zone.counter)
        _ = sampler.snapshot()
        for _ in 0..<6 {
            try step(machine, clock)
            _ = sampler.snapshot()
        }
        try zone.inject(fault.fault, at: "energy_uj")
        for _ in 0..<5 {
            try step(machine, clock)
            let snapshot = sampler.snapshot()
            let package = try #require(snapshot[channel: "rapl/package-0"])
            #expect(package.status == fault.during)
            #expect(package.power == nil && package.energy == nil)
            #expect(snapshot[channel: "rapl/package-0/dram"]?.status == .ok)
            #expect(snapshot.headline?.status == .partial)
            #expect(snapshot.headline?.power == nil)
        }
        try zone.restore("energy_uj")
        try step(machine, clock)
        // A device is opened again with a back-off in real time.
        if fault.fault == .gone { usleep(150_000) }
        _ = sampler.snapshot()
        try step(machine, clock)
        let package = try #require(sampler.snapshot()[channel: "rapl/package-0"])
        #expect(package.status == .ok)
        #expect(package.energy == counter.trueEnergy)
        #expect(package.ambiguousEnergy == Joules(0))
        #expect(package.resets == 0)
        #expect(abs((package.power?.rawValue ?? 0) - 120) < 0.01)
    }

    @Test func `if every third read fails, only these readings are lost`() throws {
        for fault in [MockFault.failing(errno: EIO, every: 3), .torn(to: 7, every: 3)] {
            let machine = try MockMachine()
            try machine.add(.intelClient())
            let clock = ManualClock()
            var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]), now: { clock.instant })
            let zone = try #require(machine.zone("package-0"))
            for _ in 0..<6 {
                try step(machine, clock)
                sampler.sample()
            }
            try zone.inject(fault, at: "energy_uj")
            var last: Snapshot?
            for _ in 0..<61 {
                try step(machine, clock)
                last = sampler.snapshot()
                let power = last?.channels[0].power?.rawValue
                #expect(power == nil || abs((power ?? 0) - 15) < 0.01)
            }
            let package = try #require(last?.channels[0])
            // The first reading of six was the origin.
            let counter = try #require(zone.counter)
            #expect(abs((package.energy?.rawValue ?? 0) - (counter.trueEnergy.rawValue - 15)) < 1e-4)
            #expect(package.resets == 0)
        }
    }

    @Test func `a zone's number that is reused for another zone is not read`() throws {
        let machine = try MockMachine()
        try machine.add(.intelServer(hasCore: false, hasDRAM: false))
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots)]))
        _ = sampler.snapshot()
        let platform = try #require(machine.zone("psys"))
        try platform.inject(.gone, at: "energy_uj")
        #expect(sampler.snapshot()[channel: "rapl/psys"]?.status == .absent)
        try platform.restore("energy_uj")
        try platform.write("dram\n", to: "name")
        usleep(150_000)
        #expect(sampler.snapshot()[channel: "rapl/psys"]?.status == .absent)
    }

    private func step(_ machine: MockMachine, _ clock: ManualClock) throws {
        clock.advance(by: .seconds(1))
        try machine.advanceAll(by: .seconds(1))
    }
}
