import Glibc
import PowerSensorsCore

/// What a reader knows about one supply: it is updated on every sample, before the channels' readings are made.
final class SupplyState {
    private let name: String
    /// The indices of the supply's files among the reader's.
    private let files: SupplyFiles<Int>
    /// The supply's `status` file.
    private var status: KeptFile
    private var bytes = [UInt8](repeating: 0, count: 64)
    private(set) var direction = SupplyDirection.unknown
    /// Why its `status` cannot be read; nil if it can be.
    private(set) var failure: ReadingStatus?
    private(set) var isPresent = true

    /// Whether its `present` file says that it is present. Without that file it is assumed to be, but not known.
    private(set) var isKnownPresent = false

    /// Whether it discharges and shows a power of 0 that cannot be true, so that its power is unknown.
    private(set) var hasUnknownRate = false

    /// The power in watts with which it discharges; nil if it does not discharge, or the power is unknown.
    private var rate: Double?

    /// Whether it discharges and shows a power of 0, whether or not that is true.
    var isAtZeroRate: Bool { rate == 0 }

    /// The energy or charge that was stored when the power became 0.
    private var storedAtZeroRate: Int64?
    /// Whether less has been stored since, so that a power of 0 cannot be true.
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
            var count = try status.read(into: &span)
            while count > 0, bytes[count - 1] == 0x0A || bytes[count - 1] == 0x20 { count -= 1 }
            // All texts of the kernel are shorter than 16 bytes, so that a string holds them without an allocation.
            direction = SupplyDirection(String(decoding: bytes[..<count], as: UTF8.self))
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

    /// Decides whether a power of 0 is true. Firmware may also show 0 if it does not know the power.
    ///
    /// 0 is believed as long as something else feeds the machine, and the stored energy does not decrease.
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
