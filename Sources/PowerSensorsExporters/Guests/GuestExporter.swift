package import PowerSensors

/// Publishes the energy that snapshots attribute to this machine's virtual machines.
package struct GuestExporter: Exporter {
    /// The accumulated bounds of a consumer's energy.
    fileprivate struct Bounds: Sendable {
        var package = GuestFigures.Energy(nanojoules: nil)
        var dram = GuestFigures.Energy(nanojoules: nil)
    }

    /// `guests`.
    package let name = "guests"

    /// How often figures are published.
    package let interval: Duration

    private var publisher: GuestPublisher
    private let report: @Sendable ([Finding]) -> Void
    /// The bounds of each consumer's energy, by the consumer's ``ConsumerSnapshot/id``.
    private var bounds: [Int: Bounds] = [:]
    /// The host figure that the bounds were accumulated from.
    private var figure: (scope: Scope, origin: Provenance)?
    /// The findings of the previous call.
    private var reported: Set<Finding> = []
    private var channels: [Channel] = []

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - publisher: The publisher.
    ///   - period: How often to publish.
    ///   - report: Receives the findings that were not there at the previous publication, on the exporter's task.
    package init(
        _ publisher: GuestPublisher, period: Duration, reporting report: @escaping @Sendable ([Finding]) -> Void
    ) {
        self.publisher = publisher
        self.report = report
        interval = period
    }

    /// Selects the channels that the host's figures consist of.
    package mutating func prepare(for topology: Topology) {
        channels = topology.channels.filter { $0.countsIn != nil }
    }

    /// Publishes every guest's energy.
    package mutating func export(_ snapshot: Snapshot) {
        guard let attribution = snapshot.attribution else {
            // The published records stay as they are; guests soon call them stale.
            return reportNew([.noAttribution])
        }
        // Nothing is published, and the findings of the previous publication still apply.
        if publisher.isTooSoon(at: attribution.instant.boottimeNanoseconds) { return }
        let parts = channels.filter { $0.countsIn == attribution.scope }
        let hasMemory = attribution.scope == .cpu && parts.contains { $0.component.domain == "dram" }
        let status = snapshot.host.first { $0.scope == attribution.scope }?.status ?? .absent
        // The bounds of one figure do not apply to another.
        if let figure, figure != (attribution.scope, attribution.origin) { bounds = [:] }
        figure = (attribution.scope, attribution.origin)
        let machines = attribution.consumers.filter { $0.consumer.kind == .virtualMachine }
        let advanced = machines.map { ($0.id, bounds[$0.id, default: Bounds()].advanced(to: $0)) }
        bounds = Dictionary(advanced) { first, _ in first }
        let figures = machines.compactMap { machine in
            bounds[machine.id].map {
                GuestFigures(
                    machine.consumer, package: $0.package.with(status), dram: hasMemory ? $0.dram.with(status) : nil,
                    isWholeMachine: attribution.scope != .cpu)
            }
        }
        let findings = publisher.publish(
            figures, policy: attribution.policy,
            origin: parts.contains(where: \.isEstimated) ? .estimated : .measured,
            hops: UInt8(clamping: 1 + (parts.map(\.hopsSoFar).max() ?? 0)),
            slowest: parts.compactMap(\.refreshInterval).max() ?? .zero,
            at: attribution.instant.boottimeNanoseconds)
        reportNew(findings)
    }

    /// Reports the findings that were not there at the previous call.
    private mutating func reportNew(_ findings: [Finding]) {
        let new = findings.filter { !reported.contains($0) }
        reported = Set(findings)
        if !new.isEmpty { report(new) }
    }
}

extension Finding {
    fileprivate static let noAttribution = Finding(
        severity: .warning, subject: "guests", reason: .absent,
        text:
            "No figures are published to guests, because no energy is attributed to this machine's virtual machines.",
        remedy: "Open RAPL and /proc to this process: powersensors doctor says how; or add --sensor estimator.")
}

extension GuestFigures.Energy {
    /// The same energy with a status. While the host's power is warming up, its energy is already known.
    fileprivate func with(_ status: ReadingStatus) -> Self {
        var energy = self
        energy.status = status == .warmingUp ? .ok : status
        return energy
    }

    /// The energy after its total has grown; the bounds grow by the given multiples of that step.
    fileprivate func advanced(to total: UInt128, low lowPart: Double, high highPart: Double) -> Self {
        let total = UInt64(truncatingIfNeeded: total)
        guard let nanojoules, total &- nanojoules <= UInt64(Int64.max) else { return Self(nanojoules: total) }
        let step = total &- nanojoules
        func part(_ factor: Double) -> UInt64 {
            factor == 1 ? step : UInt64(exactly: (Double(step) * factor).rounded()) ?? step
        }
        return Self(nanojoules: total, low: low &+ part(lowPart), high: high &+ part(highPart))
    }
}

extension GuestExporter.Bounds {
    fileprivate func advanced(to machine: ConsumerSnapshot) -> GuestExporter.Bounds {
        let power = machine.power?.rawValue ?? 0
        // Without bounds of the power, the bounds are the energy itself; the upper one is at most 1000 times the energy.
        let low = machine.low.map { power > 0 ? min(max($0.rawValue / power, 0), 1) : 1 } ?? 1
        let high = machine.high.map { power > 0 ? min(max($0.rawValue / power, 1), 1000) : 1 } ?? 1
        return GuestExporter.Bounds(
            package: self.package.advanced(to: machine.parts.package, low: low, high: high),
            dram: dram.advanced(to: machine.parts.dram, low: low, high: high))
    }
}

extension Channel {
    /// Whether its figures are estimated, here or at their origin.
    fileprivate var isEstimated: Bool { provenance == .estimated || origin == .estimated }

    /// How many machines its figures have passed through; at least one if another machine shares them.
    fileprivate var hopsSoFar: Int { hops ?? (provenance == .shared ? 1 : 0) }
}
