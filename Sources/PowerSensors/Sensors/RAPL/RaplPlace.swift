/// A RAPL register's place in the machine, and the name it has whatever mechanism reads it.
struct RaplPlace: Hashable {
    /// `package`, `core`, `uncore`, `dram`, `psys`, or another word of the kernel's.
    let domain: String

    /// The package it belongs to.
    let socket: Int

    /// The die it belongs to; nil where its package is counted as a whole.
    var die: Int?

    /// The core it belongs to; nil for all but registers of a single core.
    var core: Int?

    /// Such as `package-0/core`: what powercap's zones are called too.
    var identity: String {
        switch domain {
        case "package": package
        // The driver numbers the platform of the first package only where there are others.
        case "psys": socket == 0 ? "psys" : "psys-\(socket)"
        default: "\(package)/\(domain.asIdentifier)\(core.map { "-\($0)" } ?? "")"
        }
    }

    /// The identity of its channel.
    var channelID: String { "\(SensorName.rapl)/\(identity)" }

    private var package: String { die.map { "package-\(socket)-die-\($0)" } ?? "package-\(socket)" }

    /// The part of the machine.
    var component: Component {
        let isPackage = domain == "package"
        let parent = isPackage ? (die == nil ? Component.hostID : "package-\(socket)") : package
        var component = Component(
            id: identity,
            kind: isPackage ? (die == nil ? .socket : .die) : .domain,
            parent: domain == "psys" ? Component.hostID : parent
        )
        component.domain = domain
        component.socket = domain == "psys" && socket == 0 ? nil : socket
        component.die = domain == "psys" ? nil : die
        component.core = core
        return component
    }

    /// The package, and the die, that hold the place.
    var holders: [Component] {
        var whole = self
        whole.die = nil
        return [RaplPlace(domain: "package", socket: socket).component]
            + (die == nil ? [] : [RaplPlace(domain: "package", socket: socket, die: die).component])
    }

    /// The place's channel, by a mechanism.
    func channel(by mechanism: RaplMechanism, _ encoding: CounterEncoding) -> Channel {
        var channel = Channel(
            id: channelID, sensor: .rapl, mechanism: mechanism.name, quantity: .energy, encoding: .counter(encoding),
            component: component)
        if domain != "package", domain != "psys" { channel.parent = "\(SensorName.rapl)/\(package)" }
        // A single core's register is inside the package's already.
        channel.countsIn = core == nil ? RaplDomain(domain).scope : nil
        return channel
    }
}

/// What powercap's zones tell about the registers behind them, for mechanisms that cannot see it themselves.
struct RaplKnowledge {
    private let channels: [String: Channel]
    private let maximumPower: Watts?

    init(_ powercap: [Channel] = [], maximumPower: Watts?) {
        channels = Dictionary(powercap.map { ($0.id, $0) }) { first, _ in first }
        self.maximumPower = maximumPower
    }

    /// The greatest power of a place: what was set, what its zone's limits suggest, or four times the design power and
    /// 1 kW a package at least.
    func maximumPower(of place: RaplPlace, sockets: Int, design: Watts? = nil) -> Watts {
        let packages = Double(place.domain == "psys" ? max(sockets, 1) : 1)
        return maximumPower ?? channels[place.channelID]?.maximumPower
            ?? Watts(packages * max(1000, 4 * (design?.rawValue ?? 0)))
    }

    /// Whether a zone shows that something is behind the register.
    func counts(_ place: RaplPlace) -> Bool { channels[place.channelID]?.status == .ok }

    /// n, where the register counts 2⁻ⁿ J; nil where no zone tells.
    func registerExponent(of place: RaplPlace) -> Int? {
        if let exponent = exponent(place.channelID) { return exponent }
        // Memory and platform may have units of their own, the others never have.
        guard place.domain != "dram", place.domain != "psys" else { return nil }
        return exponent(RaplPlace(domain: "package", socket: place.socket, die: place.die).channelID)
    }

    private func exponent(_ id: String) -> Int? {
        guard case .counter(let encoding)? = channels[id]?.encoding else { return nil }
        switch encoding.form {
        // The driver's 15.3 µJ are 2⁻¹⁶ J in perf's table.
        case .truncatedNanojoules(15_300): return 16
        case .truncatedNanojoules, .truncatedFraction:
            return encoding.unit.numerator == 1 && encoding.unit.denominator.nonzeroBitCount == 1
                ? encoding.unit.denominator.trailingZeroBitCount : nil
        case .counts, .microjoules, .unbounded, .kernelSum: return nil
        }
    }
}
