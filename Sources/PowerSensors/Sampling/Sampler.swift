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
    private let now: (() -> SampleInstant)?
    private let headline: Scope?
    private var sensors: OpenedSensors
    private var ledger: Ledger
    private var writer: SnapshotWriter
    /// Who divides the energy, where the program asked for it.
    private let attributor: Attributor?
    /// The threads that read what is slow, where the program asked for them.
    private var slowThreads: SlowThreads?

    /// Discovers and opens the sensors that work here.
    ///
    /// - Parameters:
    ///   - sensors: Which sensors to look for, and where.
    ///   - headline: The scope to show first; nil for the best there is.
    /// - Throws: ``SamplerError`` where there is nothing to read, or not the headline that was asked for.
    public init(_ sensors: SensorSet = SensorSet(), headline: Scope? = nil) throws(SamplerError) {
        try self.init(sensors.discover(), headline: headline)
    }

    /// Opens what a discovery found.
    ///
    /// - Parameters:
    ///   - discovered: The topology and its sensors.
    ///   - headline: The scope to show first; nil for the best there is.
    /// - Throws: ``SamplerError`` where there is nothing to read, or not the headline that was asked for.
    public init(_ discovered: DiscoveredSensors, headline: Scope? = nil) throws(SamplerError) {
        try self.init(discovered, headline: headline, now: nil)
    }

    /// As above, with clocks that a test sets.
    package init(
        _ sensors: SensorSet, headline: Scope? = nil, now: @escaping () -> SampleInstant
    ) throws(SamplerError) {
        try self.init(sensors.discover(), headline: headline, now: now)
    }

    /// Opens what a discovery found, for a program of our own whose loop must keep its rhythm.
    ///
    /// What is slow is read by threads of the sampler, which end with it. It waits a moment for their first readings.
    ///
    /// - Parameters:
    ///   - discovered: The topology and its sensors.
    ///   - headline: The scope to show first; nil for the best there is.
    package init(readingSlowBesides discovered: DiscoveredSensors, headline: Scope?) throws(SamplerError) {
        try self.init(discovered, headline: headline, now: nil, slowThreads: SlowThreads())
    }

    private init(
        _ discovered: DiscoveredSensors, headline: Scope?, now: (() -> SampleInstant)?, slowThreads: SlowThreads? = nil
    ) throws(SamplerError) {
        let topology = discovered.topology
        try topology.check(headline: headline)
        self.now = now
        self.headline = headline
        self.slowThreads = slowThreads
        sensors = Self.open(discovered, slowThreads)
        ledger = Ledger(topology.channels)
        writer = SnapshotWriter(topology, headline: headline)
        attributor = discovered.attributor()
    }

    /// Goes on with another discovery: what was counted goes on for the channels that both have. Reads what there was
    /// once more, and wants to be read at once.
    package mutating func move(to discovered: DiscoveredSensors) {
        // Threads of its own, so that none reads for a generation that is gone.
        let threads = slowThreads.map { _ in SlowThreads() }
        // A source that does not answer must not hold up the next generation.
        slowThreads?.patience = .zero
        let next = Self.open(discovered, threads)
        // As late as can be: what only now is opened counts from its own first reading on.
        _ = read()
        next.takeOver(from: sensors)
        sensors = next
        slowThreads = threads
        ledger = Ledger(discovered.topology.channels, continuing: ledger)
        writer = SnapshotWriter(discovered.topology, headline: headline, continuing: writer)
        attributor?.move(to: discovered.topology, ledger)
    }

    private static func open(_ discovered: DiscoveredSensors, _ threads: SlowThreads?) -> OpenedSensors {
        let sensors = OpenedSensors(discovered, slow: threads.map { .besides($0.lane) } ?? .whenDue)
        threads?.start()
        return sensors
    }

    /// What is read.
    public var topology: Topology { sensors.topology }

    /// The longest time between two samples that loses nothing: half a turn of the fastest counter at the greatest
    /// power, and no more than 20 s where power is integrated. Nil where there is neither.
    public var longestSafeInterval: Duration? { ledger.longestSafeInterval }

    /// What is missing or limited: what discovery found, and what only time can tell, such as a frozen counter.
    public func findings() -> [Finding] {
        topology.findings + sensors.findings + (attributor?.findings ?? [])
            + ledger.findings(topology.channels, at: now?() ?? .now)
    }

    /// Reads every channel once, counts its energy, and lends the readings for one call.
    ///
    /// The readings have the order of the topology's channels. No allocation.
    public mutating func sample<Result, Failure: Error>(
        _ body: (SampleInfo, Span<Reading>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let info = read()
        return try sensors.withReadings { readings throws(Failure) in try body(info, readings) }
    }

    /// Reads every channel once and counts its energy.
    public mutating func sample() { _ = read() }

    /// Reads every channel once, and makes a snapshot of the interval since the last snapshot.
    ///
    /// The first has energies of 0 and, for counters, no power yet. Where consumers are asked for, it looks at them too.
    public mutating func snapshot() -> Snapshot {
        attributor?.lookIfDue(at: now?() ?? .now)
        let info = read()
        _ = attributor?.divide(ledger)
        return writer.write(ledger, info, attributor?.attributed)
    }

    private mutating func read() -> SampleInfo {
        let info = sensors.read(now)
        sensors.withReadings { ledger.enter($0, began: info.began, ended: info.ended) }
        return info
    }
}

/// Owns the threads of a sampler that has any.
private final class SlowThreads {
    let lane = SlowLane()

    /// How long the end waits for reads that are under way.
    var patience = Duration.seconds(1)

    deinit { lane.stop(waiting: patience) }

    func start() {
        // Without a thread what is slow stays at warming_up; the rest goes on.
        try? lane.start()
        // Most sources answer at once, and a first figure is worth more with them.
        for _ in 0..<200 where !lane.hasAnswered { pause(.milliseconds(1)) }
    }
}

/// Why there is nothing to sample.
public enum SamplerError: Error, Sendable, CustomStringConvertible {
    /// No sensor found a channel; the findings say why.
    case nothingToRead([Finding])

    /// The headline that was asked for is none of the figures there are.
    case noSuchScope(Scope, available: [Scope])

    /// The system allowed no further thread.
    case noThread(errno: Int32)

    /// One line that says what is missing and what mends it.
    public var description: String {
        switch self {
        case .nothingToRead(let findings):
            // The last sensor that was tried is the one that should work anywhere.
            let errors = findings.filter { $0.severity == .error }
            guard let finding = errors.last ?? findings.first else { return "No sensor was found." }
            return "No sensor works here: \(finding.subject): \(finding.text)"
                + (finding.remedy.map { " Remedy: \($0)" } ?? "")
        case .noSuchScope(let scope, let available):
            let names = available.map(\.name).joined(separator: ", ")
            return "There is no figure of scope \(scope) here; there is \(names.isEmpty ? "none" : names)."
        case .noThread(let code):
            return "No thread could be started to sample on: \(systemMessage(errno: code))."
        }
    }
}

extension Topology {
    /// Throws where there is nothing to read, or not the headline that was asked for.
    func check(headline: Scope?) throws(SamplerError) {
        guard !channels.isEmpty else { throw .nothingToRead(findings) }
        if let headline, !scopes.contains(headline) { throw .noSuchScope(headline, available: scopes) }
    }
}
