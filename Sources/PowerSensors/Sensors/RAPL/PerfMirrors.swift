/// Finds the dies of a package whose events show one and the same register, as those of early EPYC and Threadripper do.
///
/// Their sums begin where they are opened, so not the sums are compared but by how much they differ: that stays the
/// same, to the count, only where one register is behind both.
struct PerfMirrors {
    let sysfs: SystemRoot
    let procfs: SystemRoot
    let source: any EventSource

    /// How often they are looked at. Two dies of nearly the same power may differ equally twice or thrice by chance.
    private static let rounds = 8

    /// Takes the channels that show another one's register out of the sums.
    func mark(_ discovery: inout Discovery) {
        let suspects = discovery.channels.indices.filter { index in
            let channel = discovery.channels[index]
            return channel.component.die != nil && channel.countsIn != nil && Self.mayCount(channel.status)
        }
        if suspects.count < 2 { return }
        let sums = look(at: suspects.map { discovery.channels[$0] })
        for (place, index) in suspects.enumerated() {
            let channel = discovery.channels[index]
            let others = suspects[..<place].enumerated().filter { _, other in
                let other = discovery.channels[other]
                return other.mirrorOf == nil && other.component.socket == channel.component.socket
                    && other.component.domain == channel.component.domain
            }
            let answers = others.map { earlier, other in
                (
                    channel: discovery.channels[other],
                    areOne: Self.areOne(sums.map { $0[earlier] }, sums.map { $0[place] })
                )
            }
            if let twin = answers.first(where: { $0.areOne == true })?.channel {
                set(index, asMirrorOf: twin, &discovery)
            } else if let unknown = answers.first(where: { $0.areOne == nil })?.channel {
                if let scope = channel.countsIn { discovery.incompleteScopes.insert(scope) }
                discovery.findings.append(.mirrorUnknown(channel, unknown))
            }
        }
    }

    /// Whether a channel counts, or will once its event can be read.
    private static func mayCount(_ status: ReadingStatus) -> Bool {
        if case .io = status { return true }
        return status == .ok
    }

    private func set(_ index: Int, asMirrorOf twin: Channel, _ discovery: inout Discovery) {
        let channel = discovery.channels[index]
        // Before, a die's event was read on whatever die of the package the reader ran (`__perf_event_read_cpu`).
        let release = (try? procfs.text("sys/kernel/osrelease")).flatMap { KernelRelease($0) }
        guard let release, release >= KernelRelease(6, 13) else {
            if let scope = channel.countsIn { discovery.incompleteScopes.insert(scope) }
            discovery.findings.append(.sameRegisterRead(channel, twin, release))
            return
        }
        discovery.channels[index].mirrorOf = twin.id
        discovery.channels[index].countsIn = nil
        discovery.findings.append(
            Finding(
                severity: .info, subject: channel.path ?? channel.id, reason: "mirrored",
                text: "\(channel.id) shows the counter of \(twin.id), which is counted once."))
    }

    /// Every channel's sums: in each round twice, so that a register that moves between two reads can be told.
    private func look(at channels: [Channel]) -> [[(UInt64, UInt64)?]] {
        var reader: any SensorReader = PerfReader(channels, beneath: sysfs, by: source)
        return (0..<Self.rounds).map { round in
            if round > 0 { pause(.milliseconds(2)) }
            let first = reader.readings(channels.count, stampedAt: .now)
            let second = reader.readings(channels.count, stampedAt: .now)
            return zip(first, second).map { first, second in
                if let first = first.count, let second = second.count { (first, second) } else { nil }
            }
        }
    }

    /// Whether two sums, which move in every round, differ by the same in all of them; nil where one cannot be read.
    static func areOne(_ one: [(UInt64, UInt64)?], _ other: [(UInt64, UInt64)?]) -> Bool? {
        var common: Set<UInt64>?
        var last: UInt64?
        for case (let one?, let other?) in zip(one, other) {
            if one.0 == last { return false }
            last = one.1
            let differences: Set = [other.0 &- one.0, other.0 &- one.1, other.1 &- one.0, other.1 &- one.1]
            common = common?.intersection(differences) ?? differences
        }
        let isWhole = !one.contains { $0 == nil } && !other.contains { $0 == nil }
        return isWhole ? !(common?.isEmpty ?? true) : nil
    }
}

extension Finding {
    fileprivate static func sameRegisterRead(_ channel: Channel, _ twin: Channel, _ release: KernelRelease?) -> Finding
    {
        Finding(
            severity: .warning, subject: channel.path ?? channel.id, reason: "ambiguous",
            text:
                "perf shows one register for \(channel.id) and \(twin.id); whether they have one is not known, as Linux"
                + " \(release?.description ?? "before 6.13") may read the wrong die's.",
            remedy: "Read the dies by powercap: --sensor rapl:powercap")
    }
}
