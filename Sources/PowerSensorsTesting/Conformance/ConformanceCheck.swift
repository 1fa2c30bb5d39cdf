import PowerSensors

/// One check of one sensor: what it found, and what it saw being broken.
struct ConformanceCheck {
    let sensor: any Sensor
    private(set) var violations: [SensorConformance.Violation] = []

    init(_ sensor: any Sensor) { self.sensor = sensor }

    mutating func note(_ rule: SensorConformance.Rule, _ subject: String, _ text: String) {
        let violation = SensorConformance.Violation(rule: rule, subject: subject, text: text)
        // A reader is opened and read many times; once is enough to be told.
        if !violations.contains(violation) { violations.append(violation) }
    }

    // MARK: - The sensor and its discovery

    /// What the sensor finds; nil where it throws.
    mutating func checkDiscovery() -> Discovery? {
        let name = sensor.name.name
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        if name.isEmpty || !isPlain { note(.name, "'\(name)'", "this is no such name") }
        if let interval = sensor.refreshInterval, interval <= .zero {
            note(.limits, name, "its refresh interval is \(interval)")
        }
        do {
            let marks = [sensor.discoveryMark(), sensor.discoveryMark()]
            let first = try sensor.discover()
            let second = try sensor.discover()
            checkStability(first, second)
            if marks[0] != marks[1] || marks[0] != sensor.discoveryMark() {
                note(.stableDiscovery, name, "its mark changed though nothing else did")
            }
            if first.channels.isEmpty && first.findings.isEmpty {
                note(.explainsAbsence, name, "there is neither a channel nor a finding")
            }
            if !first.incompleteScopes.isEmpty && first.findings.isEmpty {
                note(.explainsAbsence, name, "a part of a host figure is missing, and there is no finding")
            }
            return first
        } catch {
            note(.discovers, name, "it threw: \(error)")
            return nil
        }
    }

    private mutating func checkStability(_ first: Discovery, _ second: Discovery) {
        let again = Dictionary(second.channels.map { ($0.id, $0) }) { first, _ in first }
        for channel in first.channels {
            guard let other = again[channel.id] else {
                note(.stableDiscovery, channel.id, "the second discovery did not find it")
                continue
            }
            if other.encoding != channel.encoding || other.quantity != channel.quantity
                || other.component != channel.component || other.mirrorOf != channel.mirrorOf
            {
                note(.stableDiscovery, channel.id, "the second discovery described it in another way")
            }
        }
        let known = Set(first.channels.map(\.id))
        for channel in second.channels where !known.contains(channel.id) {
            note(.stableDiscovery, channel.id, "only the second discovery found it")
        }
    }

    // MARK: - Channels

    mutating func checkChannels(_ discovery: Discovery) {
        let ids = Set(discovery.channels.map(\.id))
        var seen: Set<String> = []
        for channel in discovery.channels {
            if !seen.insert(channel.id).inserted { note(.uniqueChannels, channel.id, "a second channel has it") }
            let prefix = "\(sensor.name)/"
            if !channel.id.hasPrefix(prefix) || channel.id == prefix || channel.sensor != sensor.name {
                note(.ownChannels, channel.id, "the sensor is '\(sensor.name)', the channel's '\(channel.sensor)'")
            }
            // What another sensor shows may be mirrored.
            let mirrored = channel.mirrorOf.flatMap { $0.hasPrefix(prefix) ? $0 : nil }
            for other in [channel.parent, mirrored].compactMap(\.self) where !ids.contains(other) {
                note(.parents, channel.id, "there is no channel '\(other)'")
            }
            checkMeaning(of: channel)
        }
        let parents = discovery.channels.map { ($0.id, $0.parent) }
        for id in circles(parents) { note(.parents, id, "it is beneath itself") }
        checkComponents(discovery.components + discovery.channels.map(\.component))
    }

    private mutating func checkMeaning(of channel: Channel) {
        let isCounter = channel.encoding != .gauge
        if isCounter && channel.quantity != .energy {
            note(.quantities, channel.id, "it is a counter of \(channel.quantity)")
        }
        if let scope = channel.countsIn, !isCounter, channel.quantity != .power {
            note(.quantities, channel.id, "a gauge of \(channel.quantity) counts in \(scope)")
        }
        if channel.provenance == .estimated && channel.band == nil {
            note(.provenance, channel.id, "it is estimated, and has no band")
        }
        if [.shared, .attributed].contains(channel.provenance) && channel.origin == nil {
            note(.provenance, channel.id, "it is \(channel.provenance), and has no origin")
        }
        for interval in [channel.refreshInterval, channel.readingInterval].compactMap(\.self) where interval <= .zero {
            note(.limits, channel.id, "it has an interval of \(interval)")
        }
        let maximum = channel.maximumPower.rawValue
        if !(maximum > 0 && maximum.isFinite) { note(.limits, channel.id, "its greatest power is \(maximum) W") }
        if let cost = channel.readCost, cost < .zero { note(.limits, channel.id, "reading it costs \(cost)") }
    }

    private mutating func checkComponents(_ components: [Component]) {
        var known = [Component.hostID: Component.host]
        for component in components {
            let first = known[component.id] ?? component
            known[component.id] = first
            if component != first { note(.components, component.id, "two components have this id") }
        }
        for component in known.values where component.parent.map({ known[$0] == nil }) ?? false {
            note(.parents, component.id, "there is no component '\(component.parent ?? "")'")
        }
        for id in circles(known.values.map { ($0.id, $0.parent) }).sorted() {
            note(.parents, id, "it is beneath itself")
        }
    }

    /// The identities from which the way up never ends.
    private func circles(_ parents: [(id: String, parent: String?)]) -> [String] {
        let parentOf = Dictionary(parents.map { ($0.id, $0.parent) }) { first, _ in first }
        return parentOf.keys.filter { id in
            var next: String? = id
            for _ in 0...parentOf.count {
                guard let current = next else { return false }
                next = parentOf[current] ?? nil
            }
            return next != nil
        }
    }

    // MARK: - Findings

    mutating func checkFindings(_ discovery: Discovery) {
        for finding in discovery.findings {
            let subject = finding.subject.isEmpty ? sensor.name.name : finding.subject
            if finding.subject.isEmpty { note(.findings, subject, "a finding has no subject") }
            if finding.reason.isEmpty || finding.reason.contains(where: \.isWhitespace) {
                note(.findings, subject, "'\(finding.reason)' is no reason of one word")
            }
            if finding.text.isEmpty || finding.text.contains(where: \.isNewline) {
                note(.findings, subject, "'\(finding.text)' is no line of text")
            }
            let needsRemedy = finding.severity != .info
            if needsRemedy && finding.remedy?.isEmpty ?? true { note(.findings, subject, "it has no remedy") }
        }
    }
}
