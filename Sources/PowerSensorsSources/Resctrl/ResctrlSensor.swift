public import PowerSensorsCore
import PowerSensorsMachine

/// The energy of processor cores by group of resctrl, Linux's resource-control filesystem: what the tasks of each group used,
/// package by package.
///
/// Linux 7.0 shows it as `mon_data/mon_PERF_PKG_*/core_energy` on processors whose telemetry distinguishes tasks
/// (Documentation/filesystems/resctrl.rst; Intel Application Energy Telemetry). It covers only the cores and their
/// first two cache levels, so it counts in no host figure. The energy of a control group of
/// resctrl (CTRL_MON, which is not a cgroup) includes that of its monitoring groups.
public struct ResctrlSensor: Sensor {
    private let roots: SystemRoots

    /// A sensor for the groups of resctrl, mounted at `fs/resctrl` of sysfs.
    public init(roots: SystemRoots = .default) { self.roots = roots }

    /// `resctrl`.
    public var name: SensorName { .resctrl }

    private static let top = "fs/resctrl"

    /// A fingerprint of the groups' names.
    public func discoveryFingerprint() -> Int? {
        groups().map(\.path).hashValue
    }

    /// Finds the groups and reads each counter once. A counter that cannot be read becomes a finding; a folder that cannot be
    /// listed counts as empty.
    public func discover() -> Discovery {
        var discovery = Discovery()
        for group in groups() { add(group, to: &discovery) }
        if discovery.channels.isEmpty, discovery.findings.isEmpty {
            discovery.findings.append(.noGroups(HostEnvironment(roots), in: roots.sysfs))
        }
        discovery.limitOpenFiles()
        return discovery
    }

    /// Opens each channel's file. A channel that cannot be opened reports why in its readings.
    public func open(_ channels: [Channel]) -> any SensorReader { ResctrlReader(channels, beneath: roots.sysfs) }

    // MARK: Groups

    /// A group of tasks: a control group of resctrl (CTRL_MON, not a cgroup), or a monitoring group (MON) inside one.
    private struct Group {
        /// Its name in IDs: `root` or the control group's name; for a monitoring group, both names with a slash
        /// between.
        let name: String
        let path: String
        var parent: String?
    }

    /// The root, the control groups, and the monitoring groups in each.
    private func groups() -> [Group] {
        // The dot at the end of a path makes `exists` true for folders only.
        let controls = names(in: Self.top).filter {
            !["info", "mon_data", "mon_groups"].contains($0) && roots.sysfs.exists("\(Self.top)/\($0)/mon_data/.")
        }
        let tops =
            [Group(name: "root", path: Self.top)]
            + controls.map { Group(name: $0.asIdentifier, path: "\(Self.top)/\($0)") }
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
            var channel = channel(of: group, package: package, path: path)
            do throws(AttributeError) {
                let began = ContinuousClock.now
                let text = try roots.sysfs.text(path)
                channel.readCost = ContinuousClock.now - began
                if text.utf8.span.microjoules == nil {
                    channel.status = ResctrlReader.status(of: text)
                    discovery.findings.append(.noEnergy(channel.status, path))
                }
            } catch {
                channel.status = error.status
                discovery.findings.append(.unreadable(path, error, in: roots.sysfs))
            }
            discovery.channels.append(channel)
        }
    }

    private func channel(of group: Group, package: Int, path: String) -> Channel {
        let identity = "\(group.name)/package-\(package)"
        var component = Component(id: "resctrl/\(identity)", kind: .domain)
        component.socket = package
        var channel = Channel(
            id: "\(SensorName.resctrl)/\(identity)", sensor: .resctrl, mechanism: "resctrl", quantity: .energy,
            encoding: .counter(.unbounded), component: component)
        channel.label = "cores, group \(group.name)"
        channel.parent = group.parent.map { "\(SensorName.resctrl)/\($0)/package-\(package)" }
        channel.path = path
        // There may be hundreds of groups, and a counter loses nothing when it is read rarely.
        channel.readingInterval = .seconds(1)
        return channel
    }
}

extension Finding {
    fileprivate static func noGroups(_ environment: HostEnvironment, in sysfs: SystemRoot) -> Finding {
        // Only Intel's processors have such telemetry. If resctrl is mounted, this one has none.
        let mayExist =
            environment.processor?.vendor == .intel && environment.isGuest != true
            && environment.kernel.map { $0 >= KernelRelease(7, 0) } == true && !sysfs.exists("fs/resctrl/info")
        return Finding(
            severity: .info, subject: "fs/resctrl", reason: .absent,
            text: "There is no energy per group of tasks: that requires Linux 7.0, a processor with such telemetry, and"
                + " a mounted resctrl.",
            remedy: mayExist
                ? "If the processor has such telemetry: sudo mount -t resctrl resctrl /sys/fs/resctrl" : nil)
    }

    fileprivate static func noEnergy(_ status: ReadingStatus, _ path: String) -> Finding {
        // Nothing can be done about it.
        Finding(
            severity: .info, subject: path, reason: status == .absent ? .absent : .malformed,
            text: status == .absent
                ? "The kernel has no energy for this group." : "The file does not contain a number of joules.")
    }
}
