import PowerSensors
import PowerSensorsTesting
import Testing

/// A machine that is no server, and the watts that others have measured at its plug.
struct MeasuredMachine: CustomTestStringConvertible {
    let processor: String
    let machineClass: MachineClass
    let idle: Double?
    let full: ClosedRange<Double>
    var cores: Int?

    var testDescription: String { processor }

    init(
        _ processor: String, _ machineClass: MachineClass, _ idle: Double?, _ full: ClosedRange<Double>,
        cores: Int? = nil
    ) {
        self.processor = processor
        self.machineClass = machineClass
        self.idle = idle
        self.full = full
        self.cores = cores
    }

    /// From Fitting/machines.csv, which names the sources.
    static let all: [MeasuredMachine] = [
        MeasuredMachine("Raspberry Pi 5", .singleBoard, 2.8, 9.7...13.8),
        MeasuredMachine("Raspberry Pi 4 Model B", .singleBoard, 1.6, 5...7.2),
        MeasuredMachine("Raspberry Pi 3 Model B Plus", .singleBoard, 3.1, 5.6...5.6),
        MeasuredMachine("Rockchip RK3566", .singleBoard, 1.8, 4.4...4.4),
        MeasuredMachine("Rockchip RK3588", .singleBoard, 1.4, 10.9...12.8),
        MeasuredMachine("StarFive JH7110", .singleBoard, 3.1, 5.3...5.3, cores: 4),
        MeasuredMachine("spacemit,x60", .singleBoard, 3.5, 8...10.6, cores: 8),
        MeasuredMachine("Intel(R) N100", .miniPC, 5.5, 22.1...25),
        MeasuredMachine("Intel(R) N150", .miniPC, 9.3, 25...28.5),
        MeasuredMachine("Intel(R) Celeron(R) N5105 @ 2.00GHz", .miniPC, 14, 25...30),
        MeasuredMachine("Apple M1", .miniPC, 6.8, 26...39),
        MeasuredMachine("Apple M4", .miniPC, 4.1, 31.2...39.6),
        MeasuredMachine("Intel(R) Core(TM) i5-7400T CPU @ 2.40GHz", .miniPC, nil, 41...41),
        MeasuredMachine("AMD Ryzen AI 5 340 w/ Radeon 840M", .laptop, 2.7, 41.6...46.7),
        MeasuredMachine("Intel(R) Core(TM) i7-2820QM CPU @ 2.30GHz", .laptop, 12.5, 70...89),
        MeasuredMachine("Intel(R) Core(TM) i7-2630QM CPU @ 2.00GHz", .laptop, 14, 81...81),
        MeasuredMachine("Intel(R) Core(TM)2 Duo CPU P8600 @ 2.40GHz", .laptop, 18.5, 41...41),
        MeasuredMachine("Apple M1 Max", .laptop, 7.2, 76...110),
        MeasuredMachine("Intel(R) Core(TM)2 Quad CPU Q8400 @ 2.66GHz", .desktop, 66, 139.9...180),
        MeasuredMachine("Intel(R) Core(TM) Ultra 7 265K", .desktop, 34.5, 244.5...273),
        MeasuredMachine("Intel(R) Core(TM) i7-3770K CPU @ 3.50GHz", .desktop, 43, 102...120),
        MeasuredMachine("AMD Ryzen 7 PRO 4750G with Radeon Graphics", .desktop, 33, 100...100),
        MeasuredMachine("AMD Ryzen 5 7600 6-Core Processor", .desktop, 97.3, 173...180),
        MeasuredMachine("AMD Ryzen 9 7900X 12-Core Processor", .desktop, nil, 226...305),
        MeasuredMachine("NVIDIA GB10", .miniPC, 31.5, 127.1...155),
        MeasuredMachine("Apple M2 Ultra", .miniPC, 10, 197...295),
        MeasuredMachine("Apple M1 Ultra", .miniPC, 13, 143...215),
        MeasuredMachine("Intel(R) Core(TM) i3-1315U", .laptop, nil, 24...24),
        MeasuredMachine("Intel(R) Core(TM) i7-2720QM CPU @ 2.20GHz", .laptop, 16, 70...90),
        MeasuredMachine("Intel(R) Xeon(R) W-3223 CPU @ 3.50GHz", .workstation, 101, 287...430),
        MeasuredMachine("Intel(R) Xeon(R) W-2191B CPU @ 2.30GHz", .workstation, 64, 247...370),
    ]

    func estimate() throws -> ServerEstimate {
        var server = DescribedServer(processor: processor)
        server.cores = cores
        // Apple's processors are in laptops and others; only the form tells.
        if machineClass != MachineClass(line: ProcessorName(processor).line) { server.machineClass = machineClass }
        return EstimatorModel.estimate(of: try server.modelled().server)
    }

    /// Whether the measured watts are in the band: at idle, and at full load.
    func isInBand() throws -> (idle: Bool?, full: Bool) {
        let estimate = try estimate()
        func holds(_ load: Double, _ watts: Double) -> Bool {
            let power = estimate.curve.power(at: load).rawValue
            let band = estimate.band(at: load)
            return (power * band.low...power * band.high).contains(watts)
        }
        return (idle.map { holds(0, $0) }, holds(1, full.lowerBound) || holds(1, full.upperBound))
    }
}

struct MachineClassTests {
    @Test(arguments: MeasuredMachine.all)
    func `a machine's class is found by its processor's name or given, and it is no server`(machine: MeasuredMachine)
        throws
    {
        let estimate = try machine.estimate()
        #expect(estimate.machineClass == machine.machineClass)
        #expect(estimate.curve.maximum < Watts(350))
        #expect(estimate.method.hasPrefix("curve of"))
    }

    @Test func `two of three measured machines lie in the band at idle, and at full load`() throws {
        let found = try MeasuredMachine.all.map { try $0.isInBand() }
        let idle = found.compactMap(\.idle)
        #expect(idle.filter(\.self).count * 3 >= idle.count * 2, "\(found)")
        #expect(found.filter(\.full).count * 3 >= found.count * 2, "\(found)")
    }

    /// A name, and the watts without load and at full load that its band must hold.
    @Test(
        arguments: [
            ("Raspberry Pi 5 Model B Rev 1.0", 3, 13), ("Intel(R) N100", 6, 25),
            ("AMD Ryzen 7 7840U w/ Radeon 780M Graphics", 15, 42),
        ] as [(String, Double, Double)])
    func `small machines are in their bands`(name: String, idle: Double, full: Double) throws {
        let estimate = EstimatorModel.estimate(of: try DescribedServer(processor: name).modelled().server)
        for (load, watts) in [(0.0, idle), (1.0, full)] {
            let power = estimate.curve.power(at: load).rawValue
            let band = estimate.band(at: load)
            #expect((power * band.low...power * band.high).contains(watts), "\(power) W at \(load)")
        }
    }

    @Test(arguments: [
        ("Zilog Z80", "single-board"), ("QEMU Virtual CPU version 2.5+", "QEMU"),
        ("Intel Something", "'Intel Something'"),
        ("", "missing"),
    ])
    func `what is not known is refused with advice that leads to no server`(name: String, mention: String) throws {
        #expect {
            _ = try DescribedServer(processor: name).modelled()
        } throws: {
            "\($0)".contains(mention) && !"\($0)".contains("write Intel, AMD")
        }
        for machineClass in MachineClass.allCases {
            var server = DescribedServer(processor: name)
            server.machineClass = machineClass
            let estimate = EstimatorModel.estimate(of: try server.modelled().server)
            #expect(estimate.machineClass == machineClass)
            if machineClass == .server { #expect(estimate.band == EstimatorModel.bandOfUnknown) }
        }
    }

    @Test(arguments: ["POWER9", "HUAWEI Kunpeng 920 5250", "Loongson-3C5000L", "Hygon C86-4G (OPN:7490)"])
    func `a server of a maker that is not in the data has a band of a factor of two`(name: String) throws {
        let (server, isAssumed) = try DescribedServer(processor: name).modelled()
        #expect(server.isUnknown && isAssumed && server.small == nil)
        let estimate = EstimatorModel.estimate(of: server)
        for load in [0, 0.5, 1] { #expect(estimate.band(at: load, isAssumed: true) == EstimatorModel.bandOfUnknown) }
    }

    @Test func `known watts are kept, move the other end, and have no error`() throws {
        let server = try DescribedServer(processor: "AMD Ryzen 9 7950X 16-Core Processor").modelled().server
        let free = EstimatorModel.estimate(of: server)
        let known = try #require(KnownWatts(idle: Watts(30), maximum: nil))
        let byIdle = EstimatorModel.estimate(of: server, known: known)
        #expect(byIdle.curve.idle == Watts(30))
        #expect(byIdle.curve.maximum < free.curve.maximum)
        #expect(byIdle.band(at: 0) == RelativeBand(low: 1, high: 1))
        let both = try #require(KnownWatts(idle: Watts(30), maximum: Watts(230)))
        let anchored = EstimatorModel.estimate(of: server, known: both)
        #expect(anchored.band(at: 1) == RelativeBand(low: 1, high: 1))
        #expect(anchored.band.low > free.band.low && anchored.band.high < free.band.high)
    }

    @Test(arguments: MachineClass.allCases)
    func `power never falls as the load grows, and the band holds the estimate`(machineClass: MachineClass) throws {
        var server = DescribedServer(processor: "Something")
        server.machineClass = machineClass
        server.cores = 1
        let estimate = EstimatorModel.estimate(of: try server.modelled().server)
        var previous = Watts(0)
        for step in 0...20 {
            let load = Double(step) / 20
            let power = estimate.curve.power(at: load)
            #expect(power >= previous && power > Watts(0))
            previous = power
            let band = estimate.band(at: load)
            #expect(band.low < 1 && band.high > 1)
        }
    }
}
