#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters

/// The loop of `watch`: sleep until the next figure is due, read, write.
struct Watch {
    /// The time between the first two samples in microseconds. It is long enough for a counter that is updated every millisecond
    /// to change, so that the first interval begins at a known change.
    private static let warmUp: UInt32 = 10_000

    /// How many consumers of a kind a block shows by default.
    static let topOfBlock = 5

    /// How many a screen shows by default, as far as there is room: as many as are told apart at all.
    static let topOfScreen = 50

    let settings: Settings

    let format: WatchFormat

    /// When to stop; nil for never.
    let duration: Duration?

    /// How many consumers of a kind to show.
    let top: Int

    /// Whether text is written to a terminal as it is into a pipe.
    let isPlain: Bool

    /// Whether the figures are shown on a screen of their own, which keys control.
    let hasScreen: Bool

    let attribution: Attribution?

    /// Whether findings are not reported.
    let isQuiet: Bool

    /// Shows figures until the duration is over, the command is asked to stop, or the reader has gone.
    func run() throws(CommandFailure) {
        var sampler = try openSampler()
        let findings = sampler.topology.findings
        if !isQuiet { FindingReport(findings, isVerbose: settings.isVerbose).write() }
        var log = FindingLog(reported: findings)

        sampler.sample()
        usleep(Self.warmUp)
        // This only begins the first interval: there is no power to show yet.
        _ = sampler.snapshot()
        if hasScreen { try showScreen(&sampler, &log) } else { try writeBlocks(&sampler, &log) }
    }

    /// Writes one snapshot below the other, or over the other where a terminal has no screen to show.
    private func writeBlocks(_ sampler: inout Sampler, _ log: inout FindingLog) throws(CommandFailure) {
        var format = makeFormat()
        format.prepare(for: sampler.topology)
        var bytes: [UInt8] = []
        let start = SuspendingClock.now
        // Checked with the first figures, and then often enough for findings that take seconds to appear.
        var nextCheck = start
        var generation = sampler.topology.generation
        while let snapshot = sampler.nextSnapshot(
            every: settings.interval, until: duration.map { start + $0 }, unless: { Signals.isEndRequested })
        {
            if snapshot.topology.generation != generation {
                generation = snapshot.topology.generation
                format.prepare(for: snapshot.topology)
            }
            if Signals.takeResize(), !isPlain { format.withText { $0.style.fit(StandardOutput.size) } }
            if snapshot.instant.suspending >= nextCheck {
                nextCheck = max(nextCheck + .seconds(1), snapshot.instant.suspending)
                if reportNew(sampler.findings(), in: &log) { format.withText { $0.leaveBlock() } }
            }
            bytes.removeAll(keepingCapacity: true)
            format.append(snapshot, to: &bytes)
            if self.format == .text { try StandardOutput.write(text: bytes) } else { try StandardOutput.write(bytes) }
        }
    }

    /// Shows snapshots on a screen, and leaves the last one behind.
    private func showScreen(_ sampler: inout Sampler, _ log: inout FindingLog) throws(CommandFailure) {
        let screen = WatchScreen(self)
        let start = SuspendingClock.now
        var last: Snapshot?
        var findings = sampler.findings()
        var nextCheck = start
        while let snapshot = sampler.nextSnapshot(
            every: settings.interval, until: duration.map { start + $0 }, unless: { screen.isOver },
            sleepingBy: { screen.wait(untilMonotonic: $0) })
        {
            if snapshot.instant.suspending >= nextCheck {
                nextCheck = max(nextCheck + .seconds(1), snapshot.instant.suspending)
                findings = sampler.findings()
                // A terminal shows them on the screen, and gets them when that is left.
                if isatty(STDERR_FILENO) != 1 { _ = reportNew(findings, in: &log) }
            }
            screen.show(snapshot, findings)
            last = snapshot
        }
        try screen.close()
        _ = reportNew(findings, in: &log)
        guard let last else { return }
        var format = makeFormat()
        format.prepare(for: last.topology)
        var bytes: [UInt8] = []
        format.append(last, to: &bytes)
        try StandardOutput.write(text: bytes)
    }

    /// Reports the findings that are new since the previous call, such as a counter that does not change.
    ///
    /// - Returns: Whether anything was written.
    private func reportNew(_ findings: [Finding], in log: inout FindingLog) -> Bool {
        if isQuiet { return false }
        let report = FindingReport(each: log.takeNew(findings), isVerbose: settings.isVerbose)
        report.write()
        return !report.lines.isEmpty
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
                node: settings.node, style: isPlain ? TextStyle() : .standardOutput(redraws: true),
                showsAll: settings.isVerbose, top: hasScreen ? min(top, Self.topOfBlock) : top)
        }
    }
}

extension ReadingStatus {
    /// Whether the source answered, even if the answer is not usable, or may answer once it wakes.
    fileprivate var isAnswer: Bool {
        switch self {
        case .ok, .warmingUp, .partial, .implausible, .stale, .asleep, .ambiguous: true
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
