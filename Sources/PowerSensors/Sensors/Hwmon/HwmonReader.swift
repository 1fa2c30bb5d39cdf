#if canImport(Glibc)
import Glibc
#endif

/// Reads chips' files with one `pread` a file, and derives power where a chip leaves that to its reader.
package final class HwmonReader: SensorReader {
    /// How libsensors is asked for a value; nil where it gives none.
    package typealias Compute = (inout LibSensors.Address) -> Double?

    /// How a channel's reading comes out of the files.
    private enum Form {
        case counter
        case gauge(divisor: Double, limit: Double)
        /// This file's number times the next one's: milliamperes and millivolts.
        case product(limit: Double)
        /// What libsensors makes of this file's number, which is read first: it tells why, where there is none.
        case computed(Int, isCounter: Bool, limit: Double)
    }

    private struct Line {
        let form: Form
        let file: Int
    }

    package let channels: [Channel]
    private let lines: [Line]
    private let compute: Compute
    // One sampler owns the reader and calls it from one thread at a time, so the run-time check would only cost.
    @exclusivity(unchecked) private var attributes: Attributes
    private var addresses: [LibSensors.Address] = []

    /// Opens the channels' files.
    ///
    /// - Parameters:
    ///   - channels: The channels.
    ///   - maximumPower: Beyond it no power is believed; nil for no limit.
    ///   - sysfs: The tree they lie in.
    ///   - compute: How libsensors is asked.
    package init(
        _ channels: [Channel], maximumPower: Watts?, beneath sysfs: SystemRoot,
        compute: @escaping Compute = { LibSensors.shared.read(&$0) }
    ) {
        self.channels = channels
        self.compute = compute
        var lines: [Line] = []
        var sources: [Attributes.Source] = []
        for channel in channels {
            let limit = channel.quantity == .power ? maximumPower?.rawValue ?? .infinity : .infinity
            var form = Self.form(of: channel, limit)
            if channel.mechanism == "libsensors", let file = channel.fileWithoutLinks(in: sysfs) {
                form = .computed(addresses.count, isCounter: channel.quantity == .energy, limit: limit)
                addresses.append(LibSensors.Address(folder: file.folder, file: file.name))
            }
            lines.append(Line(form: form, file: sources.count))
            for path in [channel.path ?? "", channel.voltagePath].compactMap(\.self) {
                sources.append(Self.source(path, of: channel, beneath: sysfs))
            }
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
                readings.append(isCounter ? computedCount(file, address) : computed(file, address, limit))
            }
        }
    }

    private func counter(_ file: Int) -> Reading {
        let reading = unsafe attributes.reading(at: file)
        // A number with a sign is one, and none of a counter's.
        guard reading.status == .io(errno: EBADMSG), case .number = unsafe attributes.number(at: file) else {
            return reading
        }
        return .missing(.implausible)
    }

    private func gauge(_ file: Int, _ divisor: Double, _ limit: Double) -> Reading {
        switch unsafe attributes.number(at: file) {
        case .missing(let status): return .missing(status)
        case .number(let number):
            let value = Double(number) / divisor
            return Self.isSentinel(number) || abs(value) > limit ? .missing(.implausible) : .value(value)
        }
    }

    private func product(_ file: Int, _ limit: Double) -> Reading {
        let current = unsafe attributes.number(at: file)
        guard case .number(let milliamperes) = current else { return .missing(current.status) }
        let voltage = unsafe attributes.number(at: file + 1)
        guard case .number(let millivolts) = voltage else { return .missing(voltage.status) }
        if Self.isSentinel(millivolts) || Self.isSentinel(milliamperes) { return .missing(.implausible) }
        let power = Double(millivolts) * Double(milliamperes) / 1e6
        return abs(power) > limit ? .missing(.implausible) : .value(power)
    }

    private func computed(_ file: Int, _ address: Int, _ limit: Double) -> Reading {
        let number = unsafe attributes.number(at: file)
        guard case .number(let raw) = number else { return .missing(number.status) }
        // What is computed from no value is none.
        if Self.isSentinel(raw) { return .missing(.implausible) }
        guard let value = compute(&addresses[address]) else { return .missing(.io(errno: EIO)) }
        return abs(value) <= limit ? .value(value) : .missing(.implausible)
    }

    private func computedCount(_ file: Int, _ address: Int) -> Reading {
        let number = unsafe attributes.number(at: file)
        guard case .number(let raw) = number else { return .missing(number.status) }
        guard let value = compute(&addresses[address]) else { return .missing(.io(errno: EIO)) }
        return raw >= 0 && value >= 0 && value < 9e12
            ? .count(UInt64((value * 1e6).rounded())) : .missing(.implausible)
    }

    /// By what drivers say that they know no value: the greatest number of 32 bits, as it is or in the next larger unit.
    package static func isSentinel(_ number: Int64) -> Bool {
        switch number {
        case 4_294_967_295, 4_294_967_295_000, 2_147_483_647, 2_147_483_647_000, -2_147_483_648, .min, .max: true
        default: false
        }
    }

    // MARK: Opening

    private static func form(of channel: Channel, _ limit: Double) -> Form {
        if channel.voltagePath != nil { return .product(limit: limit) }
        guard let divisor = HwmonAttribute(split(channel.path ?? "").file)?.divisor else { return .counter }
        return .gauge(divisor: divisor, limit: limit)
    }

    /// A file by its path without links, which leads to the device that was discovered and to no other: a number that is
    /// given to another chip is none of ours.
    private static func source(_ path: String, of channel: Channel, beneath sysfs: SystemRoot) -> Attributes.Source {
        let (folder, file) = split(path)
        var home = (try? sysfs.resolve(folder)) ?? folder
        if let device = channel.component.device, !home.hasPrefix("devices/\(device)") {
            home = "devices/\(device)/hwmon/\(split(folder).file)"
        }
        let hasName = sysfs.exists("\(home)/name")
        let name = channel.sourceName.flatMap { text in
            hasName ? Attributes.Source.Identity(path: "\(home)/name", text: text) : nil
        }
        return Attributes.Source(path: "\(home)/\(file)", identity: name, isKept: !channel.isOpenedEachTime)
    }

    private static func split(_ path: String) -> (folder: String, file: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}
