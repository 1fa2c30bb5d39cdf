#if canImport(Glibc)
import Glibc
#endif

/// Makes channels out of the PMUs that count energy, whatever processor they are of.
struct PerfDiscovery {
    let sysfs: SystemRoot
    let procfs: SystemRoot
    let source: any EventSource
    let knowledge: RaplKnowledge

    /// Whether single cores are counted: that wakes up every one of them for each sample.
    let countsCores: Bool

    /// The events of a scope, with their places.
    private struct Member {
        let scope: PerfScope
        let events: [(event: PerfPMU.Event, place: RaplPlace)]
    }

    /// Looks through the PMUs, and opens their events to see whether that is allowed.
    func discover() -> Discovery {
        guard source.isShown(in: sysfs) else { return Discovery(findings: [.noEventsOfThisTree(sysfs)]) }
        let names = PerfPMU.names(in: sysfs)
        if names.isEmpty { return Discovery(findings: [.noPMU()]) }
        var discovery = Discovery()
        var members: [Member] = []
        for name in names {
            do throws(AttributeError) {
                let pmu = try PerfPMU(name, in: sysfs, findings: &discovery.findings)
                members += self.members(of: pmu, &discovery)
            } catch {
                discovery.findings.append(.unreadable("\(PerfPMU.path(of: name))", error, in: sysfs))
            }
        }
        let sockets = Set(members.map(\.scope.socket)).count
        for member in members {
            let (channels, finding) = channels(of: member, sockets: sockets)
            discovery.channels += channels
            discovery.components += member.events.first?.place.holders ?? []
            // Whoever may not open one event may open none.
            if let finding, !discovery.findings.contains(finding) { discovery.findings.append(finding) }
        }
        PerfMirrors(sysfs: sysfs, procfs: procfs, source: source).mark(&discovery)
        return discovery
    }

    /// Splits a PMU into what each processor of its mask stands for.
    private func members(of pmu: PerfPMU, _ discovery: inout Discovery) -> [Member] {
        if pmu.events.isEmpty || pmu.processors.isEmpty {
            discovery.findings.append(.idlePMU(pmu))
            return []
        }
        let isOfCores = pmu.events.allSatisfy { $0.name == "energy-core" }
        if isOfCores, !countsCores {
            discovery.findings.append(.coresLeftOut(pmu.path, by: .perf))
            return []
        }
        var places: [ProcessorPlace] = []
        for processor in pmu.processors {
            if let place = ProcessorPlace(of: processor, in: sysfs) {
                places.append(place)
            } else {
                discovery.findings.append(.unknownPlace(of: processor))
                discovery.incompleteScopes = [.cpu, .platform]
            }
        }
        var seen: Set<PerfScope> = []
        return places.compactMap { place in
            let dies = Set(places.filter { $0.socket == place.socket }.map(\.die))
            let scope = PerfScope(
                pmu: pmu.name, socket: place.socket, die: dies.count > 1 ? place.die : nil,
                core: isOfCores ? place.core : nil)
            guard seen.insert(scope).inserted else { return nil }
            return Member(scope: scope, events: pmu.events.map { ($0, scope.place(of: $0.name)) })
        }
    }

    private func channels(of member: Member, sockets: Int) -> (channels: [Channel], finding: Finding?) {
        let events = member.events.enumerated().map { ($1.event.name, $0) }
        let group = PerfGroup(member.scope, events, in: sysfs, by: source)
        var readings: [Reading] = member.events.map { _ in .missing(.absent) }
        group.read(into: &readings)
        // The registers are renewed every millisecond or so.
        if group.refusal == nil { pause(.milliseconds(3)) }
        let began = ContinuousClock.now
        group.read(into: &readings)
        let cost = (ContinuousClock.now - began) / max(events.count, 1)
        var channels: [Channel] = []
        for (index, (event, place)) in member.events.enumerated() {
            // A package without its counter is a part of the host that is missing; of the others nobody knows whether
            // they are there.
            if place.domain != "package", group.isUnknown(event.name) { continue }
            // Every package has the event, and only the first one a register behind it (Sapphire Rapids).
            if place.domain == "psys", place.socket > 0, readings[index].count == 0 { continue }
            let encoding = CounterEncoding.kernelSum(
                exponent: event.exponent, registerExponent: knowledge.registerExponent(of: place))
            var channel = place.channel(by: .perf, encoding)
            channel.path = "\(PerfPMU.path(of: member.scope.pmu))/events/\(event.name)"
            // The driver shows only events whose registers were not 0, or so it is meant: before Linux 5.17 it showed
            // those of Intel on AMD too, and the platform's are always shown.
            channel.isKnownToCount = place.domain == "package" || knowledge.counts(place)
            let isEmpty = readings[index].count == 0 && !channel.isKnownToCount
            channel.status = isEmpty ? .absent : readings[index].status
            channel.readCost = channel.status == .ok ? cost : nil
            channel.maximumPower = knowledge.maximumPower(of: place, sockets: sockets)
            channels.append(channel)
        }
        return (channels, group.refusal.map { .refused(member.scope.pmu, errno: $0, procfs) })
    }
}

extension PerfScope {
    /// Where an event's register sits; a name that is not known is kept.
    fileprivate func place(of event: String) -> RaplPlace {
        let name = event.hasPrefix("energy-") ? String(event.dropFirst("energy-".count)) : event
        let domain = ["pkg": "package", "cores": "core", "ram": "dram", "gpu": "uncore"][name] ?? name
        return RaplPlace(domain: domain, socket: socket, die: die, core: core)
    }
}
