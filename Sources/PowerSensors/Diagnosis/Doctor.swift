import PowerSensorsAttribution
package import PowerSensorsCore
import PowerSensorsMachine
import PowerSensorsRAPL
import PowerSensorsHwmon
import PowerSensorsGuestShare

/// Tests every sensor by reading it for a moment, and explains what is missing and how to fix it.
package struct Doctor {
    private let sensors: SensorSet
    private let roots: SystemRoots

    /// Creates a doctor for sensors.
    ///
    /// - Parameters:
    ///   - sensors: The sensors to test; the estimator is always added.
    ///   - roots: The file trees of the machine, to describe its hardware and kernel.
    package init(_ sensors: SensorSet, roots: SystemRoots) {
        self.sensors = sensors.withFallback
        self.roots = roots
    }

    /// Discovers and reads every sensor, including the estimator.
    ///
    /// - Parameters:
    ///   - time: How long to read the counters. The slowest known, QEMU's virtual registers, change once a second, so the
    ///     default includes two of their changes.
    ///   - advance: Called before each read but the first; tests advance the counters in it.
    package func examine(
        for time: Duration = .milliseconds(2500), betweenReads advance: (() -> Void)? = nil
    ) -> Diagnosis {
        let environment = HostEnvironment(roots)
        let bound = sensors.bind(within: .seconds(10))
        let topology = bound.topology
        let (channels, figures, laterFindings) = observe(bound, for: time, isGuest: environment.isGuest, advance)
        let findings =
            Self.relevant(topology.findings, beside: topology.channels) + laterFindings
            + UnsupportedDevices.findings(in: roots.sysfs, except: sensors.ignored)
            + [Finding.noExitRecords(roots)].compactMap(\.self)
        return Diagnosis(environment, sensors.names, channels, figures, findings, LibSensors.shared.failure)
    }

    /// Reduces what a virtual machine lacks to information if the host shares its figures with it.
    private static func relevant(_ findings: [Finding], beside channels: [Channel]) -> [Finding] {
        guard channels.contains(where: { $0.provenance == .shared && $0.status == .ok }) else { return findings }
        return findings.map { finding in
            guard finding.reason == .guest else { return finding }
            return Finding(
                severity: .info, subject: finding.subject, reason: .guest,
                text: "This virtual machine has no such counters; the figures that its host shares replace them.")
        }
    }

    /// How long to wait for a shared counter to change: slightly longer than the three intervals after which it is stale, but
    /// at most a minute.
    private func longestWait(for channels: [Channel]) -> Duration {
        let longest = channels.filter { $0.sensor == .share && $0.status == .ok }.compactMap(\.refreshInterval).max()
        return min((longest ?? .zero) * 3 + .seconds(1.5), .seconds(60))
    }

    /// Reads the channels for a while, to find which can be read and which counters do not change. The findings are
    /// those that only appear over time.
    private func observe(
        _ bound: BoundSensors, for time: Duration, isGuest: Bool?, _ advance: (() -> Void)?
    ) -> (channels: [Diagnosis.ObservedChannel], figures: [HostSnapshot], findings: [Finding]) {
        let channels = bound.topology.channels
        let configuration = SamplingConfiguration(sensors: sensors, readsSlowSourcesOnThreads: true)
        guard !channels.isEmpty, var sampler = try? Sampler(configuration, bound) else {
            return (channels.map { Diagnosis.ObservedChannel(channel: $0, status: $0.status) }, [], [])
        }
        let first = sampler.readChannels()
        var readings = first
        var hasChanged = channels.map { _ in false }
        var elapsed = Duration.zero
        // Shared counters are updated less often than registers.
        func isStillAwaited(_ index: Int) -> Bool {
            channels[index].sensor == .share && !hasChanged[index] && readings[index].count != nil
        }
        while elapsed < time
            || (elapsed < longestWait(for: channels) && channels.indices.contains(where: isStillAwaited))
        {
            advance?()
            // At least five reads.
            pause(time / 5)
            elapsed += max(time / 5, .milliseconds(1))
            readings = sampler.readChannels()
            for index in channels.indices where readings[index].count != first[index].count { hasChanged[index] = true }
        }
        // The accumulator decides the final status: a counter that stays at 0 is absent.
        let snapshot = sampler.snapshot()
        let observed = channels.indices.map { index in
            let isUnchanged = readings[index].count != nil && !hasChanged[index]
            return Diagnosis.ObservedChannel(
                channel: channels[index], status: snapshot.channels[index].status, hasChanged: !isUnchanged,
                isFrozen: isUnchanged && channels[index].alwaysChanges(from: readings[index]))
        }
        let known = bound.topology.findings
        // The doctor has findings of its own for frozen counters, which do not need as long.
        let samplerFindings = sampler.findings().filter { !known.contains($0) && $0.reason != .frozen }
        let frozen = observed.filter(\.isFrozen).map { Finding.frozen($0.channel, for: time, isGuest: isGuest) }
        return (observed, snapshot.host, samplerFindings + frozen)
    }
}

extension Sampler {
    /// Reads every channel once, and returns a copy of the readings.
    fileprivate mutating func readChannels() -> [Reading] {
        sample { _, readings in readings.indices.map { readings[$0] } }
    }
}

extension Channel {
    /// Whether the counter of a running machine changes from a reading within seconds.
    ///
    /// Cores and graphics may be idle, a package never is. A psys counter at 0 may not exist on this board.
    fileprivate func alwaysChanges(from reading: Reading) -> Bool {
        switch component.domain {
        case "package": true
        case "psys": reading.count != 0 || isKnownToCount
        default: false
        }
    }
}

extension Finding {
    /// A counter that did not change while the doctor read it.
    fileprivate static func frozen(_ channel: Channel, for time: Duration, isGuest: Bool?) -> Finding {
        let askHost = "ask the host's operator to check what updates the registers (QEMU: qemu-vmsr-helper)"
        let other = channel.mechanism == "perf" ? "powercap" : "perf"
        let compare = "whether another mechanism counts: powersensors doctor --sensor rapl:\(other)"
        let remedy =
            switch isGuest {
            case _ where channel.sensor == .share:
                "Ask the host's operator whether the program that fills the share still runs."
            case _ where channel.sensor != .rapl && channel.path == nil:
                "Find out whether the device or program that counts it still runs."
            case _ where channel.sensor != .rapl:
                "Read its file twice, some seconds apart; if the number is the same, its driver or device has stopped."
            case true?: "This cannot be fixed inside the virtual machine: \(askHost)."
            case false?: "See \(compare)"
            case nil: "If this is a virtual machine, \(askHost); otherwise see \(compare)"
            }
        return Finding(
            .frozen, of: channel,
            text: """
                The counter of \(channel.id) did not change for \(time). A running machine always uses energy, so the counter \
                does not work.
                """,
            remedy: remedy)
    }
}
