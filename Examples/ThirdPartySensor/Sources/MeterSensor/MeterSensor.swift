import Glibc
public import PowerSensors

/// Meters at the plug, each of which some other program reads into a text file: a number of watts and a newline.
public struct MeterSensor: Sensor {
    /// One meter.
    public struct Meter: Hashable, Sendable {
        /// Its name, the last part of its channel's identity.
        public let name: String

        /// The file that holds its watts.
        public let path: String

        /// Describes a meter.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    private let meters: [Meter]

    /// A sensor of these meters; each measures another part of the machine.
    public init(_ meters: [Meter]) { self.meters = meters }

    /// `meter`.
    public var name: SensorName { SensorName("meter") }

    /// The meters answer once a second, so reading them on every sample would show nothing new.
    public var readingInterval: Duration? { .seconds(1) }

    /// Which of the files are there: a meter that is plugged in later is found then.
    public func discoveryFingerprint() -> Int? { meters.map { unsafe access($0.path, F_OK) }.hashValue }

    /// Finds a channel for every file that is there; what is missing or forbidden is a finding, and nothing is thrown.
    public func discover() -> Discovery {
        var discovery = Discovery()
        for meter in meters {
            let status = MeterFile(meter.path).status
            if let finding = finding(meter, status) { discovery.findings.append(finding) }
            if status != .absent { discovery.channels.append(channel(meter, status)) }
        }
        if meters.isEmpty {
            let text = "No meter was named."
            let remedy = "Name one: MeterSensor([Meter(name: \"rack\", path: \"/run/meter/rack\")])"
            discovery.findings.append(
                Finding(severity: .info, subject: name.name, reason: .absent, text: text, remedy: remedy))
        }
        return discovery
    }

    /// Opens what the topology kept of the channels, in the order in which it asks for them.
    public func open(_ channels: [Channel]) -> any SensorReader { MeterReader(channels) }

    private func channel(_ meter: Meter, _ status: ReadingStatus) -> Channel {
        var channel = Channel(
            id: "\(name)/\(meter.name)",
            sensor: name,
            mechanism: "file",
            quantity: .power,
            encoding: .gauge,
            component: Component(id: "meter-\(meter.name)", kind: .supply)
        )
        // All the meters together measure what the machine takes from the plug.
        channel.countsIn = .wall
        channel.path = meter.path
        channel.handle = ChannelHandle(meter)
        channel.refreshInterval = readingInterval
        channel.status = status
        return channel
    }

    private func finding(_ meter: Meter, _ status: ReadingStatus) -> Finding? {
        if status == .ok { return nil }
        let remedy =
            status == .forbidden
            ? "Let this user read it: sudo chmod a+r \(meter.path)"
            : "Start the program that reads the meter \(meter.name), and let it write \(meter.path)."
        return Finding(
            severity: .warning, subject: meter.path, reason: Finding.Reason(status),
            text: "The meter \(meter.name) has no watts to read.", remedy: remedy)
    }
}

/// The part that runs on every reading.
struct MeterReader: SensorReader {
    let channels: [Channel]
    private let files: [MeterFile]

    init(_ channels: [Channel]) {
        self.channels = channels
        files = channels.map { MeterFile($0.handle?.value(as: MeterSensor.Meter.self)?.path ?? "") }
    }

    // One reading for each channel, whatever happens: a meter that fails says why, and the next is read.
    func readChannels(into readings: inout OutputSpan<Reading>) {
        for file in files { readings.append(file.reading) }
    }
}
