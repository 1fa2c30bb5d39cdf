import PowerSensorsCore
import PowerSensorsMachine

/// Discovers the channels of the PMUs (performance monitoring units of perf) that count energy, from sysfs alone:
/// nothing depends on the processor's model.
struct PerfDiscovery {
    let roots: SystemRoots
    let source: any EventSource
    let knowledge: ZoneKnowledge

    /// Whether to read the counters of single cores, which wakes up every core for each sample.
    let countsCores: Bool

    /// A part of the machine, the events that count for it, and the domain that each of them counts.
    private typealias Member = (scope: PerfScope, events: [(event: PerfPMU.Event, location: DomainLocation)])

    /// Lists the PMUs, and opens their events once to find out whether that is allowed.
    func discover() -> MechanismDiscovery {
        guard source.isShown(in: roots.sysfs) else {
            return MechanismDiscovery(obstacle: .otherTree, .eventsOfOtherTree(roots.sysfs))
        }
        let names = PerfPMU.names(in: roots.sysfs)
        if names.isEmpty { return MechanismDiscovery(obstacle: .noDriver, .noPMU) }
        var result = MechanismDiscovery()
        var members: [Member] = []
        for name in names {
            do throws(AttributeError) {
                let pmu = try PerfPMU(name, in: roots.sysfs, findings: &result.discovery.findings)
                members += self.members(of: pmu, &result)
            } catch {
                result.discovery.findings.append(.unreadable("\(PerfPMU.path(of: name))", error, in: roots.sysfs))
            }
        }
        let sockets = Set(members.map(\.scope.socket)).count
        for member in members {
            let found = channels(of: member, sockets: sockets)
            result.discovery.channels += found.channels
            result.discovery.components += member.events.first?.location.enclosingComponents ?? []
            // If one event is refused, usually all are, for the same reason: one finding is enough.
            for finding in found.findings where !result.findings.contains(finding) {
                result.discovery.findings.append(finding)
            }
        }
        if let first = members.first, result.channels.isEmpty,
            !result.findings.contains(where: { $0.reason == .forbidden })
        {
            result.add(.noDriver, .countlessPMU(first.scope.pmu))
        }
        PerfMirrors(roots: roots, source: source).mark(&result.discovery)
        return result
    }

    /// The parts of the machine that a PMU counts for. The PMU's mask names one processor for each of them.
    private func members(of pmu: PerfPMU, _ result: inout MechanismDiscovery) -> [Member] {
        if pmu.events.isEmpty || pmu.processors.isEmpty {
            result.add(.noDriver, .emptyPMU(pmu))
            return []
        }
        let isPerCore = pmu.events.allSatisfy { $0.name == "energy-core" }
        if isPerCore, !countsCores {
            result.discovery.findings.append(.coresLeftOut(pmu.path, by: .perf))
            return []
        }
        var locations: [ProcessorLocation] = []
        for processor in pmu.processors {
            if let location = ProcessorLocation(of: processor, in: roots.sysfs) {
                locations.append(location)
            } else {
                result.discovery.findings.append(.unknownLocation(of: processor))
                result.discovery.incompleteScopes = [.cpu, .platform]
            }
        }
        var seen: Set<PerfScope> = []
        return locations.compactMap { location in
            let dies = Set(locations.filter { $0.socket == location.socket }.map(\.die))
            let scope = PerfScope(
                pmu: pmu.name, socket: location.socket, die: dies.count > 1 ? location.die : nil,
                core: isPerCore ? location.core : nil)
            guard seen.insert(scope).inserted else { return nil }
            return (scope: scope, events: pmu.events.map { (event: $0, location: scope.location(of: $0.name)) })
        }
    }

    private func channels(of member: Member, sockets: Int) -> (channels: [Channel], findings: [Finding]) {
        let events = member.events.enumerated().map { ($1.event.name, $0) }
        var group = PerfEvents(member.scope, events, in: roots.sysfs, by: source, isPinned: false)
        var readings: [Reading] = member.events.map { _ in .missing(.absent) }
        group.read(into: &readings)
        // The registers are updated about every millisecond, so a counter that is still 0 after 3 ms does not count.
        if group.refusal == nil { pause(.milliseconds(3)) }
        let began = ContinuousClock.now
        group.read(into: &readings)
        let cost = (ContinuousClock.now - began) / max(events.count, 1)
        let unproven = member.events.indices.filter { isUnproven(member.events[$0].location) }
        // On Sapphire Rapids every package has the event of psys, but only the first one has the register.
        if member.scope.socket == 0 { waitForFirstCount(unproven, in: &readings, of: &group) }
        var channels: [Channel] = []
        var empty: [String] = []
        for (index, (event, location)) in member.events.enumerated() {
            // If a package's event is unknown to the driver, a part of the host is missing, which its channel shows.
            // Other domains may not exist at all.
            let isUnknown = location.domain != "package" && group.isUnknown(event.name)
            if isUnknown || (unproven.contains(index) && (readings[index].count ?? 0) == 0) {
                if isUnknown || readings[index].count == 0 || readings[index].status == .absent {
                    empty.append(event.name)
                }
                continue
            }
            let encoding = CounterEncoding.kernelSum(
                exponent: event.exponent, registerExponent: knowledge.registerExponent(of: location))
            var channel = location.channel(by: .perf, encoding)
            channel.path = "\(PerfPMU.path(of: member.scope.pmu))/events/\(event.name)"
            channel.fileCount = 0
            channel.handle = ChannelHandle(PerfHandle(scope: member.scope, event: event.name))
            // The driver is meant to show only events whose registers are not 0. But before Linux 5.17 it showed
            // Intel's events on AMD too.
            channel.isKnownToCount = location.domain == "package" || knowledge.counts(location)
            let isEmpty = readings[index].count == 0 && !channel.isKnownToCount
            channel.status = isEmpty ? .absent : readings[index].status
            channel.readCost = channel.status == .ok ? cost : nil
            channel.maximumPower = knowledge.maximumPower(of: location, sockets: sockets)
            channels.append(channel)
        }
        return (channels, findings(about: member, empty, group.refusals, isNothingElse: channels.isEmpty))
    }

    /// What to say about events that are refused, and about those that cannot count.
    private func findings(
        about member: Member, _ empty: [String], _ refusals: [(event: String, errno: Int32)], isNothingElse: Bool
    ) -> [Finding] {
        var findings: [Finding] = []
        if let refusal = refusals.first(where: { !empty.contains($0.event) }) {
            let refused = Finding.refused(member.scope.pmu, errno: refusal.errno, roots)
            // If nothing is known to exist, a right is not worth a warning, unless the user asks for this mechanism.
            findings.append(isNothingElse && !countsCores ? refused.with(.info) : refused)
        }
        // In the other packages this is as it should be.
        if !empty.isEmpty, member.scope.socket == 0 { findings.append(.emptyEvents(member.scope.pmu, empty)) }
        return findings
    }

    /// Whether only a count shows that a domain's event has a register: the driver always lists the platform's for some
    /// processors, even in guests (`no_check` in the kernel's rapl.c).
    private func isUnproven(_ location: DomainLocation) -> Bool {
        location.domain == "psys" && !knowledge.counts(location)
    }

    /// Reads the group until each of some events that are open has counted, for at most 0.1 s: the platform's register
    /// may count in whole joules, and then changes every few milliseconds.
    private func waitForFirstCount(_ indices: [Int], in readings: inout [Reading], of group: inout PerfEvents) {
        for _ in 0..<10 where indices.contains(where: { readings[$0].count == 0 }) {
            pause(.milliseconds(10))
            group.read(into: &readings)
        }
    }
}

extension PerfScope {
    /// The domain that an event counts, from the event's name; an unknown name becomes the domain's name.
    fileprivate func location(of event: String) -> DomainLocation {
        let name = String(event.trimmingPrefix("energy-"))
        let domain = ["pkg": "package", "cores": "core", "ram": "dram", "gpu": "uncore"][name] ?? name
        return DomainLocation(domain: domain, socket: socket, die: die, core: core)
    }
}
