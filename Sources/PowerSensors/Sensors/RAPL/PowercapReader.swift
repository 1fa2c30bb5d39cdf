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
