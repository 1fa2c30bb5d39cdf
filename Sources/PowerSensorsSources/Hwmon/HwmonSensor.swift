public import PowerSensorsCore
import PowerSensorsMachine

/// Hardware-monitoring chips: power, energy, voltage, current and temperature of boards, supplies, cards and drives.
///
/// A chip is identified by its name and its device, so its channels' IDs survive a reboot. Power and energy that are
/// quick to read are read on every sample; everything else is read in the background, at intervals of 1 s or longer.
/// A meter at the machine's input counts in the host figure of scope `platform`, and what a driver is known to measure as a
/// whole in that of `platform` or `cpu`. In case of doubt nothing counts.
public struct HwmonSensor: Sensor {
    let roots: SystemRoots
    private let maximumPower: Watts?
    private let usesLibSensors: Bool
    private let descriptorBudget: Int?
    private let ignored: IgnoredChannels
    private let now: @Sendable () -> SampleInstant
    private let history = HwmonDiscoveryHistory()

    /// A sensor for the chips of this machine, or of the machine whose sysfs is given.
    ///
    /// - Parameters:
    ///   - roots: The places of sysfs, procfs and dev.
    ///   - maximumPower: The highest plausible power of a channel. Nil for no limit on what is shown; the energy that is assumed
    ///     for a gap is then limited by 10 kW.
    ///   - usesLibSensors: Whether labels, ignored channels and computed values are taken from libsensors if it is
    ///     installed. Its state is shared by the whole process, so leave it out if the program uses libsensors itself.
    ///     It is never used with a sysfs other than `/sys`, the only one that it can read.
    public init(roots: SystemRoots = .default, maximumPower: Watts? = nil, usesLibSensors: Bool = false) {
        self.init(
            roots: roots, maximumPower: maximumPower, usesLibSensors: usesLibSensors, descriptorBudget: nil)
    }

    /// The same without ignored chips and channels. A test also limits the number of open files, and sets the clock.
    package init(
        roots: SystemRoots, maximumPower: Watts? = nil, usesLibSensors: Bool = false,
        ignored: IgnoredChannels = IgnoredChannels(), descriptorBudget: Int?,
        now: @escaping @Sendable () -> SampleInstant = { .now }
    ) {
        self.roots = roots
        self.maximumPower = maximumPower
        self.ignored = ignored
        self.now = now
        self.descriptorBudget = descriptorBudget
        self.usesLibSensors = usesLibSensors && roots.sysfs.isDefault
    }

    /// `hwmon`.
    public var name: SensorName { .hwmon }

    /// A fingerprint of the chips' numbers, names and devices.
    public func discoveryFingerprint() -> Int? {
        let sysfs = roots.sysfs
        var hasher = Hasher()
        for folder in (try? sysfs.list(HwmonChip.classPath)) ?? [] {
            let top = "\(HwmonChip.classPath)/\(folder)"
            hasher.combine(folder)
            hasher.combine(try? sysfs.resolve("\(top)/device"))
            hasher.combine(name(ofChipIn: top))
        }
        return hasher.finalize()
    }

    /// A chip's name; nil if it has none, or if its device sleeps and has not been awake before, or may sleep. So a device that
    /// wakes for the first time is discovered again. Of a device that may sleep, the name is read only once.
    private func name(ofChipIn top: String) -> String? {
        let sysfs = roots.sysfs
        let folder = (try? sysfs.resolve(top)) ?? top
        if let known = history.chips.withLock({ $0[folder] }), known.runtimePower != nil { return known.driverName }
        let device = (try? sysfs.resolve("\(folder)/device")) ?? folder
        if RuntimePower.mayBeAsleep(device, in: sysfs) { return nil }
        return (try? sysfs.text("\(top)/name")) ?? (try? sysfs.text("\(top)/device/name"))
    }

    /// Finds the chips and reads each value once, except those of devices that sleep. Whatever fails becomes a finding.
    public func discover() -> Discovery {
        var discovery = HwmonDiscovery(
            sysfs: roots.sysfs, maximumPower: maximumPower, ignored: ignored, history: history
        ).discover()
        if usesLibSensors { applyConfiguration(to: &discovery) }
        discovery.limitOpenFiles(budget: descriptorBudget)
        return discovery
    }

    /// Opens each channel's files. A channel that cannot be opened reports why in its readings.
    public func open(_ channels: [Channel]) -> any SensorReader {
        HwmonReader(
            channels, maximumPower: maximumPower, beneath: roots.sysfs, pause: history.pause, now: now)
    }
}
