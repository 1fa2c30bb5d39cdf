import Glibc
public import PowerSensors

/// Energy events that count from where they are opened, as perf's do: what was used before has no count.
///
/// Each is a file with a number of millijoules that a driver keeps.
public struct EventSensor: Sensor {
    /// One event. It is also the handle of its channel: what ``open(_:)`` needs to know.
    public struct Event: Hashable, Sendable {
        /// The last part of its channel's identity.
        public let name: String

        /// The file that shows it.
        public let path: String

        /// The processor that reads it without interrupting another.
        public let processor: Int?

        /// Describes an event.
        public init(name: String, path: String, processor: Int? = nil) {
            self.name = name
            self.path = path
            self.processor = processor
        }
    }

    private let events: [Event]

    /// A sensor of these events.
    public init(_ events: [Event]) { self.events = events }

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
    public func open(_ channels: [Channel]) -> any SensorReader { EventReader(channels) }

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
        channel.handle = ChannelHandle(event)
        // An event that was just opened is 0, and counts all the same.
        channel.isKnownToCount = true
        return channel
    }
}
