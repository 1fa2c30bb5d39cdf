package import PowerSensors

/// What is known of a machine's power and by what, as one plain sentence; and if nothing measures it, the first thing to do.
package struct PowerSummary {
    /// The sentence, and the first thing to do.
    package let text: String

    /// Summarizes what a discovery found.
    ///
    /// - Parameters:
    ///   - topology: The channels and findings.
    ///   - headline: The scope to speak of; nil for the topology's own.
    package init(_ topology: Topology, headline: Scope? = nil) {
        let scope = headline ?? topology.headlineScope
        let counted = topology.channels.filter { $0.countsIn != nil && $0.countsIn == scope }
        let missing = counted.contains { !$0.answers && !($0.isIntermittent && $0.status == .absent) }
        let isReadable = counted.contains(where: \.answers)
        let measures = topology.channels.contains {
            $0.provenance == .measured && $0.answers && [.energy, .power].contains($0.quantity)
        }
        let verdict: Diagnosis.Verdict =
            if isReadable, counted.allSatisfy({ $0.provenance == .estimated }) {
                .estimated
            } else if isReadable {
                missing || scope.map(topology.incompleteScopes.contains) == true ? .partly : .measured
            } else {
                measures ? .partly : .nothing
            }
        self.init(verdict, counted, topology.findings)
    }

    /// Summarizes a diagnosis.
    package init(_ diagnosis: Diagnosis) {
        self.init(diagnosis.verdict, diagnosis.counted, diagnosis.findings)
    }

    private init(_ verdict: Diagnosis.Verdict, _ counted: [Channel], _ findings: [Finding]) {
        let sentence =
            switch verdict {
            case .measured where counted.first?.provenance == .shared:
                "This machine's host \(counted.first?.origin == .estimated ? "estimates" : "measures") its power, and shares it: "
                    + "\(Self.subject(counted))."
            case .measured:
                "Power is measured here: \(Self.subject(counted)), by \(Self.source(counted))."
            case .partly: "Only parts of this machine's power are measured, so no figure of it is complete."
            case .frozen: "The counters that measure power here do not change."
            case .estimated: "Nothing measures power here; a model estimates it."
            case .nothing: "Nothing measures power here."
            }
        let remedy = verdict == .measured ? nil : Self.firstRemedy(findings)
        text = ([sentence] + (remedy.map { ["First: \($0)"] } ?? [])).joined(separator: " ").safeToShow
    }

    /// The remedy of the most severe finding that has one; of several ways, which dashes separate, the first.
    private static func firstRemedy(_ findings: [Finding]) -> String? {
        let remedy = [Finding.Severity.error, .warning, .info].lazy.compactMap { severity in
            // Records of ended processes measure nothing.
            findings.first { $0.severity == severity && $0.remedy != nil && $0.subject != Finding.exitRecords }?.remedy
        }.first
        return remedy.map { remedy in
            remedy.firstRange(of: " — ").map { String(remedy[..<$0.lowerBound]) } ?? remedy
        }
    }

    /// What the channels of a scope cover.
    private static func subject(_ channels: [Channel]) -> String {
        switch channels.first?.countsIn {
        case .cpu?:
            channels.contains { $0.component.domain == "dram" } ? "processors and memory" : "the processors"
        case .platform?: "the whole board"
        case .battery?: "what the battery supplies"
        case .wall?: "the whole machine, at its plug"
        default: "this machine"
        }
    }

    /// What measures them.
    private static func source(_ channels: [Channel]) -> String {
        guard let first = channels.first else { return "a sensor" }
        let mechanisms = channels.map(\.mechanism).unique(by: \.self).joined(separator: " and ")
        let chips = channels.compactMap(\.component.chip).unique(by: \.self)
        switch first.sensor {
        case .rapl where first.countsIn == .platform: return "RAPL's psys through \(mechanisms)"
        case .rapl: return "RAPL through \(mechanisms)"
        case .hwmon where chips.count == 1: return "the chip \(chips[0])"
        case .hwmon: return "\(chips.count) chips"
        case .supply:
            let names = channels.compactMap(\.component.supply).unique(by: \.self)
            return names.isEmpty ? "its supply" : names.joined(separator: " and ")
        default: return "the sensor \(first.sensor)"
        }
    }
}

extension Channel {
    /// Whether the source answers, or may answer once it wakes.
    fileprivate var answers: Bool { status.isReadable || status == .asleep }
}
