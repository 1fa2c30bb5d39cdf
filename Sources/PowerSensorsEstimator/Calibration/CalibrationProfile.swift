public import PowerSensorsCore
package import PowerSensorsMachine

/// The result of calibrating a machine: its power at each tenth of the load, and the hardware.
///
/// It is stored in a JSON file, which `powersensors calibrate` writes.
public struct CalibrationProfile: Hashable, Sendable {
    /// The hardware that was calibrated.
    public struct Hardware: Hashable, Sendable, Codable {
        /// The processor's vendor: `intel`, `amd`, `hygon`, `arm` or `other`.
        public let vendor: String

        /// CPUID's family; nil on Arm.
        public let family: Int?

        /// CPUID's model, or Arm's part number.
        public let model: Int?

        /// CPUID's stepping, which distinguishes generations of one model; nil on Arm.
        public let stepping: Int?

        /// The processor's model name.
        public let name: String

        /// The populated sockets; nil if the kernel does not report them.
        public let sockets: Int?

        /// The physical cores of all sockets.
        public let cores: Int

        /// The hardware threads.
        public let threads: Int
    }

    /// The version of the file's format.
    static let currentVersion = 1

    /// What the power covers: the scope of the sensor that measured it.
    public let scope: Scope

    /// The sensor that measured it.
    public let sensor: SensorName

    /// The power without load.
    public let idle: Watts

    /// The power at full load.
    public let maximum: Watts

    /// The share of the range from idle to maximum at each tenth of the load: eleven numbers that rise from 0 to 1.
    public let curve: [Double]

    /// The mean relative error on measurements that the fit did not use.
    public let error: Double

    /// The hardware that was calibrated.
    public let hardware: Hardware

    /// The loads at which the machine was seen. Beyond them the curve only goes on.
    let loads: ClosedRange<Double>

    /// How many machines it was learned on; more than 1 for a merged one, see ``MergedCalibration``.
    public var machines: Int { max(members.count, 1) }

    /// Of a merged profile, the fingerprints of its machines' own, so that none is merged twice; empty for one machine's.
    let members: Set<UInt64>

    /// The profile of a curve of watts at each tenth of the load, with the scope, sensor and hardware of another.
    init(powers: [Double], error: Double, like other: CalibrationProfile, members: Set<UInt64>) {
        let (first, last) = (powers.first ?? 0, powers.last ?? 0)
        (scope, sensor, hardware, loads) = (other.scope, other.sensor, other.hardware, other.loads)
        (idle, maximum) = (Watts(first), Watts(last))
        curve = powers.map { ($0 - first) / (last - first) }
        self.error = error
        self.members = members
    }

    /// The profile of a fitted curve.
    package init(_ fit: CalibrationFit, of scope: Scope, by sensor: SensorName, on hardware: Hardware) {
        let powers = fit.powers.map(\.rawValue)
        let (first, last) = (powers.first ?? 0, powers.last ?? 0)
        self.scope = scope
        self.sensor = sensor
        idle = Watts(first)
        maximum = Watts(last)
        curve = powers.map { ($0 - first) / (last - first) }
        error = fit.error
        loads = fit.loads
        members = []
        self.hardware = hardware
    }
}

extension CalibrationProfile: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, scope, sensor, curve, loads, hardware, members
        case idle = "idle_w"
        case maximum = "max_w"
        case error
    }

    /// Decodes and verifies a profile.
    ///
    /// - Throws: `DecodingError` if a value is missing, invalid, or of another version.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func refused(_ key: CodingKeys, _ text: String) -> DecodingError {
            .dataCorruptedError(forKey: key, in: values, debugDescription: "\(key.stringValue) \(text)")
        }
        let version = try values.decode(Int.self, forKey: .version)
        guard version == Self.currentVersion else {
            throw refused(.version, "is \(version), and only \(Self.currentVersion) is known")
        }
        let name = try values.decode(String.self, forKey: .scope)
        guard let scope = Scope.all.first(where: { $0.name == name }) else { throw refused(.scope, "is unknown") }
        self.scope = scope
        idle = Watts(try values.decode(Double.self, forKey: .idle))
        maximum = Watts(try values.decode(Double.self, forKey: .maximum))
        guard idle >= 0, maximum > idle, maximum <= 1e9 else { throw refused(.maximum, "must be greater than idle_w") }
        curve = try values.decode([Double].self, forKey: .curve)
        guard curve.count == CalibrationFit.knots, curve.first == 0, curve.last == 1,
            zip(curve, curve.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw refused(.curve, "must have eleven numbers that rise from 0 to 1") }
        error = try values.decode(Double.self, forKey: .error)
        guard (0...1).contains(error) else { throw refused(.error, "must be from 0 to 1") }
        let loads = try values.decodeIfPresent([Double].self, forKey: .loads) ?? [0, 1]
        guard loads.count == 2, 0 <= loads[0], loads[0] < loads[1], loads[1] <= 1 else {
            throw refused(.loads, "must have two numbers that rise, from 0 to 1")
        }
        self.loads = loads[0]...loads[1]
        sensor = SensorName(try values.decode(String.self, forKey: .sensor))
        let members = try values.decodeIfPresent([String].self, forKey: .members) ?? []
        self.members = Set(members.compactMap { UInt64($0, radix: 16) })
        guard self.members.count == members.count, members.count != 1 else {
            throw refused(.members, "must have a fingerprint of each of two machines or more")
        }
        hardware = try values.decode(Hardware.self, forKey: .hardware)
        guard (1...(1 << 24)).contains(hardware.threads), (1...hardware.threads).contains(hardware.cores) else {
            throw refused(.hardware, "must have the threads and cores of a machine")
        }
    }

    /// Encodes the profile.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Self.currentVersion, forKey: .version)
        try values.encode(scope.name, forKey: .scope)
        try values.encode(sensor.name, forKey: .sensor)
        try values.encode(idle.rawValue, forKey: .idle)
        try values.encode(maximum.rawValue, forKey: .maximum)
        try values.encode(curve, forKey: .curve)
        try values.encode(error, forKey: .error)
        try values.encode([loads.lowerBound, loads.upperBound], forKey: .loads)
        try values.encode(hardware, forKey: .hardware)
        if !members.isEmpty { try values.encode(members.sorted().map { String($0, radix: 16) }, forKey: .members) }
    }
}

extension CalibrationProfile.Hardware {
    /// The hardware of a machine.
    package init(_ machine: MachineDescription) {
        let processor = machine.processor
        self.init(
            vendor: processor.vendor.rawValue, family: processor.family, model: processor.model,
            stepping: processor.stepping, name: processor.name, sockets: machine.sockets, cores: machine.cores,
            threads: machine.threads)
    }

    /// Why a profile of this hardware does not apply to a machine; nil if it does.
    ///
    /// A guest has its host's processor and some of its threads. Another physical machine must have the same hardware.
    package func mismatch(with machine: MachineDescription) -> String? {
        let other = CalibrationProfile.Hardware(machine)
        // Hypervisors may rename a processor, but rarely change its numbers. The name counts only if there are no
        // numbers.
        let hasNumbers = model != nil && other.model != nil
        let hasSameNumbers = family == other.family && model == other.model && stepping == other.stepping
        let isSame = vendor == other.vendor && (hasNumbers ? hasSameNumbers : name == other.name)
        // Processors of the same model may differ in power by a factor of two.
        if !isSame || (machine.isGuest != true && name != other.name) {
            func text(_ hardware: Self) -> String {
                guard name == other.name, let family = hardware.family, let model = hardware.model else {
                    return hardware.name
                }
                return "\(name) of family \(family), model \(model) and stepping \(hardware.stepping ?? 0)"
            }
            return "it was made on \(text(self)), and this processor is \(text(other))"
        }
        if machine.isGuest == true {
            return other.threads > threads
                ? "it was made on \(threads) threads, and this guest has \(other.threads)" : nil
        }
        if sockets != other.sockets {
            return "it was made on \(sockets ?? 1) sockets, and this machine has \(other.sockets ?? 1)"
        }
        return other.threads == threads && other.cores == cores
            ? nil
            : "it was made on \(cores) cores with \(threads) threads, and this machine has \(other.cores) with "
                + "\(other.threads)"
    }
}
