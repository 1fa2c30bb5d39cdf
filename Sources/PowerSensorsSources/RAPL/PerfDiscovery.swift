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
            let (channels, finding) = channels(of: member, sockets: sockets)
            result.discovery.channels += channels
            result.discovery.components += member.events.first?.location.enclosingComponents ?? []
            // If one event is refused, usually all are, for the same reason: one finding is enough.
            if let finding, !result.findings.contains(finding) { result.discovery.findings.append(finding) }
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

    private func channels(of member: Member, sockets: Int) -> (channels: [Channel], finding: Finding?) {
        let events = member.events.enumerated().map { ($1.event.name, $0) }
        var group = PerfEvents(member.scope, events, in: roots.sysfs, by: source)
        var readings: [Reading] = member.events.map { _ in .missing(.absent) }
        group.read(into: &readings)
        // The registers are updated about every millisecond, so a counter that is still 0 after 3 ms does not count.
        if group.refusal == nil { pause(.milliseconds(3)) }
        let began = ContinuousClock.now
        group.read(into: &readings)
        let cost = (ContinuousClock.now - began) / max(events.count, 1)
        var channels: [Channel] = []
        for (index, (event, location)) in member.events.enumerated() {
            // If a package's event is unknown to the driver, a part of the host is missing, which its channel shows.
            // Other domains may not exist at all.
            if location.domain != "package", group.isUnknown(event.name) { continue }
            // On Sapphire Rapids every package has the event of psys, but only the first one has the register.
            if location.domain == "psys", location.socket > 0, readings[index].count == 0 { continue }
            let encoding = CounterEncoding.kernelSum(
                exponent: event.exponent, registerExponent: knowledge.registerExponent(of: location))
            var channel = location.channel(by: .perf, encoding)
            channel.path = "\(PerfPMU.path(of: member.scope.pmu))/events/\(event.name)"
            channel.handle = ChannelHandle(PerfHandle(scope: member.scope, event: event.name))
            // The driver is meant to show only events whose registers are not 0. But before Linux 5.17 it showed
            // Intel's events on AMD too, and it always shows the platform's.
            channel.isKnownToCount = location.domain == "package" || knowledge.counts(location)
            let isEmpty = readings[index].count == 0 && !channel.isKnownToCount
            channel.status = isEmpty ? .absent : readings[index].status
            channel.readCost = channel.status == .ok ? cost : nil
            channel.maximumPower = knowledge.maximumPower(of: location, sockets: sockets)
            channels.append(channel)
        }
        return (channels, group.refusal.map { .refused(member.scope.pmu, errno: $0, roots) })
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
