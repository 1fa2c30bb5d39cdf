import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting

/// Whole machines with some wrong files.
func treeProperty() throws -> Property {
    let machine = try MockMachine()
    var processor = MockProcessor.intelServer(sockets: 2)
    (processor.coresPerSocket, processor.threadsPerCore) = (2, 1)
    try machine.set(processor)
    try machine.setMemory(total: 1 << 34)
    try machine.add(.intelServer(sockets: 2))
    let pmu = MockPMU.intelServer(processors: [0, 2])
    try machine.add(pmu: pmu)
    for number in [0, 2] {
        try machine.addRegisters([0x606: 0xA_0E03, 0x611: 7000, 0x619: 800, 0x639: 500], processor: number)
    }
    try machine.add(
        MockClassDevice.chip("ina226", files: ["power1_input": "5000000", "in0_input": "12000", "curr1_input": "420"]))
    try machine.add(MockClassDevice.chip("meter", files: ["power1_average": "250000000", "power1_label": "Input"]))
    try machine.add(
        MockClassDevice.supply(
            "BAT0", files: ["status": "Discharging", "power_now": "7000000", "energy_now": "30000000", "present": "1"]))
    for group in ["", "web/"] {
        try machine.sysfs.write("1234.567890\n", to: "fs/resctrl/\(group)mon_data/mon_PERF_PKG_00/core_energy")
    }
    let events = MockEvents([pmu])
    let trees = [machine.sysfs, machine.procfs]
    let files = try trees.flatMap { tree in try texts(of: tree).map { (tree, $0.path, $0.text) } }
    let sensors: [any Sensor] = [
        RAPLSensor(roots: machine.roots, events: events), HwmonSensor(roots: machine.roots),
        PowerSupplySensor(roots: machine.roots), ResctrlSensor(roots: machine.roots), Estimator(roots: machine.roots),
    ]
    return Property(name: "trees", inputs: 1) { mutator throws(Broken) in
        var spoiled: [(tree: MockTree, path: String, text: String)] = []
        for _ in 0..<Int.random(in: 1...3, using: &mutator.generator) {
            guard let file = files.randomElement(using: &mutator.generator) else { continue }
            spoiled.append(file)
            try? file.0.write(bytes: mutator.input(like: [file.2]), to: file.1)
        }
        defer { for file in spoiled { try? file.tree.write(file.text, to: file.path) } }
        try check(SensorSet(only: sensors), spoiled.map(\.path))
    }
}

/// Discovers and samples, and checks the results.
private func check(_ sensors: SensorSet, _ spoiled: [String]) throws(Broken) {
    let discovered = sensors.bind()
    let topology = discovered.topology
    let names = topology.channels.map(\.id)
    try require(Set(names).count == names.count, "an identity comes twice: \(spoiled)")
    for finding in topology.findings {
        try require(!finding.text.contains(where: \.isNewline), "a finding of several lines: \(spoiled)")
        try require(!finding.reason.name.isEmpty && !finding.subject.isEmpty, "a finding of nothing: \(spoiled)")
    }
    // If nothing can be read, there is no sampler, and its error must have a description.
    let made: Sampler?
    do throws(SamplerError) {
        made = try Sampler(SamplingConfiguration(), discovered)
    } catch {
        try require(!error.description.isEmpty, "an error without words: \(spoiled)")
        return
    }
    guard var sampler = consume made else { return }
    for _ in 0..<3 { try check(sampler.snapshot(), spoiled) }
}

private func check(_ snapshot: Snapshot, _ spoiled: [String]) throws(Broken) {
    for (channel, value) in zip(snapshot.topology.channels, snapshot.channels) {
        let isFinite = [value.energy?.rawValue, value.power?.rawValue, value.value].allSatisfy { $0?.isFinite ?? true }
        try require(isFinite, "\(channel.id) is \(value): \(spoiled)")
        try require((value.energy ?? Joules(0)) >= Joules(0), "\(channel.id) has lost energy: \(spoiled)")
    }
}

/// Every file of a tree with its text; links are not followed.
private func texts(of tree: MockTree, in folder: String = "") throws -> [(path: String, text: String)] {
    var found: [(path: String, text: String)] = []
    for name in try tree.names(in: folder) {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if (try? tree.target(of: path)) != nil { continue }
        if let text = try? tree.text(of: path) {
            found.append((path, text))
        } else {
            found += try texts(of: tree, in: path)
        }
    }
    return found
}
