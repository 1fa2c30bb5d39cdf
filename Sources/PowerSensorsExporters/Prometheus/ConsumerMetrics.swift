import PowerSensors

/// The series of consumers. Consumers come and go, so their labels are rendered for each page.
struct ConsumerMetrics {
    /// The samples of one family by their labels.
    private struct Family {
        let family: MetricFamily
        var order: [[UInt8]] = []
        var numbers: [[UInt8]: Double] = [:]

        init(_ family: MetricFamily) { self.family = family }

        /// Adds a number. Consumers with the same labels, such as truncated names, are summed into one series.
        mutating func add(_ number: Double?, _ labels: MetricLabels) {
            guard let number, number.isFinite else { return }
            if numbers[labels.bytes] == nil { order.append(labels.bytes) }
            numbers[labels.bytes, default: 0] += number
        }
    }

    /// The machine's name, which joins them with KubeVirt's series; empty to omit it.
    let node: String

    /// Whether to add Scaphandre's name for a process's power.
    let isForScaphandre: Bool

    /// Appends the families of a snapshot's consumers.
    func append(_ snapshot: Snapshot, in format: MetricsFormat, to bytes: inout [UInt8]) {
        if snapshot.attribution == nil { return }
        let intensity = snapshot.carbonIntensity
        var (energy, power, carbon) = (Family(.vmEnergy), Family(.vmPower), Family(.vmCarbon))
        var (groupEnergy, groupPower) = (Family(.groupEnergy), Family(.groupPower))
        var (processEnergy, processPower) = (Family(.processEnergy), Family(.processPower))
        var scaphandre = Family(.scaphandreProcessPower)
        for one in snapshot.consumers {
            let consumer = one.consumer
            switch consumer.kind {
            case .virtualMachine:
                let labels = labels(ofMachine: consumer)
                energy.add(one.energy.rawValue, labels)
                power.add(one.power?.rawValue, labels)
                carbon.add(intensity?.grams(of: one.energy).rawValue, labels)
            case .controlGroup:
                let labels = MetricLabels([
                    ("cgroup", consumer.name), ("pod_uid", consumer.podUID), ("container_id", consumer.containerID),
                ])
                groupEnergy.add(one.energy.rawValue, labels)
                groupPower.add(one.power?.rawValue, labels)
            case .process:
                let number = consumer.processID.map { "\($0)" }
                let labels = MetricLabels([("pid", number), ("comm", consumer.name)])
                processEnergy.add(one.energy.rawValue, labels)
                processPower.add(one.power?.rawValue, labels)
                if isForScaphandre {
                    let labels = MetricLabels([("exe", consumer.name), ("cmdline", consumer.name), ("pid", number)])
                    scaphandre.add((one.power?.rawValue).map { $0 * 1e6 }, labels)
                }
            default: continue
            }
        }
        var rest = Family(.unattributedEnergy)
        for one in snapshot.unattributed {
            rest.add(one.energy.rawValue, MetricLabels([("kind", one.kind.name), ("reason", one.reason.name)]))
        }
        let families = [
            energy, power, carbon, groupEnergy, groupPower, processEnergy, processPower, rest, scaphandre,
        ]
        for family in families { append(family, in: format, to: &bytes) }
    }

    /// A virtual machine's labels. Names are not unique: all but the first machine of a name get their process ID added, so
    /// that no counter falls when another machine ends.
    private func labels(ofMachine machine: Consumer) -> MetricLabels {
        let process = machine.hasNamesake ? machine.processID : nil
        let name = process.map { "\(machine.name) (pid \($0))" } ?? machine.name
        return MetricLabels([
            ("node", node), ("namespace", machine.namespace), ("name", name), ("vm_uuid", machine.uuid),
            ("hypervisor", machine.hypervisor),
        ])
    }

    private func append(_ family: Family, in format: MetricsFormat, to bytes: inout [UInt8]) {
        if family.order.isEmpty { return }
        bytes.append(contentsOf: family.family.header(in: format))
        for labels in family.order {
            bytes.append(family.family.sampleName)
            bytes.append(contentsOf: labels)
            bytes.append(UInt8(ascii: " "))
            bytes.append(decimal: family.numbers[labels] ?? 0)
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}

extension MetricFamily {
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
    fileprivate static let unattributedEnergy = MetricFamily(
        "unattributed_energy_joules", .counter,
        "The host's energy that was not attributed to any consumer of a kind, by the reason.")
    fileprivate static let scaphandreProcessPower = MetricFamily(
        "process_power_consumption_microwatts", .unknown, prefix: "scaph_", "Power of a process's share.")
}
