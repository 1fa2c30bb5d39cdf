import Glibc
package import PowerSensorsCore
import PowerSensorsMachine

/// Reads chips' files with one `pread` per file, and derives power for chips that do not show it.
package final class HwmonReader: SensorReader {
    /// Asks libsensors for a value; nil if it returns none.
    package typealias Compute = (_ file: String, _ folder: String) -> Double?

    /// How a channel's reading is made from its files. A power above the limit is implausible.
    private enum Form {
        case counter
        case gauge(divisor: Double, limit: Double)
        /// A power without a sign, which the current in the next file gives it.
        case directed(divisor: Double, limit: Double)
        /// The number of the channel's first file, in milliamperes, times that of the second, in millivolts.
        case product(limit: Double)
        /// Computed by libsensors. The channel's file is read first: if that fails, its status is the channel's.
        case computed(address: Int, isCounter: Bool, limit: Double)
    }

    package let channels: [Channel]
    /// How each channel is read, the index of its first file, and that of its device among those that may sleep; -1 for any
    /// other device.
    private let lines: [(form: Form, file: Int, sleeper: Int)]
    /// The devices that may sleep.
    private let sleepers: [SleepCheck]
    /// The latest readings of each channel, with their instants; none if no device may sleep.
    private var latest: [Reading] = []
    /// The powers of the channels that count energy; none if no device may sleep.
    private var rates: [EnergyRate] = []
    private let compute: Compute
    // One sampler owns the reader and calls it from one thread at a time, so the run-time check would only cost.
    @exclusivity(unchecked) private var attributes: Attributes
    /// Where libsensors finds the computed values.
    private var addresses: [(file: String, folder: String)] = []

    /// Opens the channels' files.
    ///
    /// - Parameters:
    ///   - channels: The channels.
    ///   - maximumPower: The highest plausible power; nil for no limit.
    ///   - sysfs: The sysfs with the files.
    ///   - compute: Asks libsensors for a value.
    package convenience init(
        _ channels: [Channel], maximumPower: Watts?, beneath sysfs: SystemRoot,
        compute: @escaping Compute = { LibSensors.shared.read($0, in: $1) }
    ) {
        self.init(
            channels, maximumPower: maximumPower, beneath: sysfs, compute: compute, pause: { _ in ReadingPause() },
            now: { .now })
    }

    /// Opens the channels' files.
    ///
    /// - Parameters:
    ///   - pause: The pause that all readers of a device share.
    ///   - now: The clocks.
    init(
        _ channels: [Channel], maximumPower: Watts?, beneath sysfs: SystemRoot,
        compute: @escaping Compute = { LibSensors.shared.read($0, in: $1) },
        pause: (RuntimePower) -> ReadingPause, now: @escaping () -> SampleInstant
    ) {
        self.channels = channels
        self.compute = compute
        var lines: [(form: Form, file: Int, sleeper: Int)] = []
        let devices = Sleeper.all(of: channels)
        sleepers = devices.map {
            SleepCheck($0.power, in: sysfs, pause($0.power), seesPower: $0.seesPower, now: now)
        }
        var sources: [Attributes.Source] = []
        for channel in channels {
            guard let handle = channel.handle?.value(as: HwmonHandle.self) else {
                lines.append((form: .counter, file: sources.count, sleeper: -1))
                sources.append(Attributes.Source(path: ""))
                continue
            }
            let limits = channel.quantity == .power ? [maximumPower, handle.limit] : []
            let limit = limits.compactMap { $0?.rawValue }.min() ?? .infinity
            var form = Self.form(of: handle, limit)
            if channel.mechanism == "libsensors", let folder = try? sysfs.resolve(handle.folder) {
                form = .computed(
                    address: addresses.count, isCounter: channel.quantity == .energy, limit: limit)
                addresses.append((file: handle.attribute.file, folder: folder))
            }
            let sleeper = devices.firstIndex { $0.power == handle.runtimePower } ?? -1
            lines.append((form: form, file: sources.count, sleeper: sleeper))
            sources += Self.sources(of: handle, isKept: channel.keepsOpen, beneath: sysfs)
        }
        self.lines = lines
        if !devices.isEmpty {
            latest = channels.map { _ in .missing(.warmingUp) }
            rates = channels.map { _ in EnergyRate() }
        }
        unsafe attributes = Attributes(sources, beneath: sysfs)
    }

    package func readChannels(into readings: inout OutputSpan<Reading>) {
        for sleeper in sleepers { sleeper.begin() }
        for index in lines.indices {
            let sleeper = lines[index].sleeper
            readings.append(sleeper < 0 ? reading(of: index) : reading(of: index, unlessAsleep: sleepers[sleeper]))
        }
        for sleeper in sleepers { sleeper.end() }
    }

    @inline(__always)
    private func reading(of index: Int) -> Reading {
        let file = lines[index].file
        return switch lines[index].form {
        case .counter: counter(file)
        case .gauge(let divisor, let limit): gauge(file, divisor: divisor, limit: limit)
        case .directed(let divisor, let limit): directed(file, divisor: divisor, limit: limit)
        case .product(let limit): product(file, limit: limit)
        case .computed(let address, let isCounter, let limit):
            computed(file, address: address, isCounter: isCounter, limit: limit)
        }
    }

    /// Reads a channel of a device that may sleep. During a pause its latest reading is repeated for up to a minute.
    private func reading(of index: Int, unlessAsleep sleeper: SleepCheck) -> Reading {
        if case .missing(let status) = sleeper.verdict { return .missing(status) }
        if sleeper.verdict == .pause {
            if let age = latest[index].age(at: sleeper.instant) {
                return age <= Self.longestRepetitionNanoseconds ? latest[index] : .missing(.asleep)
            }
            // There is nothing to repeat yet. Reading the device restarts the time after which it falls asleep.
            sleeper.beginPause()
        }
        var reading = self.reading(of: index)
        // A device that never sleeps has refused the read for another reason.
        if reading.status == .asleep, sleeper.isForbiddenToSleep { reading = .missing(.forbidden) }
        latest[index] = reading.stamped(at: sleeper.instant)
        if let count = reading.count {
            sleeper.record(rates[index].advance(to: count, at: sleeper.instant.monotonicNanoseconds))
        } else if channels[index].quantity == .power, let watts = reading.value {
            sleeper.record(abs(watts))
        }
        return reading
    }

    /// For how long a reading is repeated.
    private static let longestRepetitionNanoseconds: Int64 = 60_000_000_000

    private func counter(_ file: Int) -> Reading {
        let reading = unsafe attributes.reading(at: file)
        // The file holds a number but not an unsigned one: a negative number is not malformed, but impossible for a
        // counter.
        guard reading.status == .io(errno: EBADMSG), case .number = unsafe attributes.number(at: file) else {
            return reading
        }
        return .missing(.implausible)
    }

    private func gauge(_ file: Int, divisor: Double, limit: Double) -> Reading {
        switch unsafe attributes.number(at: file) {
        case .missing(let status): return .missing(status)
        case .number(let number):
            return number.isUnknownValue ? .missing(.implausible) : checked(Double(number) / divisor, limit: limit)
        }
    }

    private func directed(_ file: Int, divisor: Double, limit: Double) -> Reading {
        let power = gauge(file, divisor: divisor, limit: limit)
        guard let watts = power.value else { return power }
        switch unsafe attributes.number(at: file + 1) {
        case .missing(let status): return .missing(status)
        case .number(let number): return number < 0 ? .value(-abs(watts)) : power
        }
    }

    private func product(_ file: Int, limit: Double) -> Reading {
        let current = unsafe attributes.number(at: file)
        guard case .number(let milliamperes) = current else { return .missing(current.status) }
        let voltage = unsafe attributes.number(at: file + 1)
        guard case .number(let millivolts) = voltage else { return .missing(voltage.status) }
        if millivolts.isUnknownValue || milliamperes.isUnknownValue { return .missing(.implausible) }
        return checked(Double(millivolts) * Double(milliamperes) / 1e6, limit: limit)
    }

    private func computed(_ file: Int, address: Int, isCounter: Bool, limit: Double) -> Reading {
        let number = unsafe attributes.number(at: file)
        guard case .number(let raw) = number else { return .missing(number.status) }
        // libsensors would compute with the number that stands for an unknown value.
        if !isCounter, raw.isUnknownValue { return .missing(.implausible) }
        let place = addresses[address]
        guard let value = compute(place.file, place.folder) else { return .missing(.io(errno: EIO)) }
        if !isCounter { return checked(value, limit: limit) }
        // Joules up to 9 × 10¹² fit into 64 bits as microjoules.
        return raw >= 0 && value >= 0 && value < 9e12
            ? .count(UInt64((value * 1e6).rounded())) : .missing(.implausible)
    }

    private func checked(_ value: Double, limit: Double) -> Reading {
        abs(value) <= limit ? .value(value) : .missing(.implausible)
    }

    // MARK: Opening

    private static func form(of handle: HwmonHandle, _ limit: Double) -> Form {
        if handle.voltage != nil { return .product(limit: limit) }
        return handle.attribute.kind.divisor.map { divisor in
            handle.direction == nil ? .gauge(divisor: divisor, limit: limit) : .directed(divisor: divisor, limit: limit)
        } ?? .counter
    }

    private static func sources(
        of handle: HwmonHandle, isKept: Bool, beneath sysfs: SystemRoot
    ) -> [Attributes.Source] {
        let folder = handle.resolvedFolder(beneath: sysfs)
        // Nothing is opened here, since the device may sleep.
        let hasName = sysfs.hasEntry("\(folder)/name")
        let identity = handle.chip.flatMap { name in
            hasName ? (path: "\(folder)/name", text: name) : nil
        }
        return handle.files.map {
            Attributes.Source(
                path: "\(folder)/\($0)", identity: identity, isKept: isKept, maySleep: handle.runtimePower != nil)
        }
    }
}

/// A device that may sleep, among those of a reader's channels.
private struct Sleeper {
    let power: RuntimePower

    /// Whether the reader sees its power or energy, which show whether it is idle.
    var seesPower: Bool

    static func all(of channels: [Channel]) -> [Sleeper] {
        var devices: [Sleeper] = []
        for channel in channels {
            guard let handle = channel.handle?.value(as: HwmonHandle.self), let power = handle.runtimePower else {
                continue
            }
            let seesPower = channel.quantity == .power || channel.quantity == .energy
            if let index = devices.firstIndex(where: { $0.power == power }) {
                devices[index].seesPower = devices[index].seesPower || seesPower
            } else {
                devices.append(Sleeper(power: power, seesPower: seesPower))
            }
        }
        return devices
    }
}
