/// Reads every channel in the caller's own loop: no thread, no task.
///
/// It opens what it reads once and keeps it open; a sample costs its system calls and no allocation. It must be
/// called at least every ``longestSafeInterval``, or a counter may wrap unseen and its energy becomes ambiguous.
///
/// ```swift
/// var sampler = try Sampler()
/// while true {
///     if let power = sampler.snapshot().headline?.power { print(power.rawValue, "W") }
///     sleep(2)
/// }
/// ```
public struct Sampler: ~Copyable {
    /// What is read.
    public let topology: Topology

    private let now: (() -> SampleInstant)?
    private var readers: [any SensorReader]
    private var readings: [Reading] = []
    private var ledger: Ledger
    private var writer: SnapshotWriter

    /// Discovers and opens the sensors that work here.
    ///
    /// - Parameters:
    ///   - sensors: Which sensors to look for, and where.
    ///   - headline: The scope to show first; nil for the best there is.
    ///   - now: The clocks; nil for the machine's. Only tests have a reason to pass others.
    /// - Throws: ``SamplerError`` where there is nothing to read.
    public init(
        _ sensors: SensorSet = SensorSet(),
        headline: Scope? = nil,
        now: (() -> SampleInstant)? = nil
    ) throws(SamplerError) {
        try self.init(sensors.discover(), headline: headline, now: now)
    }

    /// Opens what a discovery found.
    ///
    /// - Throws: ``SamplerError`` where there is nothing to read, or not the headline that was asked for.
    public init(
        _ discovered: DiscoveredSensors,
        headline: Scope? = nil,
        now: (() -> SampleInstant)? = nil
    ) throws(SamplerError) {
        let topology = discovered.topology
        guard !topology.channels.isEmpty else { throw .nothingToRead(topology.findings) }
        if let headline, !topology.scopes.contains(headline) {
            throw .noSuchScope(headline, available: topology.scopes)
        }
        readers = []
        for sensor in discovered.sensors {
            let channels = topology.channels.filter { $0.sensor == sensor.name }
            if channels.isEmpty { continue }
            do {
                readers.append(try sensor.open(channels))
            } catch {
                readers.append(UnopenedReader(channels: channels))
            }
        }
        self.topology = topology
        self.now = now
        ledger = Ledger(topology.channels)
        writer = SnapshotWriter(topology, headline: headline)
        readings.reserveCapacity(topology.channels.count)
    }

    /// The longest time between two samples that can never hide a counter's turn; nil where nothing wraps.
    public var longestSafeInterval: Duration? { ledger.longestSafeInterval }

    /// What is missing or limited: what discovery found, and what only time can tell, such as a frozen counter.
    public func findings() -> [Finding] {
        topology.findings + ledger.findings(topology.channels, at: now?() ?? .now)
    }

    /// Reads every channel once, counts its energy, and lends the readings for one call.
    ///
    /// The readings have the order of the topology's channels. No allocation.
    public mutating func sample<Result, Failure: Error>(
        _ body: (SampleInfo, Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let info = read()
        return try body(info, readings.span)
    }

    /// Reads every channel once and counts its energy.
    public mutating func sample() { _ = read() }

    /// Reads every channel once, and makes a snapshot of the interval since the last snapshot.
    ///
    /// The first has energies of 0 and no power yet.
    public mutating func snapshot() -> Snapshot {
        let info = read()
        return writer.write(ledger, info)
    }

    private mutating func read() -> SampleInfo {
        let began = now?() ?? .now
        readings.removeAll(keepingCapacity: true)
        for index in readers.indices {
            let count = readers[index].channels.count
            let expected = readings.count + count
            readings.append(addingCapacity: count) { readings in
                readers[index].read(into: &readings)
            }
            // A reader that appends too little would shift every channel after its own.
            while readings.count < expected { readings.append(.missing(.absent)) }
        }
        let info = SampleInfo(generation: topology.generation, began: began, ended: now?() ?? .now(after: began))
        // A span of the property would borrow all of self, ledger included.
        let readings = readings
        ledger.enter(readings.span, began: info.began, ended: info.ended)
        return info
    }
}

/// Stands for a sensor that was discovered and could not be opened.
private struct UnopenedReader: SensorReader {
    let channels: [Channel]

    func read(into readings: inout OutputSpan<Reading>) {
        for _ in channels { readings.append(.missing(.absent)) }
    }
}

/// Why there is nothing to sample.
public enum SamplerError: Error, Sendable, CustomStringConvertible {
    /// No sensor found a channel; the findings say why.
    case nothingToRead([Finding])

    /// The headline that was asked for is none of the figures there are.
    case noSuchScope(Scope, available: [Scope])

    /// One line that says what is missing and what mends it.
    public var description: String {
        switch self {
        case .nothingToRead(let findings):
            guard let finding = findings.first else { return "No sensor was found." }
            return "No sensor works here: \(finding.subject): \(finding.text)"
                + (finding.remedy.map { " Remedy: \($0)" } ?? "")
        case .noSuchScope(let scope, let available):
            let names = available.map(\.name).joined(separator: ", ")
            return "There is no figure of scope \(scope) here; there is \(names.isEmpty ? "none" : names)."
        }
    }
}
