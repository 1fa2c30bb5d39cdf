public import PowerSensorsCore
import PowerSensorsMachine

/// The energy counters of Intel's and AMD's processors, read through perf, through powercap or directly from the
/// registers.
///
/// Each domain is read through the best mechanism that works for it. Its channel's ID does not depend on which one that
/// is.
public struct RAPLSensor: Sensor {
    private let roots: SystemRoots
    private let mechanisms: [RAPLMechanism]
    private let maximumPower: Watts?
    private let events: any EventSource
    private let history = RAPLDiscoveryHistory()

    /// A sensor for the counters of this machine, or of the machine whose sysfs, procfs and dev are given.
    ///
    /// - Parameters:
    ///   - roots: The places of sysfs, procfs and dev. perf is used only with a real sysfs.
    ///   - mechanisms: The mechanisms to use, in any order: the best that works is chosen.
    ///   - maximumPower: The highest plausible power of a domain; nil for four times its largest power limit and at least
    ///     1 kW, or 100 W on Intel's small Atoms.
    public init(
        roots: SystemRoots = .default,
        mechanisms: [RAPLMechanism] = RAPLMechanism.all,
        maximumPower: Watts? = nil
    ) {
        self.init(roots: roots, mechanisms: mechanisms, maximumPower: maximumPower, events: KernelEvents())
    }

    /// The same with a test's replacement for the kernel's events.
    package init(
        roots: SystemRoots,
        mechanisms: [RAPLMechanism] = RAPLMechanism.all,
        maximumPower: Watts? = nil,
        events: any EventSource
    ) {
        self.roots = roots
        self.mechanisms = RAPLMechanism.all.filter { mechanisms.contains($0) }
        self.maximumPower = maximumPower
        self.events = events
    }

    /// `rapl`.
    public var name: SensorName { .rapl }

    /// A fingerprint of which zones, PMUs and devices there are, which processors count for them, and who may read
    /// them.
    public func discoveryFingerprint() -> Int? {
        let sysfs = roots.sysfs
        var hasher = Hasher()
        // After a hot-plug another zone may have the same folder, but not the same name.
        let zones = PowercapTree(in: sysfs).zones
        var dies: [String] = []
        for zone in zones {
            let name = try? sysfs.text("\(zone.path)/name")
            hasher.combine(zone.path)
            hasher.combine(name)
            if let name, DomainName(name).die != nil { dies.append("\(zone.name):") }
            hasher.combine(rightsOf: "\(zone.path)/energy_uj", in: sysfs)
        }
        // Whether two dies show the same register can only be found out when the counters of both can be read.
        for zone in zones where dies.contains(where: { "\(zone.name):".hasPrefix($0) }) {
            hasher.combine((try? sysfs.number("\(zone.path)/energy_uj")) != nil)
        }
        if mechanisms.contains(.perf), events.isShown(in: sysfs) {
            for name in PerfPMU.names(in: sysfs) {
                hasher.combine(name)
                hasher.combine(try? sysfs.text("\(PerfPMU.path(of: name))/type"))
                hasher.combine(try? sysfs.text("\(PerfPMU.path(of: name))/cpumask"))
            }
            hasher.combine(try? roots.procfs.text(Finding.paranoiaPath))
        }
        hasher.combine(try? sysfs.text("\(ProcessorLocation.folder)/online"))
        if mechanisms.contains(.msr), RegisterDiscovery.areShown(roots) {
            // It is cheaper to check the devices of all processors than to find out which ones a reader would open.
            for processor in ProcessorLocation.online(in: sysfs) ?? [] {
                hasher.combine(rightsOf: RegisterDiscovery.path(of: processor), in: roots.dev)
            }
        }
        return hasher.finalize()
    }

    /// Tries every mechanism and chooses one for each domain. Whatever fails becomes a finding.
    public func discover() -> Discovery {
        // Even if powercap is not among the mechanisms: the others need the units and limits that its zones show.
        let processor = ProcessorIdentity(procfs: roots.procfs)
        let powercap = PowercapDiscovery(roots.sysfs, maximumPower: maximumPower, processor: processor).discover()
        let knowledge = ZoneKnowledge(powercap.channels, maximumPower: maximumPower)
        // The user named mechanisms, so they are all tried, with the counters of single cores, and what is wrong with
        // them is reported.
        let isForced = mechanisms.count < RAPLMechanism.all.count
        let offers = mechanisms.compactMap { mechanism -> RAPLSelection.Offer? in
            switch mechanism {
            case .powercap: return (mechanism: mechanism, found: powercap)
            case .perf where isForced || events.isShown(in: roots.sysfs):
                let perf = PerfDiscovery(roots: roots, source: events, knowledge: knowledge, countsCores: isForced)
                return (mechanism: mechanism, found: perf.discover())
            case .msr where isForced || RegisterDiscovery.areShown(roots):
                let msr = RegisterDiscovery(roots: roots, knowledge: knowledge, countsCores: isForced)
                return (mechanism: mechanism, found: msr.discover())
            default: return nil
            }
        }
        let selection = RAPLSelection(offers, isForced: isForced)
        let found = selection.found
        var discovery = found.discovery
        if !found.obstacles.isEmpty {
            discovery.findings += RAPLDiagnosis(HostEnvironment(roots), roots)
                .explain(found.obstacles, isMeasured: !discovery.channels.isEmpty)
        }
        // Who may read one register may read them all, so that right is the last to give.
        let closed = discovery.findings.filter { $0.reason == .forbidden && $0.subject.hasSuffix("/msr") }
        discovery.findings.removeAll(where: closed.contains)
        discovery.findings += closed
        let comparison = MechanismComparison(selection.alternatives) { open($0, isLasting: false) }
        discovery.findings += comparison.findings()
        return history.addingOffline(to: discovery, in: roots.sysfs)
    }

    /// Opens each channel through its mechanism. A channel that cannot be opened reports why in its readings.
    public func open(_ channels: [Channel]) -> any SensorReader { open(channels, isLasting: true) }

    private func open(_ channels: [Channel], isLasting: Bool) -> any SensorReader {
        let reader = CombinedRAPLReader(channels) { mechanism, channels in
            switch mechanism {
            case .perf: PerfReader(channels, beneath: roots.sysfs, by: events, isPinned: isLasting)
            case .msr: RegisterReader(channels, beneath: roots.dev)
            default: PowercapReader(channels, beneath: roots.sysfs)
            }
        }
        return reader.onlyReader ?? reader
    }
}

extension Hasher {
    /// Adds the mode and owners of a file, which decide who is allowed to read it.
    fileprivate mutating func combine(rightsOf path: String, in root: SystemRoot) {
        let status = try? root.fileStatus(path)
        combine(status?.mode)
        combine(status?.owner)
        combine(status?.group)
    }
}
