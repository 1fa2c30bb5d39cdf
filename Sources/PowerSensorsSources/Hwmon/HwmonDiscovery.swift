import PowerSensorsCore

/// Discovers the channels of the chips in `class/hwmon`. A chip is identified by its name and device, never by its
/// number.
struct HwmonDiscovery {
    let sysfs: SystemRoot
    let maximumPower: Watts?
    let ignored: IgnoredChannels
    let history: HwmonDiscoveryHistory
    var findings: [Finding] = []
    /// Which of the ignored names were found.
    private var ignoredNames: Set<String> = []
    /// The names of the chips that are left out as a whole.
    private var ignoredChips: Set<String> = []

    init(sysfs: SystemRoot, maximumPower: Watts?, ignored: IgnoredChannels, history: HwmonDiscoveryHistory) {
        self.sysfs = sysfs
        self.maximumPower = maximumPower
        self.ignored = ignored
        self.history = history
    }

    /// Reads all chips of the class.
    consuming func discover() -> Discovery {
        let folders = sysfs.listClass(HwmonChip.classPath, of: "hardware-monitoring chips", findings: &findings)
        let found = folders.map { HwmonChip(folder: $0, in: sysfs) }
            .sorted { ($0.device ?? "", $0.order) < ($1.device ?? "", $1.order) }
        var chips: [HwmonChip] = []
        for var chip in found where !recordIfIgnored(chip) {
            if chip.list(in: sysfs, history) { chips.append(chip) } else { findings += chip.findings }
        }
        if chips.isEmpty, findings.isEmpty { findings.append(found.isEmpty ? .noChips : .noValues(of: found.count)) }

        var channels: [Channel] = []
        var owners: [HwmonChip] = []
        for (var chip, identity) in zip(chips, identities(of: chips)) {
            if recordIfIgnored(chip, identity) { continue }
            chip.read(in: sysfs, except: chip.attributes.filter { isIgnored($0, identity) }, history)
            findings += chip.findings
            let own = self.channels(of: chip, identity)
            channels += own
            owners += own.map { _ in chip }
        }
        // What is left out is marked, too, so that the figure to which it belongs is known to be incomplete.
        var uncounted: [Finding] = []
        InputMeter.mark(&channels, owners: owners, findings: &uncounted)
        var discovery = Discovery(channels: channels, findings: findings)
        discovery.ignoredNames = ignoredNames
        discovery.leaveOut(IgnoredChannels(ignored.names + derivedFromIgnored(channels)))
        let subjects = Set(discovery.channels.map { $0.path ?? $0.id })
        discovery.findings += uncounted.filter { subjects.contains($0.subject) }
        if discovery.channels.contains(where: mayLackIgnoredChip) {
            discovery.incompleteScopes.insert(.platform)
            discovery.findings.append(.incompleteInput)
        }
        return discovery
    }

    /// The IDs of powers that are derived from an ignored voltage or current.
    private func derivedFromIgnored(_ channels: [Channel]) -> [String] {
        channels.filter { channel in
            guard let handle = channel.handle?.value(as: HwmonHandle.self), let voltage = handle.voltage else {
                return false
            }
            return [handle.attribute, voltage].contains { isIgnored($0, channel.component.id) }
        }.map(\.id)
    }

    /// Whether a channel counts in the figure `platform`, and a chip of the same name that is left out may belong to that
    /// figure, too: of such a chip not even the labels are read, which would show it.
    private func mayLackIgnoredChip(_ channel: Channel) -> Bool {
        guard channel.countsIn == .platform, let chip = channel.component.chip else { return false }
        return ignoredChips.contains(chip) && !KnownWhole.isOnOneChip(chip)
    }

    // MARK: Chips

    /// Whether a chip is left out. If it is, that becomes a finding.
    ///
    /// - Parameter identity: The chip's identity; nil if it is not known yet.
    private mutating func recordIfIgnored(_ chip: HwmonChip, _ identity: String? = nil) -> Bool {
        let names =
            identity.map { ignored.names(ofComponent: $0, .hwmon) }
            ?? ignored.names(ofChip: chip.name, device: chip.device)
        if names.isEmpty { return false }
        ignoredNames.formUnion(names)
        ignoredChips.insert(chip.name)
        findings.append(.ignored(chip))
        return true
    }

    private func isIgnored(_ attribute: HwmonAttribute, _ identity: String) -> Bool {
        ignored.contains(channel: "\(SensorName.hwmon)/\(identity)/\(attribute.name)")
    }

    /// An identity such as `ina226/1-0040` for each chip. If several chips have the same one, a number is added to
    /// all but the first.
    private mutating func identities(of chips: [HwmonChip]) -> [String] {
        var counts: [String: Int] = [:]
        return chips.map { chip in
            let identity = "\(chip.name.asIdentifier)/\(chip.deviceName)"
            let count = counts[identity, default: 0] + 1
            counts[identity] = count
            guard count > 1 else { return identity }
            findings.append(.duplicate(chip, "\(identity)+\(count)"))
            return "\(identity)+\(count)"
        }
    }

    // MARK: Channels

    private func channels(of chip: HwmonChip, _ identity: String) -> [Channel] {
        var component = Component(id: identity, kind: .chip)
        component.chip = chip.name
        component.device = chip.device
        let values = chip.values.map { channel(of: $0, chip, component) }
        // Power and energy come first, so that channels with the same reading interval are neighbours and are read
        // together.
        return values.filter(\.isPowerOrEnergy) + DerivedPower.all(of: chip).map { channel(of: $0, chip, component) }
            + values.filter { !$0.isPowerOrEnergy }
    }

    private func channel(of value: HwmonChip.Value, _ chip: HwmonChip, _ component: Component) -> Channel {
        let attribute = value.attribute
        var channel = Channel(
            id: "\(SensorName.hwmon)/\(component.id)/\(attribute.name)", sensor: .hwmon, mechanism: "sysfs",
            quantity: attribute.kind.quantity, encoding: attribute.kind == .energy ? .counter(.unbounded) : .gauge,
            component: component)
        channel.label = value.label
        channel.status = value.status
        channel.readCost = value.cost
        channel.mirrorOf = chip.supply.flatMap { attribute.mirrored(in: $0) }
        setSource(of: &channel, chip, attribute)
        channel.refreshInterval = value.averageInterval ?? channel.refreshInterval
        return channel
    }

    private func channel(of derived: DerivedPower, _ chip: HwmonChip, _ component: Component) -> Channel {
        let parts = [derived.voltage, derived.current].compactMap(chip.value)
        var channel = Channel(
            id: "\(SensorName.hwmon)/\(component.id)/\(derived.name)", sensor: .hwmon, mechanism: "derived",
            quantity: .power, encoding: .gauge, component: component)
        let product = "\(derived.voltage.stem) × \(derived.current.stem)"
        channel.label = parts.first?.label.map { "\($0), \(product)" } ?? product
        channel.status = parts.first { $0.status != .ok }?.status ?? .ok
        channel.readCost = parts.compactMap(\.cost).reduce(.zero, +)
        setSource(of: &channel, chip, derived.current, times: derived.voltage)
        return channel
    }

    /// Sets the files of a channel, and how they are read.
    private func setSource(
        of channel: inout Channel, _ chip: HwmonChip, _ attribute: HwmonAttribute, times voltage: HwmonAttribute? = nil
    ) {
        let handle = HwmonHandle(
            folder: chip.path, device: chip.device, chip: chip.driverName, attribute: attribute, voltage: voltage,
            runtimePower: chip.runtimePower, direction: chip.direction(of: attribute),
            limit: chip.value(attribute)?.limit)
        channel.handle = ChannelHandle(handle)
        channel.fileCount = handle.files.count
        channel.path = "\(chip.path)/\(attribute.file)"
        channel.refreshInterval = chip.updateInterval
        // The largest power shelves of a rack deliver about 30 kW, and a single chip measures only a part of that.
        channel.maximumPower = maximumPower ?? Watts(10_000)
        channel.readingInterval = readingInterval(of: channel, chip)
        // A chip is behind a bus or firmware, and one that answers at once today may not do so tomorrow.
        channel.mayBlock = true
    }

    /// How often a channel is read; nil to read it on every sample, if reading is cheap and energy depends on it.
    ///
    /// The interval is at least 1 s and the driver's update interval, and long enough that reading a slow chip takes at
    /// most a twentieth of the time, but at most 30 s.
    private func readingInterval(of channel: Channel, _ chip: HwmonChip) -> Duration? {
        let time = chip.readingTime
        if channel.isPowerOrEnergy, !time.isSlow { return nil }
        let minimum = time.isSlow ? time.expected(ofAll: chip.values.count { !$0.isIgnored }) * 20 : .zero
        return min(max(.seconds(1), chip.updateInterval ?? .zero, minimum), .seconds(30))
    }
}

extension Channel {
    fileprivate var isPowerOrEnergy: Bool { quantity == .power || quantity == .energy }
}

extension HwmonAttribute {
    /// For the chip of a power supply, the ID of the channel of the sensor `supply` that shows the same value.
    fileprivate func mirrored(in supply: String) -> String? {
        // The last part of that ID is the quantity's name. Energy has none, as a supply shows stored energy, not a
        // counter.
        form == .input && kind != .energy ? "supply/\(supply.asIdentifier)/\(kind.quantity)" : nil
    }
}
