import PowerSensors

/// One check of one sensor, which collects the violations.
struct ConformanceCheck {
    let sensor: any Sensor
    private(set) var violations: [SensorConformance.Violation] = []

    init(_ sensor: any Sensor) { self.sensor = sensor }

    mutating func report(_ rule: SensorConformance.Rule, _ subject: String, _ text: String) {
        let violation = SensorConformance.Violation(rule: rule, subject: subject, text: text)
        // Readers are opened and read many times; each violation is reported once.
        if !violations.contains(violation) { violations.append(violation) }
    }

    // MARK: - The sensor and its discovery

    /// Checks and returns the sensor's discovery; nil if it throws.
    mutating func checkDiscovery() -> Discovery? {
        let name = sensor.name.name
        let isPlain = name.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
        if name.isEmpty || !isPlain { report(.name, "'\(name)'", "this is not a valid name") }
        if let interval = sensor.readingInterval, interval <= .zero {
            report(.limits, name, "its reading interval is \(interval)")
        }
        do {
            let fingerprints = [sensor.discoveryFingerprint(), sensor.discoveryFingerprint()]
            let first = try sensor.discover()
            let second = try sensor.discover()
            checkStability(first, second)
            if fingerprints[0] != fingerprints[1] || fingerprints[0] != sensor.discoveryFingerprint() {
                report(.stableDiscovery, name, "its fingerprint changed although nothing else did")
            }
            if first.channels.isEmpty && first.findings.isEmpty {
                report(.explainsAbsence, name, "there is neither a channel nor a finding")
            }
            if !first.incompleteScopes.isEmpty && first.findings.isEmpty {
                report(.explainsAbsence, name, "a part of a host figure is missing, and there is no finding")
            }
            return first
        } catch {
            report(.discovers, name, "it threw: \(error)")
            return nil
        }
    }

    private mutating func checkStability(_ first: Discovery, _ second: Discovery) {
        let again = Dictionary(second.channels.map { ($0.id, $0) }) { first, _ in first }
        for channel in first.channels {
            guard let other = again[channel.id] else {
                report(.stableDiscovery, channel.id, "the second discovery did not find it")
                continue
            }
            if other.encoding != channel.encoding || other.quantity != channel.quantity
                || other.component != channel.component || other.mirrorOf != channel.mirrorOf
            {
                report(.stableDiscovery, channel.id, "the second discovery described it differently")
            }
        }
        let known = Set(first.channels.map(\.id))
        for channel in second.channels where !known.contains(channel.id) {
            report(.stableDiscovery, channel.id, "only the second discovery found it")
        }
    }

    // MARK: - Channels

    mutating func checkChannels(_ discovery: Discovery) {
        let ids = Set(discovery.channels.map(\.id))
        var seen: Set<String> = []
        for channel in discovery.channels {
            if !seen.insert(channel.id).inserted { report(.uniqueChannels, channel.id, "a second channel has it") }
            let prefix = "\(sensor.name)/"
            if !channel.id.hasPrefix(prefix) || channel.id == prefix || channel.sensor != sensor.name {
                report(.ownChannels, channel.id, "the sensor is '\(sensor.name)', the channel's '\(channel.sensor)'")
            }
            // The mirrored channel may be another sensor's.
            let mirrored = channel.mirrorOf.flatMap { $0.hasPrefix(prefix) ? $0 : nil }
            for other in [channel.parent, mirrored].compactMap(\.self) where !ids.contains(other) {
                report(.parents, channel.id, "there is no channel '\(other)'")
            }
            checkMeaning(of: channel)
        }
        checkAncestors(discovery.channels.map { ($0.id, $0.parent) })
        checkComponents(discovery.components + discovery.channels.map(\.component))
    }

    private mutating func checkMeaning(of channel: Channel) {
        let isCounter = channel.encoding != .gauge
        if isCounter && channel.quantity != .energy {
            report(.quantities, channel.id, "it is a counter of \(channel.quantity)")
        }
        if let scope = channel.countsIn, !isCounter, channel.quantity != .power {
            report(.quantities, channel.id, "a gauge of \(channel.quantity) counts in \(scope)")
        }
        if channel.provenance == .estimated && channel.band == nil {
            report(.provenance, channel.id, "it is estimated, and has no band")
        }
        if [.shared, .attributed].contains(channel.provenance) && channel.origin == nil {
            report(.provenance, channel.id, "it is \(channel.provenance), and has no origin")
        }
        for interval in [channel.refreshInterval, channel.readingInterval].compactMap(\.self) where interval <= .zero {
            report(.limits, channel.id, "it has an interval of \(interval)")
        }
        let maximum = channel.maximumPower.rawValue
        if !(maximum > 0 && maximum.isFinite) { report(.limits, channel.id, "its maximum power is \(maximum) W") }
        if let cost = channel.readCost, cost < .zero { report(.limits, channel.id, "reading it costs \(cost)") }
    }

    private mutating func checkComponents(_ components: [Component]) {
        let known = Dictionary(([.host] + components).map { ($0.id, $0) }) { first, _ in first }
        for component in components where component != known[component.id] {
            report(.components, component.id, "two components have this id")
        }
        for component in known.values where component.parent.map({ known[$0] == nil }) ?? false {
            report(.parents, component.id, "there is no component '\(component.parent ?? "")'")
        }
        checkAncestors(known.values.map { ($0.id, $0.parent) })
    }

    /// Checks that no chain of parents is circular.
    private mutating func checkAncestors(_ parents: [(id: String, parent: String?)]) {
        let parentOf = Dictionary(parents.map { ($0.id, $0.parent) }) { first, _ in first }
        // The longest chain without a circle: every id, and a last parent that is missing.
        let longest = parentOf.count + 1
        for id in parentOf.keys.sorted() {
            let chain = Array(sequence(first: id) { parentOf[$0] ?? nil }.prefix(longest + 1))
            if chain.count > longest { report(.parents, id, "it is its own ancestor") }
        }
    }

    // MARK: - Findings

    mutating func checkFindings(_ discovery: Discovery) {
        for finding in discovery.findings {
            let subject = finding.subject.isEmpty ? sensor.name.name : finding.subject
            if finding.subject.isEmpty { report(.findings, subject, "a finding has no subject") }
            if finding.reason.name.isEmpty || finding.reason.name.contains(where: \.isWhitespace) {
                report(.findings, subject, "'\(finding.reason)' is not a one-word reason")
            }
            if finding.text.isEmpty || finding.text.contains(where: \.isNewline) {
                report(.findings, subject, "'\(finding.text)' is not one line of text")
            }
            let needsRemedy = finding.severity != .info
            if needsRemedy && (finding.remedy?.isEmpty ?? true) { report(.findings, subject, "it has no remedy") }
        }
    }
}
