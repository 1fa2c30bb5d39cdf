import Glibc
package import PowerSensors

/// Publishes to virtual machines the energy that they use: for each a folder that it can mount, with a record and a tree like
/// `/sys/class/powercap`. `Docs/GuestShare.md` describes both.
///
/// Names, processes and folders may come from an attacker. Only machines that an administrator started get figures, only
/// their own, in whole millijoules and at most once a second; and nothing is written outside the publisher's folder.
package struct GuestPublisher: Sendable {
    /// The shortest time between two rounds of publishing: slightly less than the shortest period, because a round may be late
    /// and the next one on time.
    private static let shortestGapNanoseconds = GuestConfiguration.shortestPeriod.wholeNanoseconds * 9 / 10

    let configuration: GuestConfiguration
    /// Receives the findings that were not there at the previous publication.
    let report: @Sendable ([Finding]) -> Void
    /// The findings of the previous publication.
    var reported: Set<Finding> = []
    private var share: ShareFolder
    private var publications: [GuestName: GuestPublication] = [:]
    private let descriptors: GrantedDescriptors

    /// Folders of an earlier publisher whose machines have not been seen yet.
    private var leftovers: Set<GuestName>

    /// The time of the first round that the leftovers were missing in; nil before it.
    private var leftoversSince: Int64?

    /// The time of the latest round, in nanoseconds of the boot-time clock.
    private var latestRound: Int64?

    /// Opens or creates the folder to publish in.
    ///
    /// - Parameter report: Receives the findings that were not there at the previous publication, on the exporter's task.
    /// - Throws: ``ShareFault`` if others may write to it or another publisher uses it.
    package init(
        folder: String, configuration: GuestConfiguration,
        reporting report: @escaping @Sendable ([Finding]) -> Void = { _ in }
    ) throws(ShareFault) {
        self.configuration = configuration
        self.report = report
        descriptors = GrantedDescriptors(configuration.descriptorBudget)
        share = try ShareFolder(folder, creates: true)
        leftovers = Set(share.leftovers())
        // Before the first round, because machines may be about to start; the round reports failures.
        _ = makeWaitingFolders()
    }

    /// Whether the folder exists and this user may publish in it.
    ///
    /// - Throws: ``ShareFault`` if it exists but others may write to it.
    package static func canPublish(in folder: String) throws(ShareFault) -> Bool {
        do throws(ShareFault) {
            _ = try ShareFolder(folder, creates: false)
            return true
        } catch  where error.problem == .system(errno: ENOENT) {
            return false
        }
    }

    /// Publishes the energy of every admitted machine, and removes the folders of machines that have ended.
    ///
    /// - Parameters:
    ///   - attribution: The division of the host's energy, with all virtual machines that run now.
    ///   - channels: The channels of the figure that is divided. The slowest one's refresh interval is a lower limit for the
    ///     period.
    ///   - status: The status of that figure.
    /// - Returns: Findings on machines that get no figures, failed writes, and tampering; nil if the previous round was too
    ///   recent for another one, and nothing was done.
    package mutating func publish(
        _ attribution: AttributionSnapshot, from channels: [Channel], status: ReadingStatus = .ok
    ) -> [Finding]? {
        let now = attribution.instant.boottimeNanoseconds
        if let latestRound, now &- latestRound < Self.shortestGapNanoseconds { return nil }
        latestRound = now
        var findings: [Finding] = []
        if !share.isInPlace {
            do throws(ShareFault) {
                try reopen()
            } catch {
                return [error.finding]
            }
        }
        let round = GuestPublication.Round(
            attribution: attribution, status: status,
            hasMemory: attribution.scope == .cpu && channels.contains { $0.component.domain == "dram" },
            period: max(configuration.period, channels.compactMap(\.refreshInterval).max() ?? .zero),
            origin: channels.contains(where: \.isEstimated) ? .estimated : .measured,
            hops: UInt8(clamping: 1 + (channels.map(\.hopsSoFar).max() ?? 0)))
        let admitted = admitted(round, &findings)
        // Machines that have ended or share a name are not counted below.
        for name in Set(publications.keys).subtracting(admitted.map { $0.0 }) {
            publications[name]?.folder.closeAll()
        }
        let keepsDescriptors = descriptors.change(to: admitted.count * GuestPublication.descriptorCount)
        for (name, guest) in admitted {
            let known = publications[name]
            var publication =
                known.flatMap { $0.process == guest.consumer.processIdentity ? $0 : nil }
                ?? GuestPublication(guest.consumer, as: name, in: share, round, after: known)
            findings += publication.publish(guest.parts, round)
            if !keepsDescriptors { publication.folder.closeAll() }
            publications[name] = publication
            leftovers.remove(name)
        }
        return findings + removeEnded(at: now) + makeWaitingFolders()
    }

    /// The admitted machines, sorted by name so that the order of findings is stable.
    private mutating func admitted(
        _ round: GuestPublication.Round, _ findings: inout [Finding]
    ) -> [(GuestName, ConsumerSnapshot)] {
        var byName: [GuestName: [ConsumerSnapshot]] = [:]
        for guest in round.attribution.consumers where guest.consumer.kind == .virtualMachine {
            let machine = guest.consumer
            guard let name = GuestName(name: machine.name, namespace: machine.namespace, uuid: machine.uuid) else {
                findings.append(Self.nameless(machine))
                continue
            }
            // Before names are compared: a refused machine must not block an admitted one of the same name.
            if let refusal = configuration.refusal(of: machine, as: name) {
                findings.append(refusal)
            } else {
                byName[name, default: []].append(guest)
            }
        }
        var admitted: [(GuestName, ConsumerSnapshot)] = []
        for (name, guests) in byName.sorted(by: { $0.key < $1.key }) {
            if let only = guests.first, guests.count == 1 {
                admitted.append((name, only))
            } else {
                publications[name]?.lastSeen = round.boottimeNanoseconds
                findings.append(Self.ambiguous(name, guests))
            }
        }
        return admitted
    }

    // MARK: Folders

    /// Opens the publisher's folder again after it was removed or replaced.
    private mutating func reopen() throws(ShareFault) {
        share = try share.reopened()
        publications = [:]
        leftovers = Set(share.leftovers())
        leftoversSince = nil
    }

    /// Removes the folders of machines that have not been seen for longer than the grace period.
    private mutating func removeEnded(at now: Int64) -> [Finding] {
        let grace = configuration.grace.wholeNanoseconds
        var ended = Set(publications.filter { now &- $0.value.lastSeen >= max(grace, 1) }.keys)
        let missedSince = leftoversSince ?? now
        leftoversSince = missedSince
        if now &- missedSince >= grace {
            ended.formUnion(leftovers)
            leftovers = []
        }
        return ended.sorted().flatMap { name in
            publications[name] = nil
            var folder = GuestFolder(in: share, group: nil)
            return folder.remove(name, keepsFolder: configuration.names.contains(name))
        }
    }

    /// Creates the folders of listed machines that are not running.
    private func makeWaitingFolders() -> [Finding] {
        var findings: [Finding] = []
        for name in configuration.names.sorted() where publications[name] == nil {
            var folder = GuestFolder(in: share, group: leftovers.contains(name) ? nil : configuration.waitingGroup)
            do throws(ShareFault) {
                _ = try folder.open("\(name)")
            } catch {
                findings.append(error.finding)
            }
            findings += folder.drainFindings()
        }
        return findings
    }

    // MARK: Findings

    private static func nameless(_ machine: Consumer) -> Finding {
        let process = machine.processID.map { "process \($0)" } ?? "a process"
        return Finding(
            severity: .warning, subject: "guest of \(process)", reason: .refused,
            text: "The virtual machine has neither a name nor a UUID, so it gets no figures.",
            remedy: "Start it with -name or -uuid.")
    }

    private static func ambiguous(_ name: GuestName, _ guests: [ConsumerSnapshot]) -> Finding {
        let processes = guests.compactMap(\.consumer.processID).map { "\($0)" }.sorted().joined(separator: ", ")
        return Finding(
            severity: .warning, subject: "guest \(name)", reason: .duplicate,
            text: "Processes \(processes) are virtual machines of this name, so none of them gets figures.",
            remedy: "Give each a name of its own; all but letters, digits, dots and hyphens count as underscores.")
    }
}

extension Channel {
    /// Whether its figures are estimated, here or at their origin.
    fileprivate var isEstimated: Bool { provenance == .estimated || origin == .estimated }

    /// How many machines its figures have passed through; at least one if another machine shares them.
    fileprivate var hopsSoFar: Int { hops ?? (provenance == .shared ? 1 : 0) }
}
