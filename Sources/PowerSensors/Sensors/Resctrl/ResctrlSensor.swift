/// The energy of processor cores by resource-control groups: of the tasks in each group, package by package.
///
/// Linux 7.0 shows it as `mon_data/mon_PERF_PKG_*/core_energy`, where the processor has telemetry that tells tasks apart
/// (Documentation/filesystems/resctrl.rst; Intel Application Energy Telemetry). It is of cores with their first two cache
/// levels only, so it counts in no figure of the host. A control group's energy holds that of the monitoring groups in it.
public struct ResctrlSensor: Sensor {
    private let roots: SystemRoots

    /// Looks for groups where resctrl is mounted, beneath `fs/resctrl` of sysfs.
    public init(roots: SystemRoots = .usual) { self.roots = roots }

    /// `resctrl`.
    public var name: SensorName { .resctrl }

    private static let top = "fs/resctrl"

    /// Looks at the names of the groups.
    public func discoveryMark() -> Int? {
        var hasher = Hasher()
        for group in groups() { hasher.combine(group.path) }
        return hasher.finalize()
    }

    /// Looks through the groups and reads each counter once; whatever fails there is a finding.
    public func discover() -> Discovery {
        var discovery = Discovery()
        for group in groups() { add(group, to: &discovery) }
        if discovery.channels.isEmpty, discovery.findings.isEmpty {
            discovery.findings.append(.noGroups(in: roots.sysfs))
        }
        discovery.spareDescriptors(beyond: DescriptorBudget.ofSensor)
        return discovery
    }

    /// Opens each channel's file; one that cannot be opened answers with its reason.
    public func open(_ channels: [Channel]) -> any SensorReader { ResctrlReader(channels, beneath: roots.sysfs) }

    // MARK: Groups

    private struct Group {
        /// What it is called in identities: `root`, a control group's name, or both names.
        let name: String
        let path: String
        let parent: String?
    }

    /// The groups: the root, the control groups, and the monitoring groups in each.
    private func groups() -> [Group] {
        let controls = names(in: Self.top).filter { !["info", "mon_data", "mon_groups"].contains($0) }
        let tops =
            [Group(name: "root", path: Self.top, parent: nil)]
            + controls.filter { roots.sysfs.exists("\(Self.top)/\($0)/mon_data/.") }
            .map { Group(name: $0.asIdentifier, path: "\(Self.top)/\($0)", parent: nil) }
        return tops.flatMap { top in
            [top]
                + names(in: "\(top.path)/mon_groups").map { name in
                    Group(
                        name: "\(top.name)/\(name.asIdentifier)", path: "\(top.path)/mon_groups/\(name)",
                        parent: top.name)
                }
        }
    }

    private func names(in folder: String) -> [String] { (try? roots.sysfs.list(folder)) ?? [] }

    private func add(_ group: Group, to discovery: inout Discovery) {
        for folder in names(in: "\(group.path)/mon_data") where folder.hasPrefix("mon_PERF_PKG_") {
            guard let package = Int(folder.dropFirst("mon_PERF_PKG_".count)), package >= 0 else { continue }
            let path = "\(group.path)/mon_data/\(folder)/core_energy"
            guard !roots.sysfs.isMissing(path) else { continue }
            var channel = channel(of: group, package, path)
            do throws(AttributeError) {
                let began = ContinuousClock.now
                let text = try roots.sysfs.text(path)
                channel.readCost = ContinuousClock.now - began
                if DecimalEnergy(Array(text.utf8)) == nil {
                    channel.status = ResctrlReader.status(of: text)
                    discovery.findings.append(.noEnergy(text, path))
                }
            } catch {
                channel.status = error.status
                discovery.findings.append(.unreadable(path, error, in: roots.sysfs))
            }
            discovery.channels.append(channel)
        }
    }

    private func channel(of group: Group, _ package: Int, _ path: String) -> Channel {
        let identity = "\(group.name)/package-\(package)"
        var component = Component(id: "resctrl/\(identity)", kind: .domain)
        component.socket = package
        var channel = Channel(
            id: "\(SensorName.resctrl)/\(identity)",
            sensor: .resctrl,
            mechanism: "resctrl",
            quantity: .energy,
            encoding: .counter(.unbounded),
            component: component
        )
        channel.label = "cores, group \(group.name)"
        channel.parent = group.parent.map { "\(SensorName.resctrl)/\($0)/package-\(package)" }
        channel.path = path
        // There may be hundreds of groups, and a counter loses nothing by being read rarely.
        channel.readingInterval = .seconds(1)
        return channel
    }
}

extension Finding {
    fileprivate static func noGroups(in sysfs: SystemRoot) -> Finding {
        Finding(
            severity: .info, subject: "fs/resctrl", reason: "absent",
            text:
                "No energy by groups of tasks: it takes Linux 7.0, a processor that tells them apart, and resctrl mounted.",
            remedy: "Where the processor can: sudo mount -t resctrl resctrl \(sysfs.path)/fs/resctrl")
    }

    fileprivate static func noEnergy(_ text: String, _ path: String) -> Finding {
        let isUnavailable = ResctrlReader.status(of: text) == .absent
        return Finding(
            severity: .warning, subject: path, reason: isUnavailable ? "absent" : "malformed",
            text: isUnavailable ? "The kernel has no energy of this group." : "The file holds no decimal of joules.",
            remedy: "Read it by hand; if it stays so, tell the kernel's authors.")
    }
}
