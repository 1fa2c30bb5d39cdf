import PowerSensorsCore
import PowerSensorsMachine

/// Finds dies of a package whose perf events count the same register, as on early EPYC and Threadripper.
///
/// An event's sum starts at 0 when the event is opened, so two events of one register have different sums. But the
/// difference of the two sums stays exactly the same, which it does not if there are two registers.
struct PerfMirrors {
    let roots: SystemRoots
    let source: any EventSource

    /// How often the sums are compared. The sums of two dies with nearly the same power may differ by the same amount
    /// two or three times in a row by chance.
    private static let rounds = 8

    /// Takes channels that show another channel's register out of the host figures.
    func mark(_ discovery: inout Discovery) {
        let suspects = discovery.channels.indices.filter { index in
            let channel = discovery.channels[index]
            return channel.component.die != nil && channel.countsIn != nil && Self.mayCount(channel.status)
        }
        if suspects.count < 2 { return }
        let sums = sums(of: suspects.map { discovery.channels[$0] })
        let release = (try? roots.procfs.text("sys/kernel/osrelease")).flatMap { KernelRelease($0) }
        discovery.markMirrors(among: suspects) { earlier, later in
            Self.differEqually(sums.map { $0[earlier] }, sums.map { $0[later] })
        } doubt: { channel, twin in
            // Earlier kernels read a die's event on whatever die of the package the reader ran
            // (`__perf_event_read_cpu`).
            if let release, release >= KernelRelease(6, 13) { nil } else { .sameRegisterRead(channel, twin, release) }
        }
    }

    /// Whether a channel counts, or will count once its event can be read again.
    private static func mayCount(_ status: ReadingStatus) -> Bool {
        if case .io = status { return true }
        return status == .ok
    }

    /// Every channel's sums, round by round. In each round they are read twice, because a register that is updated
    /// between the reading of one event and that of the other changes the difference.
    private func sums(of channels: [Channel]) -> [[(UInt64, UInt64)?]] {
        var reader: any SensorReader = PerfReader(channels, beneath: roots.sysfs, by: source, isPinned: false)
        return (0..<Self.rounds).map { round in
            if round > 0 { pause(.milliseconds(2)) }
            let first = reader.readings(channels.count, stampedAt: .now)
            let second = reader.readings(channels.count, stampedAt: .now)
            return zip(first, second).map { first, second in
                if let first = first.count, let second = second.count { (first, second) } else { nil }
            }
        }
    }

    /// Whether two sums that move in every round always differ by the same amount; nil if one cannot be read.
    private static func differEqually(_ one: [(UInt64, UInt64)?], _ other: [(UInt64, UInt64)?]) -> Bool? {
        var common: Set<UInt64>?
        var last: UInt64?
        for case (let one?, let other?) in zip(one, other) {
            if one.0 == last { return false }
            last = one.1
            let differences: Set = [other.0 &- one.0, other.0 &- one.1, other.1 &- one.0, other.1 &- one.1]
            common = common?.intersection(differences) ?? differences
        }
        let isComplete = !one.contains { $0 == nil } && !other.contains { $0 == nil }
        return isComplete ? !(common?.isEmpty ?? true) : nil
    }
}

extension Finding {
    fileprivate static func sameRegisterRead(
        _ channel: Channel, _ twin: Channel, _ release: KernelRelease?
    ) -> Finding {
        Finding(
            severity: .warning, subject: channel.path ?? channel.id, reason: .ambiguous,
            text: "perf shows one register for \(channel.id) and \(twin.id), but they may have one each, since Linux"
                + " \(release?.description ?? "before 6.13") may read the wrong die.",
            remedy: "Read the dies by powercap: --sensor rapl:powercap")
    }
}
