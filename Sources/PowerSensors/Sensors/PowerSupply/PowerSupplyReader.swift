#if canImport(Glibc)
import Glibc
#endif

/// Reads power supplies: every file once a sample, however many channels come out of it.
final class PowerSupplyReader: SensorReader {
    private struct Line {
        let attribute: SupplyAttribute
        let supply: Int
        /// The place of the number's file, or of the current's where power is derived.
        let file: Int
        /// The place of the voltage's file, where power is derived.
        let voltage: Int?
    }

    let channels: [Channel]
    private let lines: [Line]
    private let supplies: [SupplyState]
    /// Supplies whose channels others read, and where their numbers begin: they are looked at only where one of ours is at
    /// rest, since what they were noted to do a second ago may be over.
    private let peers: [SupplyState]
    private let firstOfPeers: Int
    private let watch: DischargeWatch
    private let limit: Double
    @exclusivity(unchecked) private var attributes: Attributes
    private var numbers: [Attributes.Number]

    /// Opens the channels' files.
    ///
    /// - Parameters:
    ///   - channels: The channels.
    ///   - maximumPower: Beyond it no power is believed; nil for no limit.
    ///   - watch: What is told when batteries begin or end to discharge.
    ///   - sysfs: The tree they lie in.
    init(_ channels: [Channel], maximumPower: Watts?, watch: DischargeWatch, beneath sysfs: SystemRoot) {
        self.channels = channels
        self.watch = watch
        limit = maximumPower?.rawValue ?? .infinity
        var files: [String] = []
        var names: [String] = []
        var lines: [Line] = []
        for channel in channels {
            let name = channel.component.supply ?? ""
            let attribute = channel.id.split(separator: "/").last.flatMap { SupplyAttribute(rawValue: String($0)) }
            let path = attribute == .discharging ? nil : channel.path
            lines.append(
                Line(
                    attribute: attribute ?? .power,
                    supply: names.place(of: name),
                    file: path.map { files.place(of: $0) } ?? -1,
                    voltage: channel.voltagePath.map { files.place(of: $0) }))
        }
        self.lines = lines
        func state(of name: String) -> SupplyState {
            let present = "\(PowerSupply.classPath)/\(name)/present"
            let flow = watch.files(of: name)
            let gives = flow.gives.map { number in
                SupplyState.Rate(number: files.place(of: number), voltage: flow.voltage.map { files.place(of: $0) })
            }
            let places = SupplyState.Places(
                present: sysfs.exists(present) ? files.place(of: present) : nil,
                online: flow.online.map { files.place(of: $0) }, store: flow.store.map { files.place(of: $0) },
                gives: gives)
            return SupplyState(
                name: name, status: "\(PowerSupply.classPath)/\(name)/status", places: places, beneath: sysfs)
        }
        supplies = names.map(state)
        firstOfPeers = files.count
        peers = watch.supplies.filter { !names.contains($0) }.map(state)
        unsafe attributes = Attributes(files.map { Attributes.Source(path: $0) }, beneath: sysfs)
        numbers = Array(repeating: .missing(.absent), count: files.count)
    }

    func read(into readings: inout OutputSpan<Reading>) {
        for index in 0..<firstOfPeers { numbers[index] = unsafe attributes.number(at: index) }
        for index in supplies.indices { supplies[index].update(numbers, watch) }
        lookAtPeers()
        for index in supplies.indices { supplies[index].doubt(numbers, watch) }
        for index in lines.indices { readings.append(reading(of: lines[index], supplies[lines[index].supply])) }
    }

    private func lookAtPeers() {
        var isOneAtRest = false
        for index in supplies.indices where supplies[index].isAtRest { isOneAtRest = true }
        guard isOneAtRest else { return }
        for index in firstOfPeers..<numbers.count { numbers[index] = unsafe attributes.number(at: index) }
        for index in peers.indices { peers[index].update(numbers, watch) }
    }

    private func reading(of line: Line, _ supply: SupplyState) -> Reading {
        guard supply.isPresent else { return .missing(.absent) }
        switch line.attribute {
        case .discharging: return supply.discharging
        case .discharge: return discharge(line, supply)
        case .power where supply.isRateless: return .missing(.io(errno: ENODATA))
        default: return value(line)
        }
    }

    /// The power, where it flows out of the battery.
    private func discharge(_ line: Line, _ supply: SupplyState) -> Reading {
        let power = value(line)
        if let status = supply.failure {
            // A battery that lacks its status alone is no battery that is gone.
            let isThere = supply.isKnownPresent || power.status == .ok
            return .missing(status == .absent && isThere ? .io(errno: ENODATA) : status)
        }
        if supply.isRateless { return .missing(.io(errno: ENODATA)) }
        switch supply.direction {
        case .charging, .idle: return .missing(.absent)
        // A battery that discharges at a rate that nobody knows is a part that is missing, not one that is idle.
        case .discharging: return power.status == .absent ? .missing(.io(errno: ENODATA)) : power
        case .unknown: return power.value == 0 ? .missing(.absent) : .missing(.io(errno: ENODATA))
        }
    }

    private func value(_ line: Line) -> Reading {
        guard line.file >= 0 else { return .missing(.io(errno: ENODATA)) }
        guard case .number(let number) = numbers[line.file] else { return .missing(numbers[line.file].status) }
        guard let voltage = line.voltage else {
            guard let value = line.attribute.value(of: number) else { return .missing(.implausible) }
            return checked(value, line.attribute)
        }
        guard case .number(let microvolts) = numbers[voltage] else { return .missing(numbers[voltage].status) }
        guard let power = SupplyState.Rate.power(microamperes: number, microvolts: microvolts) else {
            return .missing(.implausible)
        }
        return checked(power, line.attribute)
    }

    private func checked(_ value: Double, _ attribute: SupplyAttribute) -> Reading {
        attribute.quantity == .power && value > limit ? .missing(.implausible) : .value(value)
    }
}

extension [String] {
    /// Where an element is, which is added where it was not there.
    fileprivate mutating func place(of element: String) -> Int {
        if let index = firstIndex(of: element) { return index }
        append(element)
        return count - 1
    }
}
