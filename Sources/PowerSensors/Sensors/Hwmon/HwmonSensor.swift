/// Hardware-monitoring chips: power, energy, voltage, current and temperature of boards, supplies, cards and drives.
///
/// A chip is known by its name and its device, so its channels' identities outlast a reboot. What a driver renews once a
/// second, or takes long to fetch, is read off the fast path. Only a meter at the machine's input counts in a figure of the
/// host, as scope `platform`.
public struct HwmonSensor: Sensor {
    let roots: SystemRoots
    private let maximumPower: Watts?
    private let usesLibSensors: Bool
    private let descriptorBudget: Int
    private let memory = HwmonMemory()

    /// Looks for chips in the given trees.
    ///
    /// - Parameters:
    ///   - roots: The trees to look in.
    ///   - maximumPower: The greatest power that one channel can have: what is beyond it is implausible. Nil for no limit.
    ///   - usesLibSensors: Whether labels, ignored channels and computed values are taken from libsensors, where that is
    ///     installed. It has one state for the whole process: leave it out where the program uses libsensors itself. It is
    ///     never used for another tree than `/sys`, the only one that it knows.
    public init(roots: SystemRoots = .usual, maximumPower: Watts? = nil, usesLibSensors: Bool = false) {
        self.init(roots: roots, maximumPower: maximumPower, usesLibSensors: usesLibSensors, descriptorBudget: nil)
    }

    /// As above, with a budget that a test sets.
    package init(roots: SystemRoots, maximumPower: Watts? = nil, usesLibSensors: Bool = false, descriptorBudget: Int?) {
        self.roots = roots
        self.maximumPower = maximumPower
        self.descriptorBudget = descriptorBudget ?? DescriptorBudget.ofSensor
        self.usesLibSensors = usesLibSensors && roots.sysfs.isUsual
    }

    /// `hwmon`.
    public var name: SensorName { .hwmon }

    /// Looks at the chips' names and devices: a number that is used again is another chip's.
    public func discoveryMark() -> Int? {
        let sysfs = roots.sysfs
        var hasher = Hasher()
        for folder in (try? sysfs.list(HwmonChip.classPath)) ?? [] {
            let top = "\(HwmonChip.classPath)/\(folder)"
            hasher.combine(folder)
            hasher.combine(try? sysfs.resolve("\(top)/device"))
            hasher.combine((try? sysfs.text("\(top)/name")) ?? (try? sysfs.text("\(top)/device/name")))
        }
        return hasher.finalize()
    }

    /// Looks through the chips and reads each value once; whatever fails there is a finding.
    public func discover() -> Discovery {
        var discovery = HwmonDiscovery(roots.sysfs, maximumPower: maximumPower, memory: memory).discover()
        if usesLibSensors { applyConfiguration(to: &discovery) }
        discovery.spareDescriptors(beyond: descriptorBudget)
        return discovery
    }

    /// Opens each channel's files; one that cannot be opened answers with its reason.
    public func open(_ channels: [Channel]) -> any SensorReader {
        HwmonReader(channels, maximumPower: maximumPower, beneath: roots.sysfs)
    }
}
