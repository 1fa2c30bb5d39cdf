package import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Tells virtual machines what they use: for each of them a folder that it may mount, with a record and a tree like
/// `/sys/class/powercap` in it. `Docs/GuestShare.md` describes both.
///
/// Names, processes and folders may be the work of an attacker. Only machines that an administrator started are told
/// anything, only of their own energy, in whole millijoules and at most once a second; and nothing is written outside
/// the publisher's folder.
package struct GuestPublisher: Sendable {
    /// Rounds come by a grid, and one may be late and the next not.
    private static let leastNanoseconds = GuestConfiguration.shortestPeriod.wholeNanoseconds * 9 / 10

    private let configuration: GuestConfiguration
    private let admission: GuestAdmission
    private let descriptorBudget: Int
    private var share: ShareFolder
    private var publications: [GuestName: GuestPublication] = [:]

    /// Folders of an earlier publisher whose machines have not been seen.
    private var leftovers: Set<GuestName>

    /// When they were first missed.
    private var leftoversSince: Int64?

    private var lastRound: Int64?

    /// Opens the folder to publish in, or makes it.
    ///
    /// - Throws: ``ShareFault`` where it is not this user's alone, or another publisher's.
    package init(folder: String, configuration: GuestConfiguration) throws(ShareFault) {
        self.configuration = configuration
        admission = GuestAdmission(configuration)
        descriptorBudget = configuration.descriptorBudget ?? DescriptorBudget.ofSensor
        share = try ShareFolder(folder)
        leftovers = Set(share.leftovers())
        // Before the first round, as machines may be about to start; what fails is told with that.
        _ = makeWaitingFolders()
    }

    /// Whether there is such a folder that this user may publish in; false where there is none.
    ///
    /// - Throws: ``ShareFault`` where there is one that is not this user's alone.
    package static func canPublish(in folder: String) throws(ShareFault) -> Bool {
        do throws(ShareFault) {
            _ = try ShareFolder(existing: folder)
            return true
        } catch  where error.problem == .system(errno: ENOENT) {
            return false
        }
    }

    /// Whether the round before was so short ago that nobody is told anything.
    package func isTooSoon(at boottimeNanoseconds: Int64) -> Bool {
        lastRound.map { boottimeNanoseconds &- $0 < Self.leastNanoseconds } ?? false
    }

    /// Tells every machine that may know it what it used until now, and removes what was told to machines that are
    /// gone.
    ///
    /// A call that comes too soon after the one before does nothing.
    ///
    /// - Parameters:
    ///   - figures: All virtual machines that run now.
    ///   - origin: Where this machine has its figures from.
    ///   - hops: How many machines they have gone through when a guest has them; 1 for those of this machine's sensors.
    ///   - slowest: How long this machine's own source takes from one figure to the next: no record comes sooner.
    ///   - boottimeNanoseconds: When the energy was measured, on CLOCK_BOOTTIME.
    /// - Returns: Which machines are told nothing, what could not be written, and what was tampered with.
    package mutating func publish(
        _ figures: [GuestFigures], origin: ShareRecord.Origin = .measured, hops: UInt8 = 1, slowest: Duration = .zero,
        at boottimeNanoseconds: Int64
    ) -> [Finding] {
        if isTooSoon(at: boottimeNanoseconds) { return [] }
        lastRound = boottimeNanoseconds
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
            policy: configuration.policy,
            origin: origin, hops: hops)
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
        return findings + removeGone(at: boottimeNanoseconds) + makeWaitingFolders()
    }

    /// The machines that are told something, by their names: sorted, so that findings come in one order.
    private mutating func admitted(
        _ figures: [GuestFigures], _ findings: inout [Finding]
    ) -> [(GuestName, GuestFigures)] {
        var byName: [GuestName: [GuestFigures]] = [:]
        for guest in figures {
            guard let name = GuestName(name: guest.name, namespace: guest.namespace, uuid: guest.uuid) else {
                findings.append(Self.nameless(guest))
                continue
            }
            // Before names are compared: what nobody allowed must not silence what somebody did.
            if let refusal = admission.refusal(of: guest, as: name) {
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
                if let lastRound { publications[name]?.keep(at: lastRound) }
                findings.append(Self.ambiguous(name, guests))
            }
        }
        return admitted
    }

    // MARK: Folders that go

    /// Opens the publisher's folder again, after somebody removed it or put another in its place.
    private mutating func reopen() throws(ShareFault) {
        share = try share.reopened()
        publications = [:]
        leftovers = Set(share.leftovers())
        leftoversSince = nil
    }

    private mutating func removeGone(at now: Int64) -> [Finding] {
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

    /// Makes the folders of listed machines that do not run.
    private func makeWaitingFolders() -> [Finding] {
        var findings: [Finding] = []
        for name in configuration.names.sorted() where publications[name] == nil {
            var folder = GuestFolder(in: share, group: leftovers.contains(name) ? nil : configuration.waitingGroup)
            do throws(ShareFault) {
                _ = try folder.open("\(name)")
            } catch {
                findings.append(error.finding)
            }
            findings += folder.takeFindings()
        }
        return findings
    }

    // MARK: Findings

    private static func nameless(_ guest: GuestFigures) -> Finding {
        let process = guest.processes.first.map { "process \($0.pid)" } ?? "a process"
        return Finding(
            severity: .warning, subject: "guest of \(process)", reason: "refused",
            text: "The virtual machine has neither name nor identity, so it is told nothing.",
            remedy: "Start it with -name or -uuid.")
    }

    private static func ambiguous(_ name: GuestName, _ guests: [GuestFigures]) -> Finding {
        let processes = guests.flatMap(\.processes).map { "\($0.pid)" }.sorted().joined(separator: ", ")
        return Finding(
            severity: .warning, subject: "guest \(name)", reason: "duplicate",
            text: "Processes \(processes) are virtual machines of this name, so neither is told anything.",
            remedy: "Give each a name of its own; all but letters, digits, dots and hyphens count as underscores.")
    }
}
