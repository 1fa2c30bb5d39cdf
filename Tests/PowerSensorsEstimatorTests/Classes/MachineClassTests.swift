import Foundation
import PowerSensors
import PowerSensorsTesting
import Testing

/// A machine that is no server, and the watts that others have measured at its plug.
struct MeasuredMachine: CustomTestStringConvertible {
    let name: String
    let processor: String
    let machineClass: MachineClass
    let cores: Int?
    let idle: Double?
    /// The middle of what was measured at full load; of makers who state only a maximum, for the supply to be chosen by,
    /// two thirds of that.
    let full: Double?

    var testDescription: String { "\(name), \(processor)" }

    /// The rows of Fitting/machines.csv, which names their sources.
    static let all: [MeasuredMachine] = {
        let path = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Fitting/machines.csv"
        guard let bytes = try? Data(contentsOf: URL(filePath: path)) else { return [] }
        var records = TableRecords(Array(bytes))
        let header = records.next()?.fields ?? []
        var machines: [MeasuredMachine] = []
        while let record = records.next() {
            let row = Dictionary(zip(header, record.fields)) { first, _ in first }
            if let machine = MeasuredMachine(row) { machines.append(machine) }
        }
        return machines
    }()

    private init?(_ row: [String: String]) {
        func number(_ column: String) -> Double? { row[column].flatMap { Double($0) } }
        guard
            let machineClass = MachineClass(rawValue: row["class", default: ""].lowercased().replacing(" ", with: "-")),
            let name = row["machine"], let processor = row["processor"]
        else { return nil }
        (self.name, self.processor, self.machineClass) = (name, processor, machineClass)
        (cores, idle) = (row["cores"].flatMap { Int($0) }, number("idle_w"))
        full = number("full_max_w").map { most in number("full_w").map { ($0 * most).squareRoot() } ?? most * 2 / 3 }
    }

    func estimate() throws -> ServerEstimate {
        var server = DescribedServer(processor: processor)
        (server.cores, server.machineClass) = (cores, machineClass)
        return EstimatorModel.estimate(of: try server.modelled().server)
    }

    /// Whether the measured watts are in the band; nil where they are not known.
    func isInBand(at load: Double) throws -> Bool? {
        let estimate = try estimate()
        let power = estimate.curve.power(at: load).rawValue
        let band = estimate.band(at: load)
        return (load == 0 ? idle : full).map { (power * band.low...power * band.high).contains($0) }
    }
}

struct MachineClassTests {
    @Test func `a measured machine has its class's curve`() throws {
        #expect(MeasuredMachine.all.count == 137)
        for machine in MeasuredMachine.all {
            let estimate = try machine.estimate()
            #expect(estimate.machineClass == machine.machineClass)
            #expect(estimate.method.hasPrefix("curve of"))
        }
    }

    @Test(arguments: [MachineClass.singleBoard, .miniPC, .laptop, .desktop, .workstation])
    func `two of three measured machines of a class lie in the band at idle, and at full load`(of kind: MachineClass)
        throws
    {
        for load in [0.0, 1] {
            let found = try MeasuredMachine.all.filter { $0.machineClass == kind }.compactMap {
                try $0.isInBand(at: load)
            }
            #expect(found.count >= 10)
            let share = Double(found.filter(\.self).count) / Double(found.count)
            #expect(share >= 0.65, "\(share) of \(found.count) at \(load)")
        }
    }

    @Test(
        arguments: [
            ("Raspberry Pi 5", .singleBoard), ("spacemit,x60", .singleBoard), ("Intel(R) N150", .miniPC),
            ("NVIDIA GB10", .miniPC), ("Intel(R) Core(TM)2 Duo CPU P8600 @ 2.40GHz", .laptop), ("Apple M4", .laptop),
            ("Intel(R) Core(TM) Ultra 7 265K", .desktop), ("Intel(R) Xeon(R) W-3223 CPU @ 3.50GHz", .workstation),
        ] as [(String, MachineClass)])
    func `a machine's class is found by its processor's name`(name: String, machineClass: MachineClass) throws {
        let server = try DescribedServer(processor: name).modelled().server
        #expect(EstimatorModel.estimate(of: server).machineClass == machineClass)
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
