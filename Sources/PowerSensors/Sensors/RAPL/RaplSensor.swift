/// The energy counters of Intel's and AMD's processors: by perf, powercap or the registers themselves.
///
/// Each domain is read by the best mechanism that works for it. Its identity does not tell which one that is.
public struct RaplSensor: Sensor {
    private let roots: SystemRoots
    private let mechanisms: [RaplMechanism]
    private let maximumPower: Watts?
    private let events: any EventSource
    private let memory = RaplMemory()

    /// Looks for the counters in the given trees.
    ///
    /// - Parameters:
    ///   - roots: The trees to look in. perf is used only where the sysfs is a real one.
    ///   - mechanisms: The mechanisms to use; in whatever order, the best that works is taken.
    ///   - maximumPower: The greatest power that one zone can have; nil for 4 × its largest limit, and 1 kW at least.
    public init(
        roots: SystemRoots = .usual,
        mechanisms: [RaplMechanism] = RaplMechanism.byPreference,
        maximumPower: Watts? = nil
    ) {
        self.init(roots: roots, mechanisms: mechanisms, maximumPower: maximumPower, events: KernelEvents())
    }

    /// As above, with events that a test answers for.
    package init(
        roots: SystemRoots,
        mechanisms: [RaplMechanism] = RaplMechanism.byPreference,
        maximumPower: Watts? = nil,
        events: any EventSource
    ) {
        self.roots = roots
        self.mechanisms = RaplMechanism.byPreference.filter { mechanisms.contains($0) }
        self.maximumPower = maximumPower
        self.events = events
    }

    /// `rapl`.
    public var name: SensorName { .rapl }

    /// Looks at what zones, PMUs and devices there are, which processors count for them, and who may read them.
    public func discoveryMark() -> Int? {
        let sysfs = roots.sysfs
        var hasher = Hasher()
        // A number that is used again has another name.
        let folders = (try? sysfs.list(PowercapZone.classPath)) ?? []
        var dies: [String] = []
        for folder in folders {
            let name = try? sysfs.text("\(PowercapZone.classPath)/\(folder)/name")
            hasher.combine(folder)
            hasher.combine(name)
            if let name, RaplDomain(name).die != nil { dies.append("\(folder):") }
            hasher.combine(rightsOf: "\(PowercapZone.classPath)/\(folder)/energy_uj", in: sysfs)
        }
        // Whether two dies have one register is known once both can be read.
        for folder in folders where dies.contains(where: { "\(folder):".hasPrefix($0) }) {
            hasher.combine((try? sysfs.number("\(PowercapZone.classPath)/\(folder)/energy_uj")) != nil)
        }
        if mechanisms.contains(.perf), events.isShown(in: sysfs) {
            for name in PerfPMU.names(in: sysfs) {
                hasher.combine(name)
                hasher.combine(try? sysfs.text("\(PerfPMU.path(of: name))/type"))
                hasher.combine(try? sysfs.text("\(PerfPMU.path(of: name))/cpumask"))
            }
            hasher.combine(try? roots.procfs.text(Finding.paranoiaPath))
        }
        hasher.combine(try? sysfs.text("\(ProcessorPlace.folder)/online"))
        if mechanisms.contains(.msr), RegisterDiscovery.areShown(roots) {
            // Which of them are read is not known without a look at each processor's place; to ask them all is cheaper.
            for processor in ProcessorPlace.online(in: sysfs) ?? [] {
                hasher.combine(rightsOf: RegisterDiscovery.path(of: processor), in: roots.dev)
            }
        }
        return hasher.finalize()
    }

    /// Looks through every mechanism, and chooses one for each domain; whatever fails there is a finding.
    public func discover() -> Discovery {
        // Also where powercap is not to be read: its zones tell units and limits.
        let powercap = PowercapDiscovery(roots.sysfs, maximumPower: maximumPower).discover()
        let knowledge = RaplKnowledge(powercap.channels, maximumPower: maximumPower)
        let isForced = mechanisms.count < RaplMechanism.byPreference.count
        let offers = mechanisms.compactMap { mechanism -> RaplChoice.Offer? in
            switch mechanism {
            case .powercap: return .init(mechanism: mechanism, discovery: powercap)
            case .perf where isForced || events.isShown(in: roots.sysfs):
                let perf = PerfDiscovery(
                    sysfs: roots.sysfs, procfs: roots.procfs, source: events, knowledge: knowledge,
                    countsCores: isForced)
                return .init(mechanism: mechanism, discovery: perf.discover())
            case .msr where isForced || RegisterDiscovery.areShown(roots):
                let msr = RegisterDiscovery(roots: roots, knowledge: knowledge, countsCores: isForced)
                return .init(mechanism: mechanism, discovery: msr.discover())
            default: return nil
            }
        }
        let choice = RaplChoice(offers, isForced: isForced)
        var discovery = choice.discovery
        discovery.findings += RaplAgreement(choice.doubled, by: open).findings()
        return memory.remember(discovery, in: roots.sysfs)
    }

    /// Opens each channel by its mechanism; one that cannot be opened answers with its reason.
    public func open(_ channels: [Channel]) -> any SensorReader {
        RaplReader.reader(of: channels) { mechanism, channels in
            switch mechanism {
            case .perf: PerfReader(channels, beneath: roots.sysfs, by: events)
            case .msr: RegisterReader(channels, beneath: roots.dev)
            default: PowercapReader(channels, beneath: roots.sysfs)
            }
        }
    }
}

extension Hasher {
    /// Takes in who may read a file.
    fileprivate mutating func combine(rightsOf path: String, in root: SystemRoot) {
        let status = try? root.fileStatus(path)
        combine(status?.mode)
        combine(status?.owner)
        combine(status?.group)
    }
}
