/// What a calibration learned of a machine: its power at each tenth of the load, and what it was learned on.
///
/// It is a value to keep in a file: its coding keys are the file's names. The file is made by `powersensors calibrate`.
public struct CalibrationProfile: Hashable, Sendable {
    /// The hardware that a profile was made on.
    public struct Hardware: Hashable, Sendable {
        /// Who made the processor: `intel`, `amd`, `hygon`, `arm` or `other`.
        public let vendor: String

        /// CPUID's family; nil where there is none, as on Arm.
        public let family: Int?

        /// CPUID's model, or Arm's part number.
        public let model: Int?

        /// CPUID's stepping, which tells generations of one model apart; nil where there is none.
        public let stepping: Int?

        /// The processor's name.
        public let name: String

        /// The sockets with a processor; nil where the kernel does not tell.
        public let sockets: Int?

        /// The physical cores of all sockets.
        public let cores: Int

        /// The hardware threads.
        public let threads: Int
    }

    /// The version of the form that this library writes and reads.
    public static let currentVersion = 1

    /// What the power covers: that of the sensor it was measured with.
    public let scope: Scope

    /// The sensor that it was measured with.
    public let sensor: SensorName

    /// The power with no work at all.
    public let idle: Watts

    /// The power with every thread busy.
    public let maximum: Watts

    /// The part of the range from idle to maximum at each tenth of the load: eleven numbers that rise from 0 to 1.
    public let curve: [Double]

    /// The mean error on measurements that the fit did not use, as a part of the power.
    public let error: Double

    /// The hardware.
    public let hardware: Hardware

    /// Makes a profile of a fit.
    package init(_ fit: CalibrationFit, of scope: Scope, by sensor: SensorName, on hardware: Hardware) {
        let powers = fit.powers.map(\.rawValue)
        let (first, last) = (powers.first ?? 0, powers.last ?? 0)
        self.scope = scope
        self.sensor = sensor
        idle = Watts(first)
        maximum = Watts(last)
        curve = powers.map { ($0 - first) / (last - first) }
        error = fit.error
        self.hardware = hardware
    }
}

extension CalibrationProfile: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, scope, sensor, curve, hardware
        case idle = "idle_w"
        case maximum = "max_w"
        case error
    }

    /// Reads a profile, and checks that it can be one.
    ///
    /// - Throws: `DecodingError` for what is missing, of another version, or no curve.
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
        guard let scope = Scope.byPreference.first(where: { $0.name == name }) else {
            throw refused(.scope, "is none that is known")
        }
        let idle = try values.decode(Double.self, forKey: .idle)
        let maximum = try values.decode(Double.self, forKey: .maximum)
        guard idle >= 0, maximum > idle, maximum <= 1e9 else { throw refused(.maximum, "must be greater than idle_w") }
        let curve = try values.decode([Double].self, forKey: .curve)
        guard curve.count == CalibrationFit.knots, curve.first == 0, curve.last == 1,
            zip(curve, curve.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw refused(.curve, "must have eleven numbers that rise from 0 to 1") }
        let error = try values.decode(Double.self, forKey: .error)
        guard (0...1).contains(error) else { throw refused(.error, "must be from 0 to 1") }
        self.scope = scope
        sensor = SensorName(try values.decode(String.self, forKey: .sensor))
        self.idle = Watts(idle)
        self.maximum = Watts(maximum)
        self.curve = curve
        self.error = error
        hardware = try values.decode(Hardware.self, forKey: .hardware)
    }

    /// Writes the profile.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(Self.currentVersion, forKey: .version)
        try values.encode(scope.name, forKey: .scope)
        try values.encode(sensor.name, forKey: .sensor)
        try values.encode(idle.rawValue, forKey: .idle)
        try values.encode(maximum.rawValue, forKey: .maximum)
        try values.encode(curve, forKey: .curve)
        try values.encode(error, forKey: .error)
        try values.encode(hardware, forKey: .hardware)
    }
}

extension CalibrationProfile.Hardware: Codable {
    /// Reads hardware; numbers must be those of a machine.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        vendor = try values.decode(String.self, forKey: .vendor)
        family = try values.decodeIfPresent(Int.self, forKey: .family)
        model = try values.decodeIfPresent(Int.self, forKey: .model)
        stepping = try values.decodeIfPresent(Int.self, forKey: .stepping)
        name = try values.decode(String.self, forKey: .name)
        sockets = try values.decodeIfPresent(Int.self, forKey: .sockets)
        cores = try values.decode(Int.self, forKey: .cores)
        threads = try values.decode(Int.self, forKey: .threads)
        guard (1...(1 << 24)).contains(threads), (1...threads).contains(cores) else {
            throw DecodingError.dataCorruptedError(
                forKey: .threads, in: values, debugDescription: "threads and cores must be those of a machine")
        }
    }
}

extension CalibrationProfile.Hardware {
    /// The hardware of a machine.
    package init(_ machine: MachineDescription) {
        self.init(
            vendor: machine.processor.vendor.rawValue, family: machine.processor.family,
            model: machine.processor.model, stepping: machine.processor.stepping, name: machine.processor.name,
            sockets: machine.sockets,
            cores: machine.cores, threads: machine.threads)
    }

    /// Why a profile of this hardware says nothing of a machine; nil where it does.
    ///
    /// A guest has the processor of its host, and a part of its threads; a twin has all of it.
    package func mismatch(with machine: MachineDescription) -> String? {
        let other = CalibrationProfile.Hardware(machine)
        // A hypervisor may rename a processor, and seldom renumbers it; where there are no numbers, the name must do.
        let isNumbered = model != nil && other.model != nil
        let isNumberedAlike = family == other.family && model == other.model && stepping == other.stepping
        let isSame = vendor == other.vendor && (isNumbered ? isNumberedAlike : name == other.name)
        if !isSame { return "it was made on \(name), and this processor is \(other.name)" }
        if machine.isGuest == true {
            if other.threads > threads {
                return "it was made on \(threads) threads, and this guest has \(other.threads)"
            }
        } else if name != other.name {
            // Processors of one model have up to twice one another's power.
            return "it was made on \(name), and this processor is \(other.name)"
        } else if sockets != other.sockets {
            return "it was made on \(sockets ?? 1) sockets, and this machine has \(other.sockets ?? 1)"
        } else if other.threads != threads || other.cores != cores {
            return "it was made on \(cores) cores with \(threads) threads, and this machine has \(other.cores) with "
                + "\(other.threads)"
        }
        return nil
    }
}
