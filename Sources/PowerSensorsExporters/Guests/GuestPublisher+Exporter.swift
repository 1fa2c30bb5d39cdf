package import PowerSensors

/// Publishes the energy that snapshots attribute to this machine's virtual machines.
extension GuestPublisher: Exporter {
    /// `guests`.
    package var name: String { "guests" }

    /// How often figures are published.
    package var interval: Duration { configuration.period }

    /// Does nothing: what is published depends on each snapshot.
    package func prepare(for topology: Topology) {}

    /// Publishes every guest's energy.
    package mutating func export(_ snapshot: Snapshot) {
        guard let attribution = snapshot.attribution else {
            // The published records stay as they are; guests soon call them stale.
            return reportNew([.noAttribution])
        }
        let status = snapshot.host.first { $0.scope == attribution.scope }?.status ?? .absent
        let findings = publish(
            attribution, from: snapshot.topology.channels.filter { $0.countsIn == attribution.scope },
            // While the host's power is warming up or ambiguous, its energy is already known.
            status: status == .warmingUp || status == .ambiguous ? .ok : status)
        // If it is too soon, the findings of the previous publication still apply.
        if let findings { reportNew(findings) }
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
        remedy: "Add an estimate: --sensor estimator — or see what keeps RAPL from being read: powersensors doctor")
}
