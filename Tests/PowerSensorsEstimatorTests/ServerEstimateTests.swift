import PowerSensors
import Testing

/// A machine without a published result, with the fitting program's estimate.
struct PredictedMachine: CustomTestStringConvertible {
    let name: String
    let maker: String
    let generation: String
    let server: ModelledServer
    /// The powers at eleven loads for each level of knowledge.
    var watts: [String: [Double]] = [:]

    /// The lower ends of the bands at eleven loads, then the upper ones.
    func ends(_ name: String) -> [Double] { watts["b" + name] ?? [] }

    var testDescription: String { name }

    init?(_ fields: [String]) {
        guard fields.count == 8, let generation = CPUGeneration(rawValue: fields[2]), let sockets = Int(fields[3]),
            let cores = Int(fields[4]), let memory = Double(fields[5]), let megahertz = Double(fields[6])
        else { return nil }
        name = fields[0]
        maker = fields[1]
        self.generation = fields[2]
        server = ModelledServer(
            generation: generation,
            sockets: sockets,
            cores: cores,
            memoryGigabytes: memory,
            isClient: generation.isClientOnly || ProcessorName(name).isClient,
            processorKey: ProcessorKey(name).text,
            megahertz: megahertz,
            designPower: Double(fields[7])
        )
    }

    static let all: [PredictedMachine] = {
        var machines: [PredictedMachine] = []
        for line in predictedMachines.split(separator: "\n") {
            if let machine = PredictedMachine(
                line.split(separator: ";", omittingEmptySubsequences: false).map(String.init))
            {
                machines.append(machine)
            } else if !machines.isEmpty {
                let fields = line.split(separator: " ").map(String.init)
                machines[machines.count - 1].watts[fields[0]] = fields.dropFirst().compactMap { Double($0) }
            }
        }
        return machines
    }()
}

private func expect(_ curve: PowerCurve, toBe watts: [Double]?) {
    #expect(watts?.count == 11)
    for (tenth, expected) in (watts ?? []).enumerated() {
        let error = abs(curve.power(at: Double(tenth) / 10).rawValue / expected - 1)
        #expect(error <= 1e-6, "at \(tenth * 10) %")
    }
}

private func expect(_ estimate: ServerEstimate, toHaveBand ends: [Double]) {
    #expect(ends.count == 22)
    for (tenth, (low, high)) in zip(ends.prefix(11), ends.dropFirst(11)).enumerated() {
        let band = estimate.band(at: Double(tenth) / 10)
        #expect(abs(band.low / low - 1) <= 1e-5 && abs(band.high / high - 1) <= 1e-5, "at \(tenth * 10) %")
    }
}

struct ServerEstimateTests {
    @Test func `there is a reference machine for every generation`() {
        #expect(Set(PredictedMachine.all.map(\.generation)) == Set(CPUGeneration.allCases.map(\.rawValue)))
    }

    @Test(arguments: PredictedMachine.all)
    func `the program's watts are those of the fitting program to a millionth`(machine: PredictedMachine) throws {
        var server = machine.server
        expect(EstimatorModel.estimate(of: server).curve, toBe: machine.watts["1"])

        server.maker = machine.maker
        let byMaker = EstimatorModel.estimate(of: server)
        expect(byMaker.curve, toBe: machine.watts[machine.maker == "Somebody" ? "1" : "2"])
        #expect(byMaker.tier == 2)

        let known = try #require(machine.watts["1"])
        let ends = try #require(KnownWatts(idle: Watts(known[0] * 0.9), maximum: Watts(known[10] * 1.1)))
        let anchored = EstimatorModel.estimate(of: server, known: ends)
        expect(anchored.curve, toBe: machine.watts["a"])
        #expect(anchored.method == "anchored")

        server.maker = ""
        server.megahertz = nil
        server.designPower = nil
        expect(EstimatorModel.estimate(of: server).curve, toBe: machine.watts["f"])

        server.processorKey = ""
        let byGeneration = EstimatorModel.estimate(of: server)
        expect(byGeneration.curve, toBe: machine.watts["0"])
        #expect(byGeneration.tier == 1)
    }

    @Test(arguments: PredictedMachine.all)
    func `the program's bands are those of the fitting program`(machine: PredictedMachine) throws {
        var server = machine.server
        expect(EstimatorModel.estimate(of: server), toHaveBand: machine.ends("processor"))
        var unnamed = server
        unnamed.processorKey = ""
        expect(EstimatorModel.estimate(of: unnamed), toHaveBand: machine.ends("generation"))

        server.maker = machine.maker
        expect(EstimatorModel.estimate(of: server), toHaveBand: machine.ends("maker"))
        let watts = try #require(machine.watts["1"])
        let (idle, maximum) = (Watts(watts[0] * 0.9), Watts(watts[10] * 1.1))
        for (name, letter, known) in [
            ("idle", "i", KnownWatts(idle: idle, maximum: nil)),
            ("maximum", "x", KnownWatts(idle: nil, maximum: maximum)),
            ("anchored", "a", KnownWatts(idle: idle, maximum: maximum)),
        ] {
            let estimate = EstimatorModel.estimate(of: server, known: try #require(known))
            expect(estimate.curve, toBe: machine.watts[letter])
            expect(estimate, toHaveBand: machine.ends(name))
        }
    }

    @Test(arguments: PredictedMachine.all)
    func `a processor's generation is found by its name`(machine: PredictedMachine) {
        #expect(ProcessorName(machine.name).generation?.rawValue == machine.generation)
    }

    @Test func `known idle and maximum powers are kept, and one of them scales the other`() throws {
        let server = ModelledServer(generation: .milan, sockets: 2, cores: 128, memoryGigabytes: 512, isClient: false)
        let free = EstimatorModel.estimate(of: server)
        let lower = try #require(KnownWatts(idle: free.curve.idle * 0.8, maximum: nil))
        let byIdle = EstimatorModel.estimate(of: server, known: lower)
        #expect(byIdle.curve.idle == free.curve.idle * 0.8)
        #expect(byIdle.curve.maximum < free.curve.maximum)
        #expect(byIdle.basis == .idle)
        let higher = try #require(KnownWatts(idle: nil, maximum: free.curve.maximum * 1.2))
        let byMaximum = EstimatorModel.estimate(of: server, known: higher)
        #expect(byMaximum.curve.maximum == free.curve.maximum * 1.2)
        #expect(byMaximum.curve.idle > free.curve.idle)
        #expect(byMaximum.basis == .maximum)
        #expect(byMaximum.band(at: 1) == RelativeBand(low: 1, high: 1))
        #expect(byMaximum.inputs.last == "maximum watts")
    }

    @Test(arguments: [(0, 10), (-1, 10), (.nan, 10), (.infinity, 10), (20, 10), (10, 0)] as [(Double, Double)])
    func `impossible known powers are refused`(idle: Double, maximum: Double) {
        #expect(KnownWatts(idle: Watts(idle), maximum: Watts(maximum)) == nil)
    }

    @Test(
        arguments: [(5000, nil, true), (nil, 5, true), (nil, 5000, true), (60, 500, false), (25, nil, false)]
            as [(Double?, Double?, Bool)])
    func `known watts that are hardly the machine's are asked about`(idle: Double?, maximum: Double?, isAsked: Bool)
        throws
    {
        let server = try DescribedServer(processor: "2x Intel Xeon Gold 6248").modelled().server
        let known = try #require(KnownWatts(idle: idle.map { Watts($0) }, maximum: maximum.map { Watts($0) }))
        #expect((EstimatorModel.estimate(of: server, known: known).question != nil) == isAsked)
    }

    @Test func `a known idle power above the estimated maximum gives no falling curve`() throws {
        let server = ModelledServer(generation: .rome, sockets: 1, cores: 8, memoryGigabytes: 32, isClient: false)
        let known = try #require(KnownWatts(idle: Watts(5000), maximum: nil))
        let curve = EstimatorModel.estimate(of: server, known: known).curve
        #expect(curve.maximum >= curve.idle)
    }

    @Test(arguments: ServerEstimate.Basis.allCases)
    func `every basis has a band about the estimate at every load`(basis: ServerEstimate.Basis) throws {
        let server = ModelledServer(generation: .genoa, sockets: 2, cores: 192, memoryGigabytes: 384, isClient: false)
        var machine = server
        var known = KnownWatts()
        switch basis {
        case .generation: break
        case .processor: machine.processorKey = "9654"
        case .unseenProcessor: machine.processorKey = "9999x"
        case .maker:
            machine.processorKey = "9654"
            machine.maker = "HPE"
        case .makerOfUnseenProcessor:
            machine.processorKey = "9999x"
            machine.maker = "HPE"
        case .idle: known = try #require(KnownWatts(idle: Watts(100), maximum: nil))
        case .maximum: known = try #require(KnownWatts(idle: nil, maximum: Watts(700)))
        case .anchored: known = try #require(KnownWatts(idle: Watts(100), maximum: Watts(700)))
        }
        let estimate = EstimatorModel.estimate(of: machine, known: known)
        #expect(estimate.basis == basis)
        for load in [0.15, 0.5, 0.55, 0.95] {
            let band = estimate.band(at: load)
            #expect(band.low < 1 && band.low > 0.7)
            #expect(band.high > 1 && band.high < 1.3)
        }
        #expect(estimate.band.low < 1 && estimate.band.high > 1)
    }

    @Test func `the performance profile idles at a fifth and rises at once`() {
        let server = ModelledServer(generation: .skylake, sockets: 2, cores: 56, memoryGigabytes: 192, isClient: false)
        let estimate = EstimatorModel.estimate(of: server, profile: .performance)
        let curve = estimate.curve
        #expect(curve.idle.rawValue >= 0.2 * curve.maximum.rawValue)
        let range = curve.maximum.rawValue - curve.idle.rawValue
        for (load, share) in [(0.05, 0.11), (0.1, 0.22), (0.3, 0.465), (0.5, 0.71), (1, 1)] {
            let found = (curve.power(at: load).rawValue - curve.idle.rawValue) / range
            #expect(abs(found - share) < 1e-9)
        }
        #expect(estimate.band == EstimatorModel.bandOfAssumptions)
        let known = EstimatorModel.estimate(
            of: server, known: KnownWatts(idle: Watts(100), maximum: Watts(200)) ?? KnownWatts(), profile: .performance)
        for load in [0, 0.1, 0.5, 0.9, 1] {
            let (watts, band) = (known.curve.power(at: load).rawValue, known.band(at: load))
            #expect(watts * band.low >= 99.999 && watts * band.high <= 200.001, "\(load)")
        }
        #expect(LoadProfile(named: "performance") == .performance)
        #expect(LoadProfile(named: "turbo") == nil)
    }
}
