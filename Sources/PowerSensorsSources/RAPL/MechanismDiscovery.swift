package import PowerSensorsCore

/// What discovery through one mechanism found: its channels, and the obstacles that it met.
package struct MechanismDiscovery: Sendable {
    /// The channels and components, with the findings that mean the same on any machine.
    var discovery = Discovery()

    /// Problems whose cause depends on the machine, so that ``RAPLDiagnosis`` explains them.
    var obstacles: [Obstacle] = []

    init() {}

    init(finding: Finding) { discovery.findings = [finding] }

    init(obstacle kind: Obstacle.Kind, _ finding: Finding) { add(kind, finding) }

    mutating func add(_ kind: Obstacle.Kind, _ finding: Finding) { obstacles.append(Obstacle(kind, finding)) }

    package var channels: [Channel] { discovery.channels }
    package var components: [Component] { discovery.components }
    package var incompleteScopes: Set<Scope> { discovery.incompleteScopes }

    /// Every finding in the mechanism's own words.
    package var findings: [Finding] { discovery.findings + obstacles.map(\.finding) }
}

/// A problem in reading the counters, as the mechanism that met it describes it.
package struct Obstacle: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// There are no powercap zones.
        case noZones

        /// There is a folder for powercap zones, but none in it.
        case emptyFolder

        /// There is no PMU or device: the driver is not loaded or found nothing, or a guest has no counters.
        case noDriver

        /// perf's events do not belong to the sysfs that is read.
        case otherTree

        /// A container runtime hides the zones.
        case masked

        /// This process is not allowed to read a zone's file, which is its counter or another one.
        case forbidden(isCounter: Bool)
    }

    package let kind: Kind
    package let finding: Finding

    package init(_ kind: Kind, _ finding: Finding) {
        self.kind = kind
        self.finding = finding
    }
}

extension Discovery {
    /// Finds the dies of a package that show the same register, and counts each register once.
    ///
    /// - Parameters:
    ///   - suspects: The indices of the channels to compare.
    ///   - showSameRegister: Returns whether two channels show the same register, given their positions among the
    ///     suspects; nil if one of them cannot be read.
    ///   - doubt: For two channels that seem to show the same register, a finding that explains why they may
    ///     nevertheless have one each; nil if it is certain.
    mutating func markMirrors(
        among suspects: [Int], _ showSameRegister: (Int, Int) -> Bool?,
        doubt: (_ channel: Channel, _ twin: Channel) -> Finding? = { _, _ in nil }
    ) {
        for (position, index) in suspects.enumerated() where channels[index].component.die != nil {
            let channel = channels[index]
            let answers = suspects[..<position].enumerated().compactMap { earlier, other in
                let other = channels[other]
                return other.mirrorOf == nil && other.component.socket == channel.component.socket
                    && other.component.domain == channel.component.domain
                    ? (channel: other, areSame: showSameRegister(earlier, position)) : nil
            }
            let uncertain: Finding?
            if let twin = answers.first(where: { $0.areSame == true })?.channel {
                uncertain = doubt(channel, twin)
                if uncertain == nil {
                    channels[index].mirrorOf = twin.id
                    channels[index].countsIn = nil
                    findings.append(.mirrored(channel, twin))
                }
            } else {
                uncertain = answers.first { $0.areSame == nil }.map { .mirrorUnknown(channel, $0.channel) }
            }
            // If both channels showed one register, their sum would count it twice, so the sum is unknown.
            guard let uncertain else { continue }
            if let scope = channel.countsIn { incompleteScopes.insert(scope) }
            findings.append(uncertain)
        }
    }
}
