import PowerSensors
import Synchronization

/// A sensor that keeps every rule, until a test changes a part of it.
struct CraftedSensor: Sensor {
    var name = SensorName("crafted")
    var readingInterval: Duration?
    var channels = [Channel.crafted("a"), .crafted("b", quantity: .power, encoding: .gauge), .crafted("c")]
    var findings: [Finding] = []
    var incompleteScopes: Set<Scope> = []
    /// Changes the channels of a discovery with the given number, from 1.
    var discovering: @Sendable (Int, [Channel]) throws -> [Channel] = { $1 }
    /// The fingerprint at the call with the given number, from 1.
    var marking: @Sendable (Int) -> Int? = { _ in 7 }
    var opening: @Sendable ([Channel]) throws -> any SensorReader = { CraftedReader(channels: $0) }
    private let discoveries = Counter()
    private let looks = Counter()

    init(_ change: (inout CraftedSensor) -> Void = { _ in }) { change(&self) }

    func discover() throws -> Discovery {
        Discovery(
            channels: try discovering(discoveries.next(), channels), findings: findings,
            incompleteScopes: incompleteScopes)
    }

    func discoveryFingerprint() -> Int? { marking(looks.next()) }

    func open(_ channels: [Channel]) throws -> any SensorReader { try opening(channels) }

    /// Changes the channel that is called `a`.
    mutating func changeFirst(_ change: (inout Channel) -> Void) { change(&channels[0]) }
}

/// A reader that returns a different number for each channel.
struct CraftedReader: SensorReader {
    var channels: [Channel]
    /// The reading of the channel at an index.
    var showing: @Sendable (Int, Channel) -> Reading? = { _, channel in channel.crafted }
    /// Changes the channels at a reading.
    var changing: @Sendable (inout [Channel]) -> Void = { _ in }

    mutating func readChannels(into readings: inout OutputSpan<Reading>) {
        for (index, channel) in channels.enumerated() {
            if let reading = showing(index, channel) { readings.append(reading) }
        }
        changing(&channels)
    }
}

/// The error that a crafted sensor throws.
struct Refusal: Error {}

extension Channel {
    /// A channel that keeps every rule.
    static func crafted(
        _ id: String, quantity: Quantity = .energy,
        encoding: Encoding = .counter(.counts(unit: .binaryFraction(14), lastCount: UInt64(UInt32.max)))
    ) -> Channel {
        Channel(
            id: "crafted/\(id)", sensor: SensorName("crafted"), mechanism: "test", quantity: quantity,
            encoding: encoding, component: Component(id: id, kind: .chip))
    }

    /// A number that only this channel has.
    var crafted: Reading {
        let number = id.utf8.reduce(0) { $0 + UInt64($1) }
        return encoding == .gauge ? .value(Double(number)) : .count(number)
    }
}

/// Counts its calls.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
