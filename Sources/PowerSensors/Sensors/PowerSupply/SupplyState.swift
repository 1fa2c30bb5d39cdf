#if canImport(Glibc)
import Glibc
#endif

/// What a reader knows of one supply in one sample.
final class SupplyState {
    /// Where the numbers of its power lie.
    struct Rate {
        /// The place of the power's number, or of the current's where power is derived.
        let number: Int

        /// The place of the voltage's, where power is derived.
        let voltage: Int?

        /// A power in watts; nil where one of the two numbers stands for none.
        static func power(microamperes: Int64, microvolts: Int64) -> Double? {
            if HwmonReader.isSentinel(microamperes) || HwmonReader.isSentinel(microvolts) { return nil }
            // In millionths of a millionth, of which 64 bits hold 9 MW; a `Double` holds any.
            return Double(microamperes.magnitude) * Double(microvolts.magnitude) / 1e12
        }
    }

    /// Where its numbers lie among the reader's; nil for what it has not.
    struct Places {
        let present: Int?
        let online: Int?

        /// What it holds, in whichever unit.
        let store: Int?

        /// What it gives the machine.
        let gives: Rate?
    }

    private let name: String
    private let places: Places
    private var status: KeptFile
    private var bytes = [UInt8](repeating: 0, count: 64)
    private(set) var direction = SupplyDirection.unknown
    private(set) var failure: ReadingStatus?
    private(set) var isPresent = true

    /// Whether the supply itself says that it is there.
    private(set) var isKnownPresent = false

    /// Whether it discharges at a rate of 0 that cannot be true, so that its rate is unknown.
    private(set) var isRateless = false

    /// The power that it gives; nil where it gives none, or nobody knows.
    private var rate: Double?

    /// Whether it discharges at a rate of 0, be that true or not.
    var isAtRest: Bool { rate == 0 }

    /// What it held when its rate came to be 0.
    private var storeAtRest: Int64?
    private var isRestRefuted = false

    init(name: String, status: String, places: Places, beneath sysfs: SystemRoot) {
        self.name = name
        self.places = places
        self.status = KeptFile(status, beneath: sysfs)
    }

    /// Whether it discharges, as a reading.
    var discharging: Reading {
        if let failure { return .missing(failure) }
        return direction == .unknown ? .missing(.io(errno: ENODATA)) : .value(direction == .discharging ? 1 : 0)
    }

    /// Takes in a sample's numbers, and tells the watch what it means for the others.
    func update(_ numbers: [Attributes.Number], _ watch: DischargeWatch) {
        let present = number(places.present, numbers)
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
        let isOnline = isPresent && number(places.online, numbers) ?? 0 > 0
        watch.note(
            name, DischargeWatch.Flow(isDischarging: isDischarging, isFeeding: isOnline || (rate ?? 0) > 0))
    }

    /// Firmware that does not know a battery's rate may say 0. That it is at rest is believed where something else feeds
    /// the machine, and as long as it holds as much as before.
    func doubt(_ numbers: [Attributes.Number], _ watch: DischargeWatch) {
        guard rate == 0 else {
            (storeAtRest, isRestRefuted, isRateless) = (nil, false, false)
            return
        }
        if let store = number(places.store, numbers) {
            isRestRefuted = isRestRefuted || store < storeAtRest ?? store
            storeAtRest = storeAtRest ?? store
        }
        isRateless = isRestRefuted || !watch.isFed(beside: name)
    }

    private func rate(_ numbers: [Attributes.Number]) -> Double? {
        guard let gives = places.gives, let number = number(gives.number, numbers) else { return nil }
        guard let voltage = gives.voltage else { return SupplyAttribute.discharge.value(of: number) }
        return self.number(voltage, numbers).flatMap { Rate.power(microamperes: number, microvolts: $0) }
    }

    private func number(_ place: Int?, _ numbers: [Attributes.Number]) -> Int64? {
        guard let place, place >= 0, case .number(let number) = numbers[place] else { return nil }
        return number
    }
}
