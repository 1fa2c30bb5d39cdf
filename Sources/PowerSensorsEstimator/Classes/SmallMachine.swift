import Glibc
import PowerSensorsCore
import PowerSensorsMachine

/// A machine that is no server, and what its power is estimated from: its class, and one simple fact.
///
/// The curves are those of `Fitting/machines.csv`, public measurements of 137 machines, which `Fitting/classes.py`
/// compares with them. They are few and differ much, so the bands are wide.
package struct SmallMachine: Hashable, Sendable {
    package let machineClass: MachineClass
    package let basis: MachineClass.Basis

    /// The processor's generation as its maker calls it; nil if unknown.
    package let architecture: String?

    /// The design power that the processor's name suggests; nil if it suggests none.
    package var nominalWatts: Double?

    /// Whether a single board has cores like those of a small server.
    let hasFastCores: Bool

    /// A machine of a class; nil for a server.
    init?(
        _ machineClass: MachineClass, by basis: MachineClass.Basis, name: ProcessorName, chip: NameFacts? = nil,
        hasFastCores: Bool = false
    ) {
        if machineClass == .server { return nil }
        self.machineClass = machineClass
        self.basis = basis
        architecture = name.microarchitecture ?? chip?.microarchitecture
        nominalWatts = name.nominalWatts
        self.hasFastCores = hasFastCores || name.hasFastCores || chip?.hasFastCores == true
    }

    /// This machine, or the host of this guest; nil for a server, and if its class is unknown.
    init?(of machine: MachineDescription) {
        let name = ProcessorName(machine.processor.name)
        guard let (found, basis) = machine.machineClass(name) else { return nil }
        // In a board, the first processor may be a slow one; the chip's name says which others there are.
        let words = machine.firmware.compatible.split { $0 == "\0" || $0 == "," }
        let chip = words.lazy.compactMap { NameFacts.systemOnChip(String($0)) }.first
        self.init(found, by: basis, name: name, chip: chip, hasFastCores: machine.processor.hasFastCores)
    }

    /// The cores to assume if neither the name nor the machine shows them.
    package var typicalCores: Int {
        switch machineClass {
        case .singleBoard, .miniPC: 4
        case .laptop, .desktop: 8
        case .workstation, .server: 24
        }
    }

    // MARK: The curve

    /// The watts at idle and at full load, and how far off each may be in two of three cases.
    private struct Curve {
        let idle: Double
        let full: Double
        let idleBand: RelativeBand
        let fullBand: RelativeBand
    }

    private func curve(cores: Int) -> Curve {
        func curve(
            _ idle: Double, _ idleBand: ClosedRange<Double>, full: Double, _ fullBand: ClosedRange<Double>
        ) -> Curve {
            Curve(
                idle: idle, full: full, idleBand: RelativeBand(low: idleBand.lowerBound, high: idleBand.upperBound),
                fullBand: RelativeBand(low: fullBand.lowerBound, high: fullBand.upperBound))
        }
        return switch machineClass {
        case .singleBoard:
            hasFastCores
                ? curve(2.6, 0.45...1.35, full: 10.5, 0.75...1.45)
                : curve(2, 0.5...1.75, full: 1.1 * Double(min(cores, 8)), 0.55...1.6)
        case .miniPC: curve(9, 0.66...1.6, full: 16 + 1.1 * (nominalWatts ?? 28), 0.75...1.35)
        case .laptop: curve(12, 0.44...1.75, full: 8 + 1.35 * (nominalWatts ?? 28), 0.7...1.4)
        case .desktop: curve(52, 0.6...1.9, full: 55 + 1.25 * (nominalWatts ?? 75), 0.6...1.45)
        case .workstation, .server: curve(95, 0.65...1.6, full: 40 + 1.35 * (nominalWatts ?? 220), 0.6...1.45)
        }
    }

    /// The share of the range that the first work uses, and how much of the rest rises linearly: small machines have no
    /// sleep as deep as a server's package, and turbo from the first core on. This is a judgement.
    private static let shape = LoadCurve(jump: 0.1, slope: 1)

    /// How much a known end moves the other.
    private static let slopes = SIMD2(0.5, 0.5)

    /// The estimate of a machine of this class.
    func estimate(of server: ModelledServer, known: KnownWatts, profile: LoadProfile) -> ServerEstimate {
        let curve = curve(cores: server.cores)
        let ends = known.applied(
            to: SIMD2(log(min(curve.idle, curve.full)), log(curve.full)), slopes: Self.slopes)
        return ServerEstimate(
            server: server, known: known, profile: profile, basis: known.basis ?? .generation,
            support: .none,
            curve: PowerCurve(
                idle: known.idle ?? Watts(exp(ends.x)), maximum: known.maximum ?? Watts(exp(ends.y)),
                shape: profile.shape ?? Self.shape))
    }

    /// The band at a load, or over all loads. Known watts have no error.
    func band(at load: Double?, cores: Int, known: KnownWatts) -> RelativeBand {
        let curve = curve(cores: cores)
        let exact = RelativeBand(low: 1, high: 1)
        let idle = known.idle == nil ? curve.idleBand : exact
        let full = known.maximum == nil ? curve.fullBand : exact
        // Between two known ends, the curve may be a fifth off in the middle.
        let middle = known.basis == .anchored ? 0.2 : 0
        guard let load else {
            return RelativeBand(low: min(idle.low, full.low) - middle, high: max(idle.high, full.high) + middle)
        }
        let part = load > 0 ? min(load, 1) : 0
        let sag = middle * 4 * part * (1 - part)
        return RelativeBand(
            low: idle.low + (full.low - idle.low) * part - sag, high: idle.high + (full.high - idle.high) * part + sag)
    }

    // MARK: Words

    /// What the estimate is made of, as in `class laptop (by the line of the processor), nominal 28 W`.
    package var inputs: [String] {
        let found = basis == .given ? "as given" : "by the \(basis.rawValue)"
        var inputs = ["class \(machineClass.rawValue) (\(found))"]
        if machineClass == .singleBoard {
            inputs.append(hasFastCores ? "fast cores" : "cores")
        } else if let nominalWatts {
            inputs.append("nominal \(Int(nominalWatts)) W")
        } else {
            inputs.append("no known design power")
        }
        return inputs
    }

    /// The processor in a word or two.
    package var processor: String { architecture ?? "unknown processor" }

    /// The channel's label, such as `laptop, Zen 4`.
    var label: String { "\(machineClass.rawValue), \(processor)" }
}
