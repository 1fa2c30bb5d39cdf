import PowerSensors
import Testing

private let turin = ProcessorIdentity(vendor: .amd, family: 26, model: 2, stepping: 1, name: "AMD EPYC")
private let skylake = ProcessorIdentity(vendor: .intel, family: 6, model: 85, stepping: 4)
private let unknown = ProcessorIdentity(vendor: .intel, name: "QEMU Virtual CPU version 2.5+")

private let named = ProcessorIdentity(
    vendor: .intel,
    family: 6,
    model: 85,
    stepping: 4,
    name: "Intel(R) Xeon(R) Platinum 8180 CPU @ 2.50GHz"
)

private func guest(_ processor: ProcessorIdentity, _ virtualProcessors: Int) -> MachineDescription {
    MachineDescription(
        processor: processor,
        sockets: 1,
        cores: virtualProcessors,
        threads: virtualProcessors,
        memoryGigabytes: 4,
        isGuest: true
    )
}

private func physical(
    _ processor: ProcessorIdentity,
    sockets: Int? = 2,
    cores: Int = 56,
    memory: Double? = 384
) -> MachineDescription {
    MachineDescription(
        processor: processor,
        sockets: sockets,
        cores: cores,
        threads: cores * 2,
        memoryGigabytes: memory,
        isGuest: false
    )
}

/// A guest, and the host that is assumed for it.
struct AssumedHost: CustomTestStringConvertible {
    let testDescription: String
    let processor: ProcessorIdentity
    let virtualProcessors: Int
    let sockets: Int
    let cores: Int
    let threads: Int
}

struct MachineEstimateTests {
    @Test(arguments: [
        AssumedHost(
            testDescription: "a small guest on the usual host",
            processor: turin,
            virtualProcessors: 2,
            sockets: 2,
            cores: 320,
            threads: 640
        ),
        AssumedHost(
            testDescription: "a guest larger than the usual host: larger processors",
            processor: turin,
            virtualProcessors: 768,
            sockets: 2,
            cores: 384,
            threads: 768
        ),
        AssumedHost(
            testDescription: "a guest of eight sockets",
            processor: skylake,
            virtualProcessors: 448,
            sockets: 8,
            cores: 224,
            threads: 448
        ),
        AssumedHost(
            testDescription: "a desktop-derived host has one socket",
            processor: ProcessorIdentity(vendor: .amd, family: 26, model: 68),
            virtualProcessors: 4,
            sockets: 1,
            cores: 12,
            threads: 24
        ),
        AssumedHost(
            testDescription: "a desktop part of a generation of servers has four cores",
            processor: ProcessorIdentity(vendor: .intel, family: 6, model: 60),
            virtualProcessors: 2,
            sockets: 1,
            cores: 4,
            threads: 8
        ),
        AssumedHost(
            testDescription: "a large guest of one socket",
            processor: ProcessorIdentity(vendor: .intel, family: 6, model: 60),
            virtualProcessors: 9,
            sockets: 1,
            cores: 5,
            threads: 10
        ),
    ])
    func `a guest's host is a typical one, or one that is large enough`(host: AssumedHost) throws {
        let estimate = MachineEstimate(guest(host.processor, host.virtualProcessors))
        #expect(estimate.server.sockets == host.sockets)
        #expect(estimate.server.cores == host.cores)
        let part = try #require(estimate.part)
        #expect(part.hostThreads == host.threads)
        #expect(part.virtualProcessors == host.virtualProcessors)
    }

    @Test func `a guest gets its threads' part of the host's power`() {
        let estimate = MachineEstimate(guest(turin, 2))
        let host = EstimatorModel.estimate(
            of: ModelledServer(
                generation: .turin,
                sockets: 2,
                cores: 320,
                memoryGigabytes: 384,
                isClient: false
            )
        ).curve
        for load in [0, 0.1, 0.5, 1] {
            #expect(abs(estimate.curve.power(at: load).rawValue - host.power(at: load).rawValue * 2 / 640) < 1e-9)
        }
        #expect(estimate.label == "turin, tier 1, 2 of 640 host threads")
    }

    @Test func `no guest uses more than its whole host`() {
        for virtualProcessors in [1, 2, 3, 17, 100, 641, 5000, Int.max] {
            for processor in [turin, skylake, unknown] {
                let fraction = MachineEstimate(guest(processor, virtualProcessors)).part?.fraction
                #expect(fraction.map { $0 > 0 && $0 <= 1 } == true)
            }
        }
    }

    @Test func `a physical machine is modelled as it is`() {
        let estimate = MachineEstimate(physical(skylake))
        #expect(
            estimate.server
                == ModelledServer(generation: .skylake, sockets: 2, cores: 56, memoryGigabytes: 384, isClient: false)
        )
        #expect(estimate.part == nil)
        #expect(estimate.label == "skylake, tier 1")
    }

    @Test func `unknown memory is assumed from the number of cores`() {
        #expect(MachineEstimate(physical(turin, cores: 100, memory: nil)).server.memoryGigabytes == 120)
    }

    @Test func `the band is wider the less is known`() {
        let byGeneration = MachineEstimate(physical(skylake)).band
        let byName = MachineEstimate(physical(named)).band
        #expect(byGeneration.low < byName.low)
        #expect(byGeneration.high > byName.high)
        #expect(byGeneration.low > 0.8)
        #expect(byGeneration.high < 1.2)
        let wide = RelativeBand(low: 0.65, high: 1.35)
        #expect(MachineEstimate(physical(unknown)).band == wide)
        #expect(MachineEstimate(guest(skylake, 2)).band == wide)
        // A laptop's processor, which is known but not in the data.
        #expect(MachineEstimate(physical(ProcessorIdentity(vendor: .intel, family: 6, model: 154))).band == wide)
    }

    @Test func `a processor's name, frequency and machine's maker make it tier 2`() {
        var machine = physical(named)
        machine.maker = "Dell Inc."
        let estimate = MachineEstimate(machine)
        #expect(estimate.label == "skylake, tier 2, processor 8180, frequency, maker")
        #expect(estimate.method.basis == .maker)
        #expect(estimate.server.megahertz == 2500)
    }

    @Test func `a hypervisor's processor model is not used as a processor's name`() {
        var processor = skylake
        processor.name = "Intel Xeon Processor (Skylake, IBRS)"
        #expect(MachineEstimate(guest(processor, 4)).method.tier == 1)
    }

    @Test func `the firmware's vendor is ignored in a guest`() {
        var machine = guest(named, 4)
        machine.maker = "Dell Inc."
        #expect(MachineEstimate(machine).method.basis == .processor)
    }

    @Test
    func
        `a guest gets its part of its host's known watts, within a band that still covers what is assumed of the part`()
        throws
    {
        let known = try #require(KnownWatts(idle: Watts(100), maximum: Watts(640)))
        let estimate = MachineEstimate(guest(turin, 64), known: known)
        #expect(abs(estimate.curve.maximum.rawValue - 64) < 1e-9)
        #expect(abs(estimate.curve.idle.rawValue - 10) < 1e-9)
        #expect(estimate.band == EstimatorModel.bandOfAssumptions)
        #expect(estimate.label == "turin, anchored, idle watts, maximum watts, 64 of 640 host threads")
    }
}
