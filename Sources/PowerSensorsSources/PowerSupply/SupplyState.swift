import Glibc
import PowerSensorsCore

/// What a reader knows of one supply while it reads a sample.
final class SupplyState {
    private let name: String
    /// The indices of the supply's files among the reader's.
    private let files: SupplyFiles<Int>
    private var status: KeptFile
    private var bytes = [UInt8](repeating: 0, count: 64)
    private(set) var direction = SupplyDirection.unknown
    private(set) var failure: ReadingStatus?
    private(set) var isPresent = true

    /// Whether the supply itself says that it is present.
    private(set) var isKnownPresent = false

    /// Whether it discharges at a rate of 0 that cannot be true, so that its rate is unknown.
    private(set) var hasUnknownRate = false

    /// The power that it gives; nil if it gives none, or the power is unknown.
    private var rate: Double?

    /// Whether it discharges at a rate of 0, be that true or not.
    var isAtZeroRate: Bool { rate == 0 }

    /// What it held when its rate became 0.
    private var storedAtZeroRate: Int64?
    private var isZeroRateRefuted = false

    init(name: String, files: SupplyFiles<Int>, beneath sysfs: SystemRoot) {
        self.name = name
        self.files = files
        status = KeptFile("\(PowerSupply.classPath)/\(name)/status", beneath: sysfs)
    }

    /// Whether it discharges, as a reading.
    var discharging: Reading {
        if let failure { return .missing(failure) }
        return direction == .unknown ? .missing(.io(errno: ENODATA)) : .value(direction == .discharging ? 1 : 0)
    }

    /// Reads the status, and evaluates a sample's numbers.
    func update(_ numbers: [Attributes.Number], _ flows: SupplyFlows) {
        let present = number(files.present, numbers)
        isPresent = present != 0
        isKnownPresent = present.map { $0 != 0 } ?? false
        do throws(AttributeError) {
            var span = bytes.mutableSpan
            let count = try status.read(into: &span)
            direction = SupplyDirection(bytes, count: count)
            failure = nil
        } catch {
            direction = .unknown
            failure = error.status
        }
        let isDischarging = isPresent && direction == .discharging
        rate = isDischarging ? rate(numbers) : nil
        let isOnline = isPresent && number(files.online, numbers) ?? 0 > 0
        flows.record(.init(isDischarging: isDischarging, isFeeding: isOnline || (rate ?? 0) > 0), of: name)
    }

    /// Decides whether a rate of 0 is true. Firmware may also return 0 if it does not know the rate.
    ///
    /// The rate is believed as long as something else feeds the machine, and the battery holds as much as before.
    func checkRate(_ numbers: [Attributes.Number], _ flows: SupplyFlows) {
        guard rate == 0 else {
            (storedAtZeroRate, isZeroRateRefuted, hasUnknownRate) = (nil, false, false)
            return
        }
        if let stored = number(files.stored, numbers) {
            isZeroRateRefuted = isZeroRateRefuted || stored < storedAtZeroRate ?? stored
            storedAtZeroRate = storedAtZeroRate ?? stored
        }
        hasUnknownRate = isZeroRateRefuted || !flows.isFed(exceptBy: name)
    }

    private func rate(_ numbers: [Attributes.Number]) -> Double? {
        guard let output = number(files.output, numbers) else { return nil }
        guard let voltage = files.voltage else { return SupplyAttribute.discharge.value(of: output) }
        return number(voltage, numbers).flatMap { SupplyAttribute.power(microamperes: output, microvolts: $0) }
    }

    private func number(_ file: Int?, _ numbers: [Attributes.Number]) -> Int64? {
        guard let file, case .number(let number) = numbers[file] else { return nil }
        return number
    }
}
