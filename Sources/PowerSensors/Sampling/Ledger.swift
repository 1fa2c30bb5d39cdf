/// What each channel's readings add up to. The sampler enters every sample; snapshots are written out of it.
struct Ledger {
    /// Where a channel's account is kept.
    private enum Account {
        case counter(Int)
        case integrator(Int)
        case gauge
    }

    private let accounts: [Account]
    private var counters: [EnergyCounter] = []
    private var integrators: [PowerIntegrator] = []
    private var statuses: [ReadingStatus]
    private var values: [Double]

    init(_ channels: [Channel]) {
        var accounts: [Account] = []
        for channel in channels {
            switch channel.encoding {
            case .counter(let encoding):
                accounts.append(.counter(counters.count))
                counters.append(
                    EnergyCounter(
                        encoding: encoding,
                        maximumPower: channel.maximumPower,
                        refreshInterval: channel.refreshInterval
                    )
                )
            case .gauge where channel.quantity == .power:
                accounts.append(.integrator(integrators.count))
                integrators.append(PowerIntegrator())
            case .gauge: accounts.append(.gauge)
            }
        }
        self.accounts = accounts
        statuses = Array(repeating: .warmingUp, count: channels.count)
        values = Array(repeating: 0, count: channels.count)
    }

    /// The longest time between two samples that can never hide a counter's turn.
    var longestSafeInterval: Duration? { counters.map(\.longestSafeInterval).min() }

    /// Takes a sample in. No allocation.
    mutating func enter(_ readings: borrowing Span<Reading>, began: SampleInstant, ended: SampleInstant) {
        for index in accounts.indices {
            statuses[index] = enter(readings[index], index, began, ended)
        }
    }

    private mutating func enter(
        _ reading: Reading,
        _ index: Int,
        _ began: SampleInstant,
        _ ended: SampleInstant
    ) -> ReadingStatus {
        guard reading.status == .ok else { return reading.status }
        switch accounts[index] {
        case .counter(let counter):
            guard let number = reading.count else { return .implausible }
            return status(of: counters[counter].advance(to: number, began: began, ended: ended))
        case .integrator(let integrator):
            guard let value = reading.value else { return .implausible }
            values[index] = value
            integrators[integrator].advance(
                to: Watts(value),
                monotonicNanoseconds: began.monotonicNanoseconds
            )
            return .ok
        case .gauge:
            guard let value = reading.value else { return .implausible }
            values[index] = value
            return .ok
        }
    }

    private func status(of outcome: EnergyCounter.Outcome) -> ReadingStatus {
        switch outcome {
        case .baseline: .warmingUp
        case .absent: .absent
        case .counted, .ambiguous, .reset: .ok
        case .implausible: .implausible
        }
    }

    /// What only time can tell: packages whose counter does not move, though no package uses nothing.
    func findings(_ channels: [Channel], at instant: SampleInstant) -> [Finding] {
        channels.indices.compactMap { index in
            guard channels[index].component.domain == "package", statuses[index] == .ok,
                let counter = counter(index), counter.hasMoved,
                counter.stillNanoseconds(at: instant) >= Self.frozenNanoseconds
            else { return nil }
            return .frozen(channels[index])
        }
    }

    /// Ten times the slowest rhythm that is known, QEMU's one step a second.
    private static let frozenNanoseconds: Int64 = 10_000_000_000

    // MARK: For snapshots

    func status(_ index: Int) -> ReadingStatus { statuses[index] }

    func counter(_ index: Int) -> EnergyCounter? {
        guard case .counter(let counter) = accounts[index] else { return nil }
        return counters[counter]
    }

    func integrator(_ index: Int) -> PowerIntegrator? {
        guard case .integrator(let integrator) = accounts[index] else { return nil }
        return integrators[integrator]
    }

    func value(_ index: Int) -> Double { values[index] }
}

extension Finding {
    fileprivate static func frozen(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: "frozen",
            text: "The counter of \(channel.id) has stood still for 10 s; it is shown as 0 W, which no package uses.",
            remedy: "Read it twice by hand; if it does not move, its driver or emulator has stopped renewing it.")
    }
}
