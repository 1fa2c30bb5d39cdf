import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

/// Do the parts of a host's guests add up to the host? Hosts of guests of unequal sizes and loads are made up.
struct GuestHostTests {
    private struct Guest {
        let processors: Int
        let load: Double
    }

    /// Guests that fill a host of 128 threads, with loads about a mean.
    private func guests(meanLoad: Double, seed: UInt64) -> [Guest] {
        var random = SeededGenerator(seed: seed)
        var guests: [Guest] = []
        var free = 128
        while free > 0 {
            let processors = min([1, 2, 4, 8, 16].randomElement(using: &random) ?? 1, free)
            free -= processors
            // Most guests have a low load, and a few a high one.
            let spread = Double.random(in: 0...1, using: &random)
            guests.append(Guest(processors: processors, load: min(meanLoad * 3 * spread * spread, 1)))
        }
        return guests
    }

    private func hostLoad(_ guests: [Guest]) -> Double {
        guests.reduce(0) { $0 + Double($1.processors) * $1.load } / 128
    }

    private let curve = PowerCurve(
        formulaOf: ModelledServer(generation: .milan, sockets: 2, cores: 64, memoryGigabytes: 512, isClient: false))

    /// The relative error of the sum of the guests' powers.
    private func bias(_ guests: [Guest], hostLoad: Double?) -> Double {
        let sum = guests.reduce(0) { sum, guest in
            let own = curve.ofGuest(part: Double(guest.processors) / 128, hostLoad: hostLoad)
            return sum + own.power(at: guest.load).rawValue
        }
        return sum / curve.power(at: self.hostLoad(guests)).rawValue - 1
    }

    @Test(arguments: [0.15, 0.3, 0.5], 0..<50 as Range<UInt64>)
    func `if the host's load is known, its guests add up to the host`(meanLoad: Double, seed: UInt64) {
        let guests = guests(meanLoad: meanLoad, seed: seed)
        #expect(abs(bias(guests, hostLoad: hostLoad(guests))) < 1e-9)
    }

    /// The mean and the spread of the error in per cent if the host's load is unknown, as in the guide.
    @Test(arguments: [(0.15, -7.0 ... -2.0), (0.3, -4.0...2.0), (0.5, 1.0...7.0)])
    func `if the host's load is unknown, its guests add up within some per cent`(
        meanLoad: Double, range: ClosedRange<Double>
    ) {
        let biases = (0..<200).map { bias(guests(meanLoad: meanLoad, seed: $0), hostLoad: nil) * 100 }
        let mean = biases.reduce(0, +) / Double(biases.count)
        #expect(range.contains(mean), "\(mean)")
        #expect(biases.allSatisfy { abs($0) < 20 })
    }

    private func machine(threads: Int, memory: Double? = 16) -> MachineDescription {
        MachineDescription(
            processor: ProcessorIdentity(vendor: .amd, family: 25, model: 1, name: "AMD EPYC 7763 64-Core Processor"),
            sockets: 1, cores: threads, threads: threads, memoryGigabytes: memory, isGuest: true)
    }

    @Test func `the guest's part follows from what is known of the host`() {
        var host = GuestHost()
        host.threads = 256
        #expect(MachineEstimate(machine(threads: 8), host: host).part?.fraction == 8.0 / 256)
        host.overcommit = 4
        #expect(MachineEstimate(machine(threads: 8), host: host).part?.fraction == 8.0 / 1024)
        host.memoryGigabytes = 64
        #expect(MachineEstimate(machine(threads: 8), host: host).part?.fraction == 0.75 * 8 / 1024 + 0.25 * 16 / 64)
        #expect(MachineEstimate(machine(threads: 8), host: host).server.memoryGigabytes == 64)
        // If the guest's own memory is unknown, only the processors count.
        #expect(MachineEstimate(machine(threads: 8, memory: nil), host: host).part?.fraction == 8.0 / 1024)
    }

    @Test func `an overcommitted host may have fewer threads than its guest has processors`() {
        var host = GuestHost()
        host.threads = 16
        host.overcommit = 8
        let estimate = MachineEstimate(machine(threads: 32), host: host)
        #expect(estimate.part?.hostThreads == 16)
        #expect(estimate.part?.fraction == 0.25)
    }

    @Test(arguments: [(0, 1.0, 0.5), (4, 0.5, 0.5), (4, .nan, 0.5), (4, 1, 0), (4, 1, 1.5), (4, 1, .nan)])
    func `an impossible host has a finding and no estimate`(threads: Int, overcommit: Double, load: Double) throws {
        let machine = try MockMachine()
        _ = try machine.set(.intelServer(sockets: 1))
        var estimator = Estimator(roots: machine.roots)
        estimator.host.threads = threads
        estimator.host.overcommit = overcommit
        estimator.host.load = load
        let discovery = estimator.discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.map(\.reason.name) == ["configuration"])
    }

    @Test func `the idle energy and the rest add up exactly at every load`() {
        var energy = EnergyIntegral(curve)
        var random = SeededGenerator(seed: 7)
        var times = SIMD8<UInt64>()
        var now: Int64 = 0
        _ = energy.advance(to: CPUTimes(times), at: now)
        for _ in 0..<500 {
            let ticks = UInt64.random(in: 0...200, using: &random)
            let busy = UInt64.random(in: 0...ticks, using: &random)
            times[0] += busy
            times[3] += ticks - busy
            now += Int64(ticks) * 10_000_000
            guard let whole = energy.advance(to: CPUTimes(times), at: now).count else { continue }
            let (idle, active) = (energy.idleCount - 1, energy.activeCount - 1)
            #expect(idle + active == whole - 1)
            #expect(abs(Double(idle) - curve.idle.rawValue * Double(now) / 1000) < 1000)
        }
    }
}
