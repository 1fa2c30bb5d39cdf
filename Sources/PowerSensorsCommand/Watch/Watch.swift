#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The loop of `watch`: sleep until the next moment, read, write.
struct Watch {
    /// Long enough for a source of a kilohertz to move, so that the first interval begins at a known change.
    private static let settling: Int64 = 10_000_000

    /// Sampling more often than this to keep a counter from wrapping unseen would be all the command does.
    private static let shortestSafeInterval: Int64 = 1_000_000

    private let settings: Settings
    private let options: WatchOptions

    /// Watches as asked.
    init(_ settings: Settings, _ options: WatchOptions) {
        self.settings = settings
        self.options = options
    }

    /// Shows figures until the duration is over, somebody asks to end, or nobody reads on.
    func run() throws(CommandFailure) {
        let discovered = settings.sensors.discover()
        var sampler = try openSampler(discovered)
        let findings = discovered.topology.findings
        FindingReport(findings, isVerbose: settings.isVerbose).write()
        var log = FindingLog(told: findings)

        var format = makeFormat()
        format.prepare(for: sampler.topology)
        var output = StandardOutput()
        var bytes: [UInt8] = []

        sampler.sample()
        MonotonicClock.sleep(until: MonotonicClock.now + Self.settling)
        // It only opens the first interval: there is no power yet to show.
        let start = sampler.snapshot().instant.monotonicNanoseconds
        var schedule = Schedule(
            start: start,
            interval: settings.interval.wholeNanoseconds,
            duration: options.duration?.wholeNanoseconds
        )
        var lastSample = start
        var rediscovery = Rediscovery(settings.sensors, discovered, at: start)
        while let moment = schedule.next {
            guard sleep(until: moment, sampling: &sampler, since: lastSample) else { return }
            let snapshot = sampler.snapshot()
            lastSample = snapshot.instant.monotonicNanoseconds
            if Signals.takeResize() { format.withText { $0.style.rows = StandardOutput.rows } }
            if log.isLookDue(at: lastSample), reportNew(sampler.findings(), to: &log) {
                format.withText { $0.leaveBlock() }
            }
            bytes.removeAll(keepingCapacity: true)
            format.append(snapshot, to: &bytes)
            do throws(CommandFailure) {
                try output.write(bytes)
            } catch {
                if error == .ended { return }
                throw error
            }
            schedule.advance(past: lastSample)
            if let found = rediscovery.look(at: lastSample) {
                sampler.move(to: found)
                // What only now is read counts from now on.
                sampler.sample()
                format.prepare(for: found.topology)
            }
        }
    }

    /// Writes what only time could tell, such as a counter that stands still, once.
    ///
    /// - Returns: Whether anything was written.
    private func reportNew(_ findings: [Finding], to log: inout FindingLog) -> Bool {
        let report = FindingReport(each: log.takeNew(findings), isVerbose: settings.isVerbose)
        report.write()
        return !report.lines.isEmpty
    }

    /// Sleeps until a moment, and samples on the way as often as it takes to lose no turn of a counter.
    ///
    /// - Returns: False where somebody asked to end.
    private func sleep(until moment: Int64, sampling sampler: inout Sampler, since sampled: Int64) -> Bool {
        var lastSample = sampled
        while !Signals.isEndRequested {
            let now = MonotonicClock.now
            if now >= moment { return true }
            // A day is no limit to any counter, and adds up without overflow.
            let safe = min(sampler.longestSafeInterval ?? .seconds(86_400), .seconds(86_400)).wholeNanoseconds
            let wake = min(moment, lastSample + max(safe, Self.shortestSafeInterval))
            if now >= wake {
                sampler.sample()
                lastSample = now
            } else {
                MonotonicClock.sleep(until: wake)
            }
        }
        return false
    }

    private func openSampler(_ discovered: DiscoveredSensors) throws(CommandFailure) -> Sampler {
        do throws(SamplerError) {
            // Channels of which none could be read would be shown as unknown for ever; what answers and cannot be true
            // may be true the next time.
            guard discovered.topology.channels.contains(where: { $0.status.isAnswer }) else {
                throw SamplerError.nothingToRead(discovered.topology.findings)
            }
            return try Sampler(readingSlowBesides: discovered, headline: settings.scope)
        } catch {
            if case .noSuchScope = error {
                throw .failure("\(settings.scopeOption): \(error) Leave it out for the best there is.")
            }
            throw .failure("\(error)")
        }
    }

    private func makeFormat() -> any SnapshotFormat {
        switch options.format {
        case .json: JSONFormat(node: settings.node)
        case .csv: CSVFormat(node: settings.node)
        case .text:
            TextFormat(node: settings.node, style: .standardOutput, showsAll: settings.isVerbose, top: options.top)
        }
    }
}

extension ReadingStatus {
    /// Whether the source answered, with whatever it said.
    fileprivate var isAnswer: Bool {
        switch self {
        case .ok, .warmingUp, .partial, .implausible, .stale: true
        case .absent, .forbidden, .io: false
        }
    }
}

extension SnapshotFormat {
    /// Changes the format where it is text for people.
    fileprivate mutating func withText(_ change: (inout TextFormat) -> Void) {
        guard var text = self as? TextFormat else { return }
        change(&text)
        if let changed = text as? Self { self = changed }
    }
}
#endif
