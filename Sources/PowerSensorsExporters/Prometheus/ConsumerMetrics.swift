import PowerSensors

/// The series of consumers. Consumers come and go, so their labels are rendered for each page.
struct ConsumerMetrics {
    /// The machine's name, which joins them with KubeVirt's series; empty to omit it.
    let node: String

    /// Whether to add Scaphandre's name for a process's power.
    let isForScaphandre: Bool

    /// Appends the families of a snapshot's consumers.
    func append(_ snapshot: Snapshot, in format: MetricsFormat, to bytes: inout [UInt8]) {
        guard let attribution = snapshot.attribution else { return }
        let source = MetricLabels([
            ("scope", attribution.scope.name), ("origin", attribution.origin.name),
            ("policy", attribution.policy.name),
        ])
        append(.attribution, [(source, 1)], in: format, to: &bytes)
        let intensity = snapshot.carbonIntensity
        let consumers = Dictionary(grouping: snapshot.consumers, by: \.consumer.kind)
        for (kind, energy, power) in [
            (Consumer.Kind.virtualMachine, MetricFamily.vmEnergy, MetricFamily.vmPower),
            (.controlGroup, .groupEnergy, .groupPower), (.process, .processEnergy, .processPower),
        ] {
            let ones = (consumers[kind] ?? []).map { (labels: labels(of: $0.consumer), snapshot: $0) }
            append(energy, ones.map { ($0.labels, $0.snapshot.energy.rawValue) }, in: format, to: &bytes)
            append(power, ones.map { ($0.labels, $0.snapshot.power?.rawValue) }, in: format, to: &bytes)
            if kind == .virtualMachine, let intensity {
                let grams: [(MetricLabels, Double?)] = ones.map {
                    ($0.labels, intensity.grams(of: $0.snapshot.energy).rawValue)
                }
                append(.vmCarbon, grams, in: format, to: &bytes)
            }
        }
        let trees = (consumers[.process] ?? []).compactMap { one in one.tree.map { (labels(of: one.consumer), $0) } }
        append(.treeEnergy, trees.map { ($0.0, $0.1.energy.rawValue) }, in: format, to: &bytes)
        append(.treePower, trees.map { ($0.0, $0.1.power?.rawValue) }, in: format, to: &bytes)
        // Energy without a scan is divided by the next one, so it would make the counter fall.
        let rest: [(MetricLabels, Double?)] = snapshot.unattributed.filter { $0.reason != .unscanned }.map { one in
            (MetricLabels([("kind", one.kind.name), ("reason", one.reason.name)]), one.energy.rawValue)
        }
        append(.unattributedEnergy, rest, in: format, to: &bytes)
        guard isForScaphandre else { return }
        let microwatts = (consumers[.process] ?? []).map { one in
            let (name, number) = (one.consumer.name, one.consumer.processID.map { "\($0)" })
            let labels = MetricLabels([("exe", name), ("cmdline", name), ("pid", number)])
            return (labels, (one.power?.rawValue).map { $0 * 1e6 })
        }
        append(.scaphandreProcessPower, microwatts, in: format, to: &bytes)
    }

    private func labels(of consumer: Consumer) -> MetricLabels {
        switch consumer.kind {
        case .virtualMachine:
            // Names are not unique: all but the first machine of a name get their process ID added, so that no counter falls
            // when another machine ends.
            let process = consumer.hasNamesake ? consumer.processID : nil
            let name = process.map { "\(consumer.name) (pid \($0))" } ?? consumer.name
            return MetricLabels([
                ("node", node), ("namespace", consumer.namespace), ("name", name), ("vm_uuid", consumer.uuid),
                ("hypervisor", consumer.hypervisor),
            ])
        case .controlGroup:
            return MetricLabels([
                ("cgroup", consumer.name), ("pod_uid", consumer.podUID), ("container_id", consumer.containerID),
            ])
        default:
            return MetricLabels([("pid", consumer.processID.map { "\($0)" }), ("comm", consumer.name)])
        }
    }

    /// Appends the samples of a family that are known. Consumers with the same labels, such as truncated names, are summed
    /// into one series.
    private func append(
        _ family: MetricFamily, _ samples: [(MetricLabels, Double?)], in format: MetricsFormat,
        to bytes: inout [UInt8]
    ) {
        let known = samples.filter { $0.1?.isFinite == true }
        if known.isEmpty { return }
        bytes.append(contentsOf: family.header(in: format))
        let numbers = Dictionary(known.map { ($0.0.bytes, $0.1 ?? 0) }, uniquingKeysWith: +)
        for (labels, _) in known.unique(by: \.0.bytes) {
            bytes.append(family.sampleName)
            bytes.append(contentsOf: labels.bytes)
            bytes.append(UInt8(ascii: " "))
            bytes.append(decimal: numbers[labels.bytes] ?? 0)
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

extension MetricFamily {
    fileprivate static let attribution = MetricFamily(
        "attribution", .info,
        "What the consumers' shares are of: the figure of the host, where that comes from, and what idle energy does.")
    fileprivate static let vmEnergy = MetricFamily(
        "vm_energy_joules", .counter,
        "Share of the host's energy that a virtual machine used, since it was first seen. Not to be added to other kinds."
    )
    fileprivate static let vmPower = MetricFamily(
        "vm_power_watts", .gauge, "Mean power of a virtual machine's share over the last interval.")
    fileprivate static let vmCarbon = MetricFamily(
        "vm_carbon_grams", .counter,
        "CO2 equivalent emitted for a virtual machine's share, by a yearly mean of the host's region.")
    fileprivate static let groupEnergy = MetricFamily(
        "cgroup_energy_joules", .counter,
        "Share of the host's energy that a control group used, without that of the groups inside it. Not to be added to other kinds."
    )
    fileprivate static let groupPower = MetricFamily(
        "cgroup_power_watts", .gauge, "Mean power of a control group's share over the last interval.")
    fileprivate static let processEnergy = MetricFamily(
        "process_energy_joules", .counter,
        "Share of the host's energy that a process used, since it was first shown. Not to be added to other kinds.")
    fileprivate static let processPower = MetricFamily(
        "process_power_watts", .gauge, "Mean power of a process's share over the last interval.")
    fileprivate static let treeEnergy = MetricFamily(
        "process_tree_energy_joules", .counter,
        "Share of the host's energy that a process and its descendants used, since it was first shown. Trees contain each other."
    )
    fileprivate static let treePower = MetricFamily(
        "process_tree_power_watts", .gauge,
        "Mean power of the share of a process and its descendants over the last interval.")
    fileprivate static let unattributedEnergy = MetricFamily(
        "unattributed_energy_joules", .counter,
        "The host's energy that was not attributed to any consumer of a kind, by the reason.")
    fileprivate static let scaphandreProcessPower = MetricFamily(
        "process_power_consumption_microwatts", .unknown, prefix: "scaph_", "Power of a process's share.")
}
