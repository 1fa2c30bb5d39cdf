#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The loop of `watch`: sleep until the next figure is due, read, write.
struct Watch {
    /// The time between the first two samples in nanoseconds. It is long enough for a counter that is updated every millisecond
    /// to change, so that the first interval begins at a known change.
    private static let warmUp: Int64 = 10_000_000

    /// The shortest time between two samples that prevent unnoticed wraps, in nanoseconds. With a shorter one, the command would
    /// do nothing else.
    private static let shortestSafeInterval: Int64 = 1_000_000

    let settings: Settings

    let format: WatchFormat

    /// When to stop; nil for never.
    let duration: Duration?

    /// How many consumers of a kind to show.
    let top: Int

    let attribution: Attribution?

    /// Shows figures until the duration is over, the command is asked to stop, or the reader has gone.
    func run() throws(CommandFailure) {
        var sampler = try openSampler()
        let findings = sampler.topology.findings
        FindingReport(findings, isVerbose: settings.isVerbose).write()
        var log = FindingLog(reported: findings)

        var format = makeFormat()
        format.prepare(for: sampler.topology)
        var bytes: [UInt8] = []

        sampler.sample()
        SampleInstant.sleep(untilMonotonic: SampleInstant.monotonicNow + Self.warmUp)
        let start = SampleInstant.monotonicNow
        // This only begins the first interval: there is no power to show yet.
        _ = sampler.snapshot()
        let end = duration.map { start + $0.wholeNanoseconds } ?? .max
        let interval = settings.interval.wholeNanoseconds
        var figures = TimeGrid(from: start + interval, every: interval)
        // Often enough for findings that take seconds to appear.
        var checks = TimeGrid(from: start, every: 1_000_000_000)
        var lastSample = start
        var generation = sampler.topology.generation
        while lastSample < end {
            guard sleep(until: min(figures.next, end), sampling: &sampler, since: lastSample) else { return }
            lastSample = SampleInstant.monotonicNow
            let snapshot = sampler.snapshot()
            if snapshot.topology.generation != generation {
                generation = snapshot.topology.generation
                format.prepare(for: snapshot.topology)
            }
            if Signals.takeResize() { format.withText { $0.style.rows = StandardOutput.rows } }
            if checks.isDue(at: lastSample), reportNew(sampler.findings(), in: &log) {
                format.withText { $0.leaveBlock() }
            }
            bytes.removeAll(keepingCapacity: true)
            format.append(snapshot, to: &bytes)
            try StandardOutput.write(bytes)
            figures.advance(past: lastSample)
        }
    }

    /// Reports the findings that are new since the previous call, such as a counter that does not change.
    ///
    /// - Returns: Whether anything was written.
    private func reportNew(_ findings: [Finding], in log: inout FindingLog) -> Bool {
        let report = FindingReport(each: log.takeNew(findings), isVerbose: settings.isVerbose)
        report.write()
        return !report.lines.isEmpty
    }

    /// Sleeps until a moment, and samples meanwhile often enough that no counter wraps unnoticed.
    ///
    /// - Returns: False if the command was asked to stop.
    private func sleep(until moment: Int64, sampling sampler: inout Sampler, since sampled: Int64) -> Bool {
        var lastSample = sampled
        while !Signals.isEndRequested {
            let now = SampleInstant.monotonicNow
            if now >= moment { return true }
            // At most a day, so that adding it to a time cannot overflow.
            let safe = min(sampler.longestSafeInterval ?? .seconds(86_400), .seconds(86_400)).wholeNanoseconds
            let wake = min(moment, lastSample + max(safe, Self.shortestSafeInterval))
            if now >= wake {
                sampler.sample()
                lastSample = now
            } else {
                SampleInstant.sleep(untilMonotonic: wake)
            }
        }
        return false
    }

    private func openSampler() throws(CommandFailure) -> Sampler {
        let sampler = try settings.sampler(attribution: attribution, rediscoveryInterval: .seconds(10))
        // If no channel can be read, every value would stay unknown. A source that answers with nonsense may answer correctly
        // the next time.
        guard sampler.topology.channels.contains(where: { $0.status.isAnswer }) else {
            throw settings.failure(.nothingToRead(sampler.topology.findings))
        }
        return sampler
    }

    private func makeFormat() -> any SnapshotFormat {
        switch format {
        case .json: JSONFormat(node: settings.node)
        case .csv: CSVFormat(node: settings.node)
        case .text:
            TextFormat(
                node: settings.node, style: .standardOutput(redraws: true), showsAll: settings.isVerbose, top: top)
        }
    }
}

extension ReadingStatus {
    /// Whether the source answered, even if the answer is not usable.
    fileprivate var isAnswer: Bool {
        switch self {
        case .ok, .warmingUp, .partial, .implausible, .stale: true
        case .absent, .forbidden, .io: false
        }
    }
}

extension SnapshotFormat {
    /// Changes the format if it is text for people.
    fileprivate mutating func withText(_ change: (inout TextFormat) -> Void) {
        guard var text = self as? TextFormat else { return }
        change(&text)
        if let changed = text as? Self { self = changed }
    }
}
#endif
