/// Makes channels out of the chips of `class/hwmon`: each known by its name and its device, never by its number.
struct HwmonDiscovery {
    private let sysfs: SystemRoot
    private let maximumPower: Watts?
    private let memory: HwmonMemory
    private var findings: [Finding] = []

    init(_ sysfs: SystemRoot, maximumPower: Watts?, memory: HwmonMemory) {
        self.sysfs = sysfs
        self.maximumPower = maximumPower
        self.memory = memory
    }

    /// Looks through the class.
    consuming func discover() -> Discovery {
        let folders: [String]
        do throws(AttributeError) {
            folders = try sysfs.list(HwmonChip.classPath)
        } catch {
            return Discovery(findings: [.noChips(error, in: sysfs)])
        }
        let chips = folders.compactMap { HwmonChip(folder: $0, in: sysfs, memory: memory, findings: &findings) }
            .sorted { ($0.device ?? "", $0.order) < ($1.device ?? "", $1.order) }
        if chips.isEmpty, findings.isEmpty { findings.append(.noChips(nil, in: sysfs)) }

        var channels: [Channel] = []
        var owners: [Int] = []
        for (index, (chip, identity)) in zip(chips, identities(of: chips)).enumerated() {
            let own = self.channels(of: chip, Self.component(of: chip, identity))
            channels += own
            owners += own.map { _ in index }
        }
        InputMeter(chips).mark(&channels, owners: owners, findings: &findings)
        return Discovery(channels: channels, findings: findings)
    }

    /// `ina226/1-0040` for each chip; where two would be the same, the later ones are numbered.
    private mutating func identities(of chips: [HwmonChip]) -> [String] {
        var seen: [String: Int] = [:]
        return chips.map { chip in
            let identity = "\(chip.name.asIdentifier)/\(chip.deviceName)"
            let count = seen[identity, default: 0] + 1
            seen[identity] = count
            guard count > 1 else { return identity }
            findings.append(.alike(chip, "\(identity)+\(count)"))
            return "\(identity)+\(count)"
        }
    }

    private static func component(of chip: HwmonChip, _ identity: String) -> Component {
        var component = Component(id: identity, kind: .chip)
        component.chip = chip.name
        component.device = chip.device
        return component
    }

    // MARK: Channels

    private func channels(of chip: HwmonChip, _ component: Component) -> [Channel] {
        let values = chip.values.map { channel(of: $0, chip, component) }
        let isPowerLike = { (channel: Channel) in channel.quantity == .power || channel.quantity == .energy }
        // Power first, so that what is read at one rhythm stands together.
        return values.filter(isPowerLike) + DerivedPower.all(of: chip).map { channel(of: $0, chip, component) }
            + values.filter { !isPowerLike($0) }
    }

    private func channel(of value: HwmonChip.Value, _ chip: HwmonChip, _ component: Component) -> Channel {
        let attribute = value.attribute
        var channel = Channel(
            id: "\(SensorName.hwmon)/\(component.id)/\(attribute.name)",
            sensor: .hwmon,
            mechanism: "sysfs",
            quantity: attribute.quantity,
            encoding: attribute.kind == .energy ? .counter(.unbounded) : .gauge,
            component: component
        )
        channel.label = value.label ?? chip.accuracy(of: attribute, in: sysfs)
        channel.path = "\(chip.path)/\(attribute.file)"
        channel.status = value.status
        channel.readCost = value.cost
        channel.mirrorOf = chip.supply.flatMap { attribute.mirrored(in: $0) }
        complete(&channel, chip)
        if attribute.form == .average, let interval = chip.averageInterval(of: attribute, in: sysfs) {
            channel.refreshInterval = interval
        }
        return channel
    }

    private func channel(of derived: DerivedPower, _ chip: HwmonChip, _ component: Component) -> Channel {
        let parts = [derived.voltage, derived.current].compactMap(chip.value)
        var channel = Channel(
            id: "\(SensorName.hwmon)/\(component.id)/\(derived.name)",
            sensor: .hwmon,
            mechanism: "derived",
            quantity: .power,
            encoding: .gauge,
            component: component
        )
        let product = "\(derived.voltage.stem) × \(derived.current.stem)"
        channel.label = parts.first?.label.map { "\($0), \(product)" } ?? product
        channel.path = "\(chip.path)/\(derived.current.file)"
        channel.voltagePath = "\(chip.path)/\(derived.voltage.file)"
        channel.status = parts.first { $0.status != .ok }?.status ?? .ok
        channel.readCost = parts.compactMap(\.cost).reduce(.zero, +)
        complete(&channel, chip)
        return channel
    }

    /// What all channels of a chip have.
    private func complete(_ channel: inout Channel, _ chip: HwmonChip) {
        channel.sourceName = chip.isNamed ? chip.name : nil
        channel.refreshInterval = chip.updateInterval
        channel.maximumPower = maximumPower ?? Self.assumedMaximumPower
        channel.readingInterval = rhythm(of: channel, chip)
    }

    /// The largest power shelves of a rack give some 30 kW; a chip stands behind a part of that.
    private static let assumedMaximumPower = Watts(10_000)

    /// How often a channel is read: on every sample where that is cheap and its energy depends on it.
    ///
    /// A slow chip takes at most a twentieth of the time to be read; what is integrated is read twice a minute at least.
    private func rhythm(of channel: Channel, _ chip: HwmonChip) -> Duration? {
        let isPowerLike = channel.quantity == .power || channel.quantity == .energy
        if isPowerLike, !chip.meter.isSlow { return nil }
        let reading = chip.meter.isSlow ? chip.meter.expected(ofAll: chip.values.count) * 20 : .zero
        return min(max(.seconds(1), chip.updateInterval ?? .zero, reading), .seconds(30))
    }
}

extension HwmonAttribute {
    /// The channel of the sensor `supply` that shows the same, of a power supply's chip.
    fileprivate func mirrored(in supply: String) -> String? {
        guard form == .input else { return nil }
        let name: String? =
            switch kind {
            case .power: "power"
            case .voltage: "voltage"
            case .current: "current"
            case .temperature: "temperature"
            case .energy: nil
            }
        return name.map { "supply/\(supply.asIdentifier)/\($0)" }
    }
}

extension HwmonChip {
    /// The time that a mean is of, in milliseconds in its own file.
    fileprivate func averageInterval(of attribute: HwmonAttribute, in sysfs: SystemRoot) -> Duration? {
        guard let number = try? sysfs.signedNumber("\(path)/\(attribute.stem)_average_interval"),
            (1...86_400_000).contains(number)
        else { return nil }
        return .milliseconds(number)
    }

    /// What an ACPI power meter says of itself, such as `accuracy 95.0%`.
    fileprivate func accuracy(of attribute: HwmonAttribute, in sysfs: SystemRoot) -> String? {
        guard attribute.kind == .power, let text = try? sysfs.text("\(path)/\(attribute.stem)_accuracy"), !text.isEmpty
        else { return nil }
        return "accuracy \(text)"
    }
}
