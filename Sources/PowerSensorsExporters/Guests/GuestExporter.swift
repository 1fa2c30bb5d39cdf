package import PowerSensors

/// Publishes the energy of this machine's virtual machines, out of snapshots whose energy is divided among them.
package struct GuestExporter: Exporter {
    /// What is known of a consumer from the snapshot before: the sums of its bounds.
    fileprivate struct Known: Sendable {
        var package: GuestFigures.Energy
        var dram: GuestFigures.Energy
    }

    /// `guests`.
    package let name = "guests"

    /// How often the guests are told.
    package let interval: Duration

    private var publisher: GuestPublisher
    private let report: @Sendable ([Finding]) -> Void
    private var known: [Int: Known] = [:]
    private var figure: (scope: Scope, origin: Provenance)?
    private var told: Set<Finding> = []
    private var channels: [Channel] = []

    /// Publishes with a publisher of its own.
    ///
    /// - Parameters:
    ///   - publisher: The publisher.
    ///   - period: How often to publish.
    ///   - report: Takes what was found in this round and not in the one before, from the exporter's task.
    package init(
        _ publisher: GuestPublisher, period: Duration, reporting report: @escaping @Sendable ([Finding]) -> Void
    ) {
        self.publisher = publisher
        self.report = report
        interval = period
    }

    /// Looks where the host's figures come from.
    package mutating func prepare(for topology: Topology) {
        channels = topology.channels.filter { $0.countsIn != nil }
    }

    /// Tells every guest what it used.
    package mutating func export(_ snapshot: Snapshot) {
        guard let attribution = snapshot.attribution else {
            // What was told stands still, and is soon called stale.
            return tell([.nothingToTell])
        }
        // What was found in the last round still holds.
        if publisher.isTooSoon(at: attribution.instant.boottimeNanoseconds) { return }
        let parts = channels.filter { $0.countsIn == attribution.scope }
        let hasMemory = attribution.scope == .cpu && parts.contains { $0.component.domain == "dram" }
        let status = snapshot.host.first { $0.scope == attribution.scope }?.status ?? .absent
        // Another figure has bounds of its own.
        if let figure, figure != (attribution.scope, attribution.origin) { known = [:] }
        figure = (attribution.scope, attribution.origin)
        let machines = attribution.consumers.filter { $0.consumer.kind == .virtualMachine }
        known = Dictionary(machines.map { ($0.id, known[$0.id].advanced(to: $0)) }) { first, _ in first }
        let figures = machines.compactMap { machine in
            known[machine.id].map {
                GuestFigures(
                    machine.consumer, $0.package, dram: hasMemory ? $0.dram : nil,
                    isWholeMachine: attribution.scope != .cpu, status: status)
            }
        }
        let findings = publisher.publish(
            figures, origin: parts.contains(where: \.isEstimated) ? .estimated : .measured,
            hops: UInt8(clamping: 1 + (parts.map(\.hopsSoFar).max() ?? 0)),
            slowest: parts.compactMap(\.refreshInterval).max() ?? .zero,
            at: attribution.instant.boottimeNanoseconds)
        tell(findings)
    }

    /// Reports what was not found in the round before.
    private mutating func tell(_ findings: [Finding]) {
        let new = findings.filter { !told.contains($0) }
        told = Set(findings)
        if !new.isEmpty { report(new) }
    }
}

extension Finding {
    fileprivate static let nothingToTell = Finding(
        severity: .warning, subject: "guests", reason: "absent",
        text: "No guest is told anything, since nobody knows which of this machine's energy is whose.",
        remedy: "Open RAPL and /proc to this process: powersensors doctor tells how; or add --sensor estimator.")
}

extension GuestFigures {
    /// What a consumer is, with its energy.
    fileprivate init(
        _ consumer: Consumer, _ package: Energy, dram: Energy?, isWholeMachine: Bool, status: ReadingStatus
    ) {
        var processes: [Process] = []
        if let pid = consumer.processID, let start = consumer.startTime, let user = consumer.userID,
            let group = consumer.groupID
        {
            processes.append(
                Process(
                    pid: Int32(clamping: pid), startTime: start, user: UInt32(clamping: user),
                    group: UInt32(clamping: group)))
        }
        self.init(
            name: consumer.name, namespace: consumer.namespace, uuid: consumer.uuid, processes: processes,
            controlGroup: consumer.controlGroup, package: package.with(status), dram: dram?.with(status),
            isWholeMachine: isWholeMachine)
    }
}

extension GuestFigures.Energy {
    /// The same energy; a host whose power is not known yet knows its energy.
    fileprivate func with(_ status: ReadingStatus) -> Self {
        var energy = self
        energy.status = status == .warmingUp ? .ok : status
        return energy
    }

    /// The energy after a total has grown, by a step of which only a part, or more than the whole, may be true.
    fileprivate func advanced(to total: UInt128, low lowPart: Double, high highPart: Double) -> Self {
        let total = UInt64(truncatingIfNeeded: total)
        let step = total &- (nanojoules ?? total)
        guard step <= UInt64(Int64.max) else { return Self(nanojoules: total) }
        func part(_ factor: Double) -> UInt64 {
            factor == 1 ? step : UInt64(exactly: (Double(step) * factor).rounded()) ?? step
        }
        return Self(nanojoules: total, low: low &+ part(lowPart), high: high &+ part(highPart))
    }
}

extension Optional<GuestExporter.Known> {
    fileprivate func advanced(to machine: ConsumerSnapshot) -> GuestExporter.Known {
        let power = machine.power?.rawValue ?? 0
        // Where the power is certain, the bounds are the energy itself.
        let low = machine.low.map { power > 0 ? min(max($0.rawValue / power, 0), 1) : 1 } ?? 1
        let high = machine.high.map { power > 0 ? min(max($0.rawValue / power, 1), 1000) : 1 } ?? 1
        guard let self else {
            return GuestExporter.Known(
                package: .init(nanojoules: UInt64(truncatingIfNeeded: machine.parts.package)),
                dram: .init(nanojoules: UInt64(truncatingIfNeeded: machine.parts.dram)))
        }
        return GuestExporter.Known(
            package: self.package.advanced(to: machine.parts.package, low: low, high: high),
            dram: self.dram.advanced(to: machine.parts.dram, low: low, high: high))
    }
}

extension Channel {
    /// Whether its figures are a model's, here or where they come from.
    fileprivate var isEstimated: Bool { provenance == .estimated || origin == .estimated }

    /// How many machines its figures went through to come here: at least one where another machine told them.
    fileprivate var hopsSoFar: Int { hops ?? (provenance == .shared ? 1 : 0) }
}
