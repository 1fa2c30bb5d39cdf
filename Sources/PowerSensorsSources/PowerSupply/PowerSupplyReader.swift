import Glibc
import PowerSensorsCore

/// Which files a supply's channel reads: what discovery stores in ``Channel/handle`` for opening.
struct SupplyHandle: Hashable, Sendable {
    /// The supply's name.
    let supply: String

    /// What the channel shows of it.
    let attribute: SupplyAttribute

    /// The file of the number, or of the current if power is derived; nil for a channel that only depends on
    /// the supply's `status`.
    var file: String?

    /// The file of the voltage by which the current is multiplied; nil if nothing is derived.
    var voltageFile: String?

    /// The highest number that the file can truthfully show; nil if unknown.
    var limit: Int64?

    /// The files from which a reader finds out what the supply does.
    var files = SupplyFiles<String>()

    /// Those of the supplies that a battery of the machine is judged by: all others except peripherals.
    var others: [String: SupplyFiles<String>] = [:]
}

/// Reads power supplies. Every file is read once per sample, however many channels need it.
final class PowerSupplyReader: SensorReader {
    /// A channel, with the indices of its supply and of its files.
    private struct Line {
        let attribute: SupplyAttribute
        let supply: Int
        let file: Int?
        let voltage: Int?
        let limit: Int64
    }

    let channels: [Channel]
    private let lines: [Line]
    private let supplies: [SupplyState]
    /// Supplies whose channels another reader reads. They are read here only if they are needed to judge a battery of this
    /// reader: one that shows a power of 0, which is true only if another supply feeds the machine, or one of unknown
    /// direction. What ``SupplyFlows`` recorded of these supplies may be out of date.
    private let peers: [SupplyState]
    /// The index of the peers' first file.
    private let firstPeerFile: Int
    private let flows: SupplyFlows
    private let now: @Sendable () -> SampleInstant
    /// The highest plausible power, in watts.
    private let limit: Double
    // One sampler owns the reader and calls it from one thread at a time, so the run-time check would only cost.
    @exclusivity(unchecked) private var attributes: Attributes
    private var numbers: [Attributes.Number]

    /// Opens the channels' files.
    ///
    /// - Parameters:
    ///   - channels: The channels.
    ///   - maximumPower: The highest plausible power; nil for no limit.
    ///   - flows: Where the reader records which supplies feed the machine.
    ///   - sysfs: The sysfs with the files.
    ///   - now: The clocks.
    init(
        _ channels: [Channel], maximumPower: Watts?, flows: SupplyFlows, beneath sysfs: SystemRoot,
        now: @escaping @Sendable () -> SampleInstant
    ) {
        self.channels = channels
        self.flows = flows
        self.now = now
        limit = maximumPower?.rawValue ?? .infinity
        var files: [String] = []
        var names: [String] = []
        var supplyFiles: [String: SupplyFiles<String>] = [:]
        func index(of file: String?) -> Int? { file.map { files.index(adding: $0) } }
        lines = channels.map { channel in
            let handle = channel.handle?.value(as: SupplyHandle.self) ?? SupplyHandle(supply: "", attribute: .power)
            supplyFiles[handle.supply] = handle.files
            supplyFiles.merge(handle.others) { own, _ in own }
            return Line(
                attribute: handle.attribute, supply: names.index(adding: handle.supply), file: index(of: handle.file),
                voltage: index(of: handle.voltageFile), limit: handle.limit ?? .max)
        }
        func state(of name: String) -> SupplyState {
            let present = "\(PowerSupply.classPath)/\(name)/present"
            var indices = (supplyFiles[name] ?? SupplyFiles()).map { index(of: $0) }
            indices.present = sysfs.exists(present) ? index(of: present) : nil
            return SupplyState(name: name, files: indices, beneath: sysfs)
        }
        supplies = names.map(state)
        firstPeerFile = files.count
        peers = supplyFiles.keys.sorted().filter { !names.contains($0) }.map(state)
        unsafe attributes = Attributes(
            files.map { Attributes.Source(path: $0) }, beneath: sysfs, longestBackOff: SupplyState.longestBackOff)
        numbers = Array(repeating: .missing(.absent), count: files.count)
    }

    func readChannels(into readings: inout OutputSpan<Reading>) {
        for index in 0..<firstPeerFile { numbers[index] = unsafe attributes.number(at: index) }
        for index in supplies.indices { supplies[index].update(numbers, flows) }
        readPeersIfNeeded()
        let instant = now()
        for index in supplies.indices { supplies[index].complete(flows, at: instant) }
        for index in lines.indices { readings.append(reading(of: lines[index], supplies[lines[index].supply])) }
    }

    private func readPeersIfNeeded() {
        var isNeeded = false
        for index in supplies.indices where supplies[index].isAtZeroRate || supplies[index].needsOthers {
            isNeeded = true
        }
        guard isNeeded else { return }
        for index in firstPeerFile..<numbers.count { numbers[index] = unsafe attributes.number(at: index) }
        for index in peers.indices { peers[index].update(numbers, flows) }
    }

    private func reading(of line: Line, _ supply: SupplyState) -> Reading {
        guard supply.isPresent else { return .missing(.absent) }
        switch line.attribute {
        case .discharging: return supply.discharging
        case .online: return value(line)
        case .dischargePower: return dischargePower(line, supply)
        case _ where supply.isBlank: return .missing(.implausible)
        case .power where supply.hasUnknownRate: return .missing(.io(errno: ENODATA))
        case .power where supply.isRateRefuted: return .missing(.implausible)
        default: return value(line)
        }
    }

    /// The power, if it flows out of the battery.
    private func dischargePower(_ line: Line, _ supply: SupplyState) -> Reading {
        let power = supply.isBlank || supply.isRateRefuted ? .missing(.implausible) : value(line)
        if let status = supply.failure {
            // If only its `status` file is missing, the battery is still there, so its power is unknown and not absent.
            let exists = supply.isKnownPresent || power.status == .ok
            return .missing(status == .absent && exists ? .io(errno: ENODATA) : status)
        }
        if supply.hasUnknownRate || power.status != .ok, let watts = supply.storePower, watts <= limit {
            return .value(watts)
        }
        return supply.hasUnknownRate ? .missing(.io(errno: ENODATA)) : supply.direction.dischargePower(from: power)
    }

    private func value(_ line: Line) -> Reading {
        guard let file = line.file else { return .missing(.io(errno: ENODATA)) }
        guard case .number(let number) = numbers[file] else { return .missing(numbers[file].status) }
        if number > line.limit { return .missing(.implausible) }
        let value: Double?
        if let voltage = line.voltage {
            guard case .number(let microvolts) = numbers[voltage] else { return .missing(numbers[voltage].status) }
            value = SupplyAttribute.power(microamperes: number, microvolts: microvolts)
        } else {
            value = line.attribute.value(of: number)
        }
        guard let value, line.attribute.quantity != .power || value <= limit else { return .missing(.implausible) }
        return .value(value)
    }
}

extension [String] {
    /// The index of an element, which is added if it is missing.
    fileprivate mutating func index(adding element: String) -> Int {
        if let index = firstIndex(of: element) { return index }
        append(element)
        return count - 1
    }
}
