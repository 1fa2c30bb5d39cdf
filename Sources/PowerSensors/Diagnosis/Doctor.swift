/// Looks at every sensor, reads them for a moment, and explains what is missing here.
package struct Doctor {
    private let sensors: SensorSet
    private let roots: SystemRoots

    /// A doctor for the sensors in the given trees.
    package init(_ sensors: SensorSet, roots: SystemRoots) {
        self.sensors = sensors.withFallback
        self.roots = roots
    }

    /// Discovers and reads every sensor, the fallback too.
    ///
    /// - Parameters:
    ///   - time: How long to watch the counters; QEMU's virtual registers, the slowest known, move once a second.
    ///   - step: What happens between two looks at them; a test moves them by it.
    package func examine(
        for time: Duration = .milliseconds(2500), betweenLooks step: (() -> Void)? = nil
    ) -> Diagnosis {
        let surroundings = Surroundings(roots)
        let discovered = sensors.discover()
        let topology = discovered.topology
        let watched = watch(discovered, for: time, step)
        let share = ShareDiagnosis(surroundings, roots)
        var findings = RaplDiagnosis(surroundings, roots).explain(share.explain(topology.findings), beside: topology)
        findings += watched.findings + OutOfReach.findings(in: roots.sysfs)
        return Diagnosis(surroundings, sensors.names, topology, watched, findings, LibSensors.shared.failure)
    }

    /// How long to wait for a share that has not moved yet: a little more than makes it stale.
    private func patience(for channels: [Channel]) -> Duration {
        let longest = channels.filter { $0.sensor == .share && $0.status == .ok }.compactMap(\.refreshInterval).max()
        return min((longest ?? .zero) * 3 + .seconds(1.5), .seconds(60))
    }

    /// What each channel's last reading was, and which counters did not move.
    private func watch(
        _ discovered: DiscoveredSensors, for time: Duration, _ step: (() -> Void)?
    ) -> Diagnosis.Watched {
        let channels = discovered.topology.channels
        guard !channels.isEmpty, var sampler = try? Sampler(discovered) else {
            return Diagnosis.Watched(statuses: channels.map(\.status))
        }
        let first = sampler.readings
        var readings = first
        var hasMoved = channels.map { _ in false }
        var watched = Duration.zero
        // A share is renewed more rarely than any register.
        func isAwaited(_ index: Int) -> Bool {
            channels[index].sensor == .share && !hasMoved[index] && readings[index].count != nil
        }
        while watched < time || (watched < patience(for: channels) && channels.indices.contains(where: isAwaited)) {
            step?()
            pause(time / 5)
            watched += max(time / 5, .milliseconds(1))
            readings = sampler.readings
            for index in channels.indices where readings[index].count != first[index].count { hasMoved[index] = true }
        }
        // The last word has the ledger, for which a counter that stays at 0 has no register behind it.
        let snapshot = sampler.snapshot()
        let unmoved = channels.indices.filter { readings[$0].count != nil && !hasMoved[$0] }
        // Cores and graphics may rest; what holds them all never does, but not every machine has a board's counter.
        let still = unmoved.filter { index in
            switch channels[index].component.domain {
            case "package": true
            case "psys": readings[index].count != 0 || channels[index].isKnownToCount
            default: false
            }
        }
        let known = discovered.topology.findings
        let opening = sampler.findings().filter { !known.contains($0) && $0.reason != "frozen" }
        return Diagnosis.Watched(
            statuses: snapshot.channels.map(\.status), unmoved: Set(unmoved), still: Set(still),
            figures: snapshot.host,
            findings: opening + still.map { .standsStill(channels[$0], for: time) })
    }
}

extension Sampler {
    /// One reading of every channel, to keep.
    fileprivate var readings: [Reading] {
        mutating get {
            sample { _, readings in readings.indices.map { readings[$0] } }
        }
    }
}

extension Finding {
    fileprivate static func standsStill(_ channel: Channel, for time: Duration) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: "frozen",
            text: """
                The counter of \(channel.id) did not move for \(time); nothing that runs uses nothing, so it measures \
                nothing.
                """,
            remedy: """
                In a virtual machine have the host's operator look at what renews the registers (QEMU: qemu-vmsr-helper); \
                on a physical one load the driver again: sudo modprobe -r intel_rapl_msr && sudo modprobe intel_rapl_msr
                """
        )
    }
}
