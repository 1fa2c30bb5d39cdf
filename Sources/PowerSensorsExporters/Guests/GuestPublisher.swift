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

    private let configuration: GuestConfiguration
    private let descriptorBudget: Int
    private var share: ShareFolder
    private var publications: [GuestName: GuestPublication] = [:]

    /// Folders of an earlier publisher whose machines have not been seen yet.
    private var leftovers: Set<GuestName>

    /// The time of the first round that the leftovers were missing in; nil before it.
    private var leftoversSince: Int64?

    /// The time of the latest round, in nanoseconds of the boot-time clock.
    private var latestRound: Int64?

    /// Opens or creates the folder to publish in.
    ///
    /// - Throws: ``ShareFault`` if others may write to it or another publisher uses it.
    package init(folder: String, configuration: GuestConfiguration) throws(ShareFault) {
        self.configuration = configuration
        descriptorBudget = configuration.descriptorBudget ?? DescriptorBudget.ofSensor
        share = try ShareFolder(folder)
        leftovers = Set(share.leftovers())
        // Before the first round, because machines may be about to start; the round reports failures.
        _ = makeWaitingFolders()
    }

    /// Whether the folder exists and this user may publish in it.
    ///
    /// - Throws: ``ShareFault`` if it exists but others may write to it.
    package static func canPublish(in folder: String) throws(ShareFault) -> Bool {
        do throws(ShareFault) {
            _ = try ShareFolder(existing: folder)
            return true
        } catch  where error.problem == .system(errno: ENOENT) {
            return false
        }
    }

    /// Whether the latest round of publishing was too recent for another one.
    package func isTooSoon(at boottimeNanoseconds: Int64) -> Bool {
        latestRound.map { boottimeNanoseconds &- $0 < Self.shortestGapNanoseconds } ?? false
    }

    /// Publishes the energy of every admitted machine, and removes the folders of machines that have ended.
    ///
    /// Does nothing if the previous call was too recent.
    ///
    /// - Parameters:
    ///   - figures: All virtual machines that run now.
    ///   - policy: How the figures attribute idle energy.
    ///   - origin: The origin of this machine's figures.
    ///   - hops: How many machines they have passed through when a guest gets them; 1 for those of this machine's sensors.
    ///   - slowest: The refresh interval of this machine's slowest source, a lower limit for the period.
    ///   - boottimeNanoseconds: When the energy was measured, on CLOCK_BOOTTIME.
    /// - Returns: Findings on machines that get no figures, failed writes, and tampering.
    package mutating func publish(
        _ figures: [GuestFigures], policy: AttributionPolicy = .active, origin: Provenance = .measured,
        hops: UInt8 = 1, slowest: Duration = .zero, at boottimeNanoseconds: Int64
    ) -> [Finding] {
        if isTooSoon(at: boottimeNanoseconds) { return [] }
        latestRound = boottimeNanoseconds
        var findings: [Finding] = []
        if !share.isInPlace {
            do throws(ShareFault) {
                try reopen()
            } catch {
                return [error.finding]
            }
        }
        let round = GuestPublication.Round(
            boottimeNanoseconds: boottimeNanoseconds, period: max(configuration.period, slowest),
            policy: policy, origin: origin, hops: hops)
        let admitted = admitted(figures, &findings)
        let keepsDescriptors = admitted.count * GuestPublication.descriptorCount <= descriptorBudget
        for (name, figures) in admitted {
            var publication =
                publications[name]
                ?? GuestPublication(figures, as: name, in: share, at: boottimeNanoseconds)
            findings += publication.publish(figures, in: share, round)
            if !keepsDescriptors { publication.closeAll() }
            publications[name] = publication
            leftovers.remove(name)
        }
        return findings + removeEnded(at: boottimeNanoseconds) + makeWaitingFolders()
    }

    /// The admitted machines, sorted by name so that the order of findings is stable.
    private mutating func admitted(
        _ figures: [GuestFigures], _ findings: inout [Finding]
    ) -> [(GuestName, GuestFigures)] {
        var byName: [GuestName: [GuestFigures]] = [:]
        for guest in figures {
            let machine = guest.consumer
            guard let name = GuestName(name: machine.name, namespace: machine.namespace, uuid: machine.uuid) else {
                findings.append(Self.nameless(guest))
                continue
            }
            // Before names are compared: a refused machine must not block an admitted one of the same name.
            if let refusal = configuration.refusal(of: guest, as: name) {
                findings.append(refusal)
            } else {
                byName[name, default: []].append(guest)
            }
        }
        var admitted: [(GuestName, GuestFigures)] = []
        for (name, guests) in byName.sorted(by: { $0.key < $1.key }) {
            if let only = guests.first, guests.count == 1 {
                admitted.append((name, only))
            } else {
                if let latestRound { publications[name]?.lastSeen = latestRound }
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
        var findings: [Finding] = []
        for (name, publication) in publications where now &- publication.lastSeen >= max(grace, 1) {
            var publication = publication
            findings += publication.remove(keepsFolder: configuration.names.contains(name))
            publications[name] = nil
        }
        let missedSince = leftoversSince ?? now
        leftoversSince = missedSince
        guard now &- missedSince >= grace else { return findings }
        for name in leftovers.sorted() {
            var folder = GuestFolder(in: share, group: nil)
            findings += folder.remove(name, keepsFolder: configuration.names.contains(name))
        }
        leftovers = []
        return findings
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

    private static func nameless(_ guest: GuestFigures) -> Finding {
        let process = guest.processes.first.map { "process \($0.pid)" } ?? "a process"
        return Finding(
            severity: .warning, subject: "guest of \(process)", reason: .refused,
            text: "The virtual machine has neither a name nor a UUID, so it gets no figures.",
            remedy: "Start it with -name or -uuid.")
    }

    private static func ambiguous(_ name: GuestName, _ guests: [GuestFigures]) -> Finding {
        let processes = guests.flatMap(\.processes).map { "\($0.pid)" }.sorted().joined(separator: ", ")
        return Finding(
            severity: .warning, subject: "guest \(name)", reason: .duplicate,
            text: "Processes \(processes) are virtual machines of this name, so none of them gets figures.",
            remedy: "Give each a name of its own; all but letters, digits, dots and hyphens count as underscores.")
    }
}
