/// The energy counters of Intel's and AMD's processors, by powercap's files.
public struct RaplSensor: Sensor {
    private let roots: SystemRoots
    private let maximumPower: Watts?

    /// Looks for the counters in the given trees.
    ///
    /// - Parameters:
    ///   - roots: The trees to look in.
    ///   - maximumPower: The greatest power that one zone can have; nil for 4 × its largest limit, and 1 kW at least.
    public init(roots: SystemRoots = .usual, maximumPower: Watts? = nil) {
        self.roots = roots
        self.maximumPower = maximumPower
    }

    /// `rapl`.
    public var name: SensorName { .rapl }

    /// Looks at the names of the zones: a number that is used again has another name.
    public func discoveryMark() -> Int? {
        var hasher = Hasher()
        for folder in (try? roots.sysfs.list(PowercapZone.classPath)) ?? [] {
            hasher.combine(folder)
            hasher.combine(try? roots.sysfs.text("\(PowercapZone.classPath)/\(folder)/name"))
        }
        return hasher.finalize()
    }

    /// Looks through powercap's zones; whatever fails there is a finding.
    public func discover() -> Discovery {
        PowercapDiscovery(roots.sysfs, maximumPower: maximumPower).discover()
    }

    /// Opens each channel's file; one that cannot be opened answers with its reason.
    public func open(_ channels: [Channel]) -> any SensorReader {
        PowercapReader(channels, beneath: roots.sysfs)
    }
}

/// Reads powercap's files with one `pread` a channel.
final class PowercapReader: SensorReader {
    let channels: [Channel]
    // One sampler owns the reader and calls it from one thread at a time, so the run-time check would only cost.
    @exclusivity(unchecked) private var attributes: Attributes

    init(_ channels: [Channel], beneath sysfs: SystemRoot) {
        self.channels = channels
        let sources = channels.map { channel in
            let path = channel.path ?? ""
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            return Attributes.Source(
                path: path,
                divisor: channel.quantity == .power ? 1e6 : nil,
                identity: channel.sourceName.map { .init(path: "\(folder)/name", text: $0) }
            )
        }
        unsafe attributes = Attributes(sources, beneath: sysfs)
    }

    func read(into readings: inout OutputSpan<Reading>) { unsafe attributes.read(into: &readings) }
}
