import CAllocationCounter
import PowerSensors
import PowerSensorsTesting
import Testing

struct AllocationTests {
    @Test(.enabled(if: callocationcounter_works(), "a sanitizer's malloc takes the place of the one that counts"))
    func `a sample of eight counters allocates nothing`() throws {
        let parts = ["core", "uncore", "dram"].map { MockZone(name: $0, power: Watts(20)) }
        let zones = (0..<2).map { MockZone(name: "package-\($0)", power: Watts(100), children: parts) }
        let machine = try MockMachine()
        try machine.add(MockControlType(zones: zones))
        var sampler = try Sampler(SensorSet(roots: machine.roots))
        #expect(sampler.topology.channels.count == 8)

        // What is made once, such as the types' metadata, is made now.
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
}
