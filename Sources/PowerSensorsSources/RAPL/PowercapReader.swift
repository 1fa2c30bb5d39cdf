import PowerSensorsCore

/// Which powercap file a channel reads: what discovery stores in ``Channel/handle`` for opening.
struct PowercapHandle: Hashable, Sendable {
    /// The zone's folder.
    let folder: String

    /// The file in it.
    let file: String

    /// The text of the zone's `name` file, which identifies the zone when it is opened again; nil if it cannot be read.
    let name: String?

    /// Whether the zone shows RAPL registers of an Intel or AMD processor, rather than what another driver measures.
    let isRAPL: Bool
}

/// Reads powercap's files with one `pread` per channel.
final class PowercapReader: SensorReader {
    let channels: [Channel]
    // One sampler owns the reader and calls it from one thread at a time, so the run-time check would only cost.
    @exclusivity(unchecked) private var attributes: Attributes

    init(_ channels: [Channel], beneath sysfs: SystemRoot) {
        self.channels = channels
        let sources = channels.map { channel in
            let handle = channel.handle?.value(as: PowercapHandle.self)
            let folder = handle?.folder ?? ""
            return Attributes.Source(
                path: "\(folder)/\(handle?.file ?? "")",
                divisor: channel.quantity == .power ? 1e6 : nil,
                identity: handle?.name.map { (path: "\(folder)/name", text: $0) }
            )
        }
        unsafe attributes = Attributes(sources, beneath: sysfs)
    }

    func readChannels(into readings: inout OutputSpan<Reading>) { unsafe attributes.read(into: &readings) }
}
