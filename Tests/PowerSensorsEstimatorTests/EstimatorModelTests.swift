import PowerSensors
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A server, and what the fit's reference program computes for it.
struct GoldenServer: CustomTestStringConvertible {
    let testDescription: String
    let server: ModelledServer
    let idle: Double
    let maximum: Double
    let atTenth: Double
    let atHalf: Double
    let atNineTenths: Double

    init(
        _ generation: CPUGeneration,
        _ sockets: Int,
        _ cores: Int,
        _ memory: Double,
        isClient: Bool = false,
        watts: [Double]
    ) {
        testDescription = "\(sockets) × \(generation.rawValue), \(cores) cores, \(memory) GB"
        server = ModelledServer(
            generation: generation,
            sockets: sockets,
            cores: cores,
            memoryGigabytes: memory,
            isClient: isClient
        )
        idle = watts[0]
        maximum = watts[1]
        atTenth = watts[2]
        atHalf = watts[3]
        atNineTenths = watts[4]
    }
}

extension PowerCurve {
    /// A server's power by the formula alone.
    init(formulaOf server: ModelledServer) {
        let logarithms = EstimatorModel.logarithms(of: server)
        self.init(
            idle: Watts(exp(logarithms.x)), maximum: Watts(exp(logarithms.y)),
            shape: server.generation.coefficients.curve)
    }
}

struct EstimatorModelTests {
    @Test(arguments: [
        GoldenServer(.iceLake, 2, 80, 256, watts: [125.4, 608.5, 190.9, 304.5, 517.8]),
        GoldenServer(.genoa, 2, 192, 384, watts: [127.5, 611.6, 236.9, 374.1, 551.4]),
        GoldenServer(.cascadeLake, 2, 40, 192, watts: [68.3, 355.2, 117.5, 188.2, 307.3]),
        GoldenServer(.sapphireRapids, 2, 112, 512, watts: [200.1, 915.1, 305.4, 495.3, 797.4]),
        GoldenServer(.coffeeLake, 1, 8, 32, isClient: true, watts: [19.7, 89.9, 23.7, 41.6, 75.5]),
    ])
    func `the formula's watts are those of its fit to a tenth`(golden: GoldenServer) {
        let curve = PowerCurve(formulaOf: golden.server)
        // The references are rounded to 0.1 W.
        let tolerance = 0.0501
        #expect(abs(curve.idle.rawValue - golden.idle) <= tolerance)
        #expect(abs(curve.maximum.rawValue - golden.maximum) <= tolerance)
        #expect(abs(curve.power(at: 0.1).rawValue - golden.atTenth) <= tolerance)
        #expect(abs(curve.power(at: 0.5).rawValue - golden.atHalf) <= tolerance)
        #expect(abs(curve.power(at: 0.9).rawValue - golden.atNineTenths) <= tolerance)
    }

    @Test(arguments: CPUGeneration.allCases)
    func `power never falls as the load grows`(generation: CPUGeneration) {
        let server = ModelledServer(
            generation: generation,
            sockets: 1,
            cores: generation.coefficients.coresPerSocket,
            memoryGigabytes: 64,
            isClient: generation.isClientOnly
        )
        let curve = EstimatorModel.estimate(of: server).curve
        var previous = curve.power(at: 0)
        #expect(previous == curve.idle)
        for step in 1...1000 {
            let power = curve.power(at: Double(step) / 1000)
            #expect(power >= previous)
            previous = power
        }
        #expect(abs(previous.rawValue - curve.maximum.rawValue) < 1e-9)
    }

    @Test(arguments: [-1, -Double.infinity, Double.nan])
    func `a load below 0 is idle`(load: Double) {
        #expect(LoadCurve(jump: 0.2, slope: 0.7).fraction(at: load) == 0)
    }

    @Test(arguments: [1.5, Double.infinity])
    func `a load above 1 is full load`(load: Double) {
        let curve = LoadCurve(jump: 0.2, slope: 0.7)
        #expect(curve.fraction(at: load) == curve.fraction(at: 1))
    }

    @Test func `a curve that would fall is limited to one that does not`() {
        let curve = LoadCurve(jump: -0.5, slope: 3)
        #expect(curve.jump == 0)
        #expect(curve.fraction(at: 1) >= curve.fraction(at: 0.9))
    }

    @Test func `full load is never below idle`() {
        let curve = PowerCurve(idle: Watts(100), maximum: Watts(50), shape: LoadCurve(jump: 0, slope: 1))
        #expect(curve.maximum == Watts(100))
        #expect(curve.power(at: 0.5) == Watts(100))
    }

    @Test(arguments: [0, -1, Double.nan, Double.infinity, 1e300])
    func `no size of a server gives an invalid power`(memory: Double) {
        for count in [Int.min, 0, 1, Int.max] {
            let server = ModelledServer(
                generation: .turin,
                sockets: count,
                cores: count,
                memoryGigabytes: memory,
                isClient: false
            )
            let curve = EstimatorModel.estimate(of: server).curve
            #expect(curve.idle.rawValue.isFinite)
            #expect(curve.maximum.rawValue.isFinite)
        }
    }
}
