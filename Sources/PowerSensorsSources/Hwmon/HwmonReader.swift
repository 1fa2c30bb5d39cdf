import Glibc
package import PowerSensorsCore

/// Reads chips' files with one `pread` per file, and derives power for chips that do not show it.
package final class HwmonReader: SensorReader {
    /// Asks libsensors for a value; nil if it returns none.
    package typealias Compute = (_ file: String, _ folder: String) -> Double?

    /// How a channel's reading is made from its files. A power above the limit is implausible.
    private enum Form {
        case counter
        case gauge(divisor: Double, limit: Double)
        /// The number of the channel's first file, in milliamperes, times that of the second, in millivolts.
        case product(limit: Double)
        /// Computed by libsensors. The channel's file is read first: if that fails, its status is the channel's.
        case computed(address: Int, isCounter: Bool, limit: Double)
    }

    package let channels: [Channel]
    /// How each channel is read, and the index of its first file.
    private let lines: [(form: Form, file: Int)]
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
    package init(
        _ channels: [Channel], maximumPower: Watts?, beneath sysfs: SystemRoot,
        compute: @escaping Compute = { LibSensors.shared.read($0, in: $1) }
    ) {
        self.channels = channels
        self.compute = compute
        var lines: [(form: Form, file: Int)] = []
        var sources: [Attributes.Source] = []
        for channel in channels {
            let limit = channel.quantity == .power ? maximumPower?.rawValue ?? .infinity : .infinity
            guard let handle = channel.handle?.value(as: HwmonHandle.self) else {
                lines.append((form: .counter, file: sources.count))
                sources.append(Attributes.Source(path: ""))
                continue
            }
            var form = Self.form(of: handle, limit)
            if channel.mechanism == "libsensors", let folder = try? sysfs.resolve(handle.folder) {
                form = .computed(
                    address: addresses.count, isCounter: channel.quantity == .energy, limit: limit)
                addresses.append((file: handle.attribute.file, folder: folder))
            }
            lines.append((form: form, file: sources.count))
            sources += Self.sources(of: handle, isKept: channel.keepsOpen, beneath: sysfs)
        }
        self.lines = lines
        unsafe attributes = Attributes(sources, beneath: sysfs)
    }

    package func read(into readings: inout OutputSpan<Reading>) {
        for index in lines.indices {
            let file = lines[index].file
            switch lines[index].form {
            case .counter: readings.append(counter(file))
            case .gauge(let divisor, let limit): readings.append(gauge(file, divisor, limit))
            case .product(let limit): readings.append(product(file, limit))
            case .computed(let address, let isCounter, let limit):
                readings.append(computed(file, address, isCounter, limit))
            }
        }
    }

    private func counter(_ file: Int) -> Reading {
        let reading = unsafe attributes.reading(at: file)
        // The file holds a number but not an unsigned one: a negative number is not malformed, but impossible for a
        // counter.
        guard reading.status == .io(errno: EBADMSG), case .number = unsafe attributes.number(at: file) else {
            return reading
        }
        return .missing(.implausible)
    }

    private func gauge(_ file: Int, _ divisor: Double, _ limit: Double) -> Reading {
        switch unsafe attributes.number(at: file) {
        case .missing(let status): return .missing(status)
        case .number(let number):
            return number.isUnknownValue ? .missing(.implausible) : checked(Double(number) / divisor, limit)
        }
    }

    private func product(_ file: Int, _ limit: Double) -> Reading {
        let current = unsafe attributes.number(at: file)
        guard case .number(let milliamperes) = current else { return .missing(current.status) }
        let voltage = unsafe attributes.number(at: file + 1)
        guard case .number(let millivolts) = voltage else { return .missing(voltage.status) }
        if millivolts.isUnknownValue || milliamperes.isUnknownValue { return .missing(.implausible) }
        return checked(Double(millivolts) * Double(milliamperes) / 1e6, limit)
    }

    private func computed(_ file: Int, _ address: Int, _ isCounter: Bool, _ limit: Double) -> Reading {
        let number = unsafe attributes.number(at: file)
        guard case .number(let raw) = number else { return .missing(number.status) }
        // libsensors would compute with the number that stands for an unknown value.
        if !isCounter, raw.isUnknownValue { return .missing(.implausible) }
        let place = addresses[address]
        guard let value = compute(place.file, place.folder) else { return .missing(.io(errno: EIO)) }
        if !isCounter { return checked(value, limit) }
        // Joules up to 9 × 10¹² fit into 64 bits as microjoules.
        return raw >= 0 && value >= 0 && value < 9e12
            ? .count(UInt64((value * 1e6).rounded())) : .missing(.implausible)
    }

    private func checked(_ value: Double, _ limit: Double) -> Reading {
        abs(value) <= limit ? .value(value) : .missing(.implausible)
    }

    // MARK: Opening

    private static func form(of handle: HwmonHandle, _ limit: Double) -> Form {
        if handle.voltage != nil { return .product(limit: limit) }
        return handle.attribute.kind.divisor.map { .gauge(divisor: $0, limit: limit) } ?? .counter
    }

    private static func sources(
        of handle: HwmonHandle, isKept: Bool, beneath sysfs: SystemRoot
    ) -> [Attributes.Source] {
        let folder = handle.resolvedFolder(beneath: sysfs)
        let hasName = sysfs.exists("\(folder)/name")
        let identity = handle.chip.flatMap { name in
            hasName ? (path: "\(folder)/name", text: name) : nil
        }
        return handle.files.map {
            Attributes.Source(path: "\(folder)/\($0)", identity: identity, isKept: isKept)
        }
    }
}
