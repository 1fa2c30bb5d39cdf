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
    var isPresent: Bool { shown.isPresent }

    /// Whether its `present` file says that it is present. Without that file it is assumed to be, but not known.
    private(set) var isKnownPresent = false

    /// Whether it discharges and shows a power of 0 that cannot be true, so that its power is unknown.
    private(set) var hasUnknownRate = false

    var isBlank: Bool { shown.isBlank }

    /// Whether the power that it shows cannot be true, since its current and voltage, or its store, show another one.
    var isRateRefuted: Bool { shown.isContradicted || (direction == .discharging && store.refutesRate) }

    /// The power in watts by which its store falls; nil if unknown, or if it does not discharge.
    var storePower: Double? { direction == .discharging ? store.power : nil }

    /// Whether its direction can only be found out from the other supplies.
    var needsOthers: Bool { files.feedsHost && isPresent && failure == nil && statusDirection == .unknown }

    /// What its `status` says.
    private var statusDirection = SupplyDirection.unknown
    /// What its files show.
    private var shown = SupplyNumbers()
    private var store = StoreMeter()

    /// The power in watts with which it discharges; nil if it does not discharge, or the power is unknown.
    private var watts: Double?

    /// Whether it discharges and shows a power of 0, whether or not that is true.
    var isAtZeroRate: Bool { watts == 0 }

    /// The energy or charge that was stored when the power became 0.
    private var storedAtZeroRate: Int64?
    /// Whether less has been stored since, so that a power of 0 cannot be true.
    private var isZeroRateRefuted = false

    /// A supply's files are opened again at every reading. A removed battery counts as one that supplies nothing, so
    /// until its return is noticed, the sum of the batteries is too small and nothing shows that.
    static let longestBackOff = Duration.zero

    init(name: String, files: SupplyFiles<Int>, beneath sysfs: SystemRoot) {
        self.name = name
        self.files = files
        status = KeptFile(
            "\(PowerSupply.classPath)/\(name)/status", beneath: sysfs, longestBackOff: Self.longestBackOff)
    }

    /// Whether it discharges, as a reading.
    var discharging: Reading {
        if let failure { return .missing(failure) }
        return direction == .unknown ? .missing(.io(errno: ENODATA)) : .value(direction == .discharging ? 1 : 0)
    }

    /// Reads the status, and evaluates a sample's numbers.
    func update(_ numbers: [Attributes.Number], _ flows: SupplyFlows) {
        shown = files.map { file in
            guard case .number(let number) = numbers[file] else { return nil }
            return number
        }
        isKnownPresent = shown.present.map { $0 != 0 } ?? false
        do throws(AttributeError) {
            var span = bytes.mutableSpan
            var count = try status.read(into: &span)
            while count > 0, bytes[count - 1] == 0x0A || bytes[count - 1] == 0x20 { count -= 1 }
            // All texts of the kernel are shorter than 16 bytes, so that a string holds them without an allocation.
            statusDirection = SupplyDirection(String(decoding: bytes[..<count], as: UTF8.self))
            failure = nil
        } catch {
            statusDirection = .unknown
            failure = error.status
        }
        direction = statusDirection
        // Otherwise the flow is recorded once the direction is known.
        if !needsOthers { record(flows) }
    }

    /// Completes what only the other supplies show, which must be up to date: a battery of unknown direction discharges
    /// if all mains adapters and ports are unplugged, unless it shows a power of 0.
    func complete(_ flows: SupplyFlows, at instant: SampleInstant) {
        if needsOthers {
            if flows.isUnplugged, shown.watts != 0 { direction = .discharging }
            record(flows)
        }
        checkRate(flows)
        watchStore(at: instant)
    }

    private func record(_ flows: SupplyFlows) {
        let flow = shown.flow(isDischarging: direction == .discharging)
        watts = flow.isDischarging ? shown.watts : nil
        flows.record(flow, of: name)
    }

    private func watchStore(at instant: SampleInstant) {
        guard isPresent, direction == .discharging, !isBlank, let stored = shown.storedAmount,
            let volts = shown.storeVolts
        else {
            store = StoreMeter()
            return
        }
        store.advance(to: stored, volts: volts, shownWatts: hasUnknownRate ? nil : watts, at: instant)
    }

    /// Decides whether a power of 0 is true. Firmware may also show 0 if it does not know the power.
    ///
    /// 0 is believed as long as something else feeds the machine, and the stored energy does not decrease.
    private func checkRate(_ flows: SupplyFlows) {
        guard watts == 0 else {
            (storedAtZeroRate, isZeroRateRefuted, hasUnknownRate) = (nil, false, false)
            return
        }
        if let stored = shown.storedAmount {
            isZeroRateRefuted = isZeroRateRefuted || stored < (storedAtZeroRate ?? stored)
            storedAtZeroRate = storedAtZeroRate ?? stored
        }
        hasUnknownRate = isZeroRateRefuted || !flows.isFed(exceptBy: name)
    }
}
