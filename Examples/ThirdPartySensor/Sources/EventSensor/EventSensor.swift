import Glibc
public import PowerSensors

/// Energy events that count from where they are opened, as perf's do: what was used before has no count.
///
/// Each is a file with a number of millijoules that a driver keeps.
public struct EventSensor: Sensor {
    /// One event.
    public struct Event: Hashable, Sendable {
        /// The last part of its channel's identity.
        public let name: String

        /// The file that shows it.
        public let path: String

        /// Describes an event.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    private let events: [Event]
    private let processor: Int?

    /// A sensor of these events.
    ///
    /// - Parameters:
    ///   - events: What there may be to read.
    ///   - processor: The processor that reads them without interrupting another; nil if it does not matter.
    public init(_ events: [Event], processor: Int? = nil) {
        self.events = events
        self.processor = processor
    }

    /// `event`.
    public var name: SensorName { SensorName("event") }

    /// Which of the events there are: a monitor discovers again when that changes.
    public func discoveryFingerprint() -> Int? { present().hashValue }

    /// Finds a channel for every event that is there.
    public func discover() -> Discovery {
        let channels = present().map(channel)
        if !channels.isEmpty { return Discovery(channels: channels) }
        let finding = Finding(
            severity: .info, subject: name.name, reason: .absent, text: "There is no event to count.",
            remedy: "Load the driver that counts them.")
        return Discovery(findings: [finding])
    }

    /// Opens the channels that it is given, in their order.
    public func open(_ channels: [Channel]) -> any SensorReader { EventReader(channels, processor: processor) }

    private func present() -> [Event] { events.filter { unsafe access($0.path, F_OK) == 0 } }

    private func channel(_ event: Event) -> Channel {
        var channel = Channel(
            id: "\(name)/\(event.name)",
            sensor: name,
            mechanism: "event",
            quantity: .energy,
            encoding: .counter(.counts(unit: .microjoules(1000), lastCount: UInt64(UInt32.max))),
            component: Component(id: "event-\(event.name)", kind: .chip)
        )
        channel.path = event.path
        // What the reader needs to know.
        channel.handle = ChannelHandle(event.path)
        // An event that was just opened is 0, and counts all the same.
        channel.isKnownToCount = true
        return channel
    }
}
