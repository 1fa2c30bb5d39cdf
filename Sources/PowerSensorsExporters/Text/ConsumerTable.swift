package import PowerSensors

/// The greatest consumers of a kind, and the rest, whose powers and energies add up to the figure that is divided.
package struct ConsumerTable {
    /// What decides which consumers are shown, and in which order.
    package enum Order: Sendable, CaseIterable {
        /// The highest power first.
        case power
        /// The highest energy first.
        case energy
        /// The same consumers as by power, in the order of their names.
        case name
    }

    /// What no consumer that is shown was given.
    package struct Rest {
        package let name: String
        package var power: Watts
        package var energy: EnergyParts
    }

    /// A consumer, or a process's tree.
    package struct Entry {
        package let consumer: Consumer
        package let power: Watts?
        package let parts: EnergyParts
        let id: Int
        /// How many of those above it contain it.
        package fileprivate(set) var depth = 0

        package var energy: Joules { parts.joules }

        fileprivate init(_ one: ConsumerSnapshot) {
            (consumer, power, parts, id) =
                (one.consumer, one.tree.map(\.power) ?? one.power, one.tree?.parts ?? one.parts, one.id)
        }
    }

    /// The consumers. One whose power, or energy if that is the order, would be shown as 0 is among the others.
    package let shown: [Entry]

    /// Whether a row is a process with its descendants. Those further in are parts of the one above them.
    private let isOfTrees: Bool

    /// The other consumers, then what was not attributed, without what changes no digit that is shown.
    package let rest: [Rest]

    /// Nil if the powers are not known yet, or there is nothing to tell apart: no consumer, or all in the root group.
    package init?(_ kind: Consumer.Kind, of attribution: AttributionSnapshot, top: Int, by order: Order = .power) {
        let listed = attribution.consumers.filter { $0.consumer.kind == kind }
        let unattributed = attribution.unattributed.filter { $0.kind == kind && $0.power != nil }
        let hasTrees = listed.contains { $0.tree != nil }
        isOfTrees = hasTrees
        let greatest = order.greatest(top, of: listed.map { Entry($0) })
        shown = hasTrees ? Self.nested(greatest, listed) : greatest
        let count = (attribution.counts[kind] ?? listed.count) - shown.count
        if unattributed.isEmpty || (shown.isEmpty && count <= 0) { return nil }
        if kind == .controlGroup, count <= 0, shown.allSatisfy({ $0.consumer.name == "/" }) { return nil }

        // Those that have ended or are no longer listed belong to the others too.
        let isOther = { (one: UnattributedSnapshot) in one.reason == .folded || one.reason == .ended }
        // How many are in the trees is not known.
        var others = Rest(
            name: count > 1 && !hasTrees ? "\(count) others" : count == 1 && !hasTrees ? "1 other" : "others",
            power: .zero, energy: attribution.given[kind] ?? .zero)
        for one in unattributed where one.reason == .folded { others.energy += one.parts }
        for one in listed { others.power += one.power ?? .zero }
        for one in unattributed.filter(isOther) { others.power += one.power ?? .zero }
        for one in shown where one.depth == 0 {
            others.energy = others.energy - one.parts
            others.power = max(others.power - (one.power ?? .zero), .zero)
        }

        let reasons = unattributed.filter { !isOther($0) }.sorted { Self.place($0.reason) < Self.place($1.reason) }
        let all =
            [others] + reasons.map { Rest(name: Self.name($0.reason), power: $0.power ?? .zero, energy: $0.parts) }
        let total = (all.map(\.energy) + shown.map(\.parts)).reduce(.zero, +).sum
        // Energies are shown with four digits.
        rest = all.filter { !Figure($0.power).isZero || ($0.energy != .zero && $0.energy.sum >= total / 10_000) }
    }

    /// Trees, each followed by those that it contains.
    private static func nested(_ entries: [Entry], _ listed: [ConsumerSnapshot]) -> [Entry] {
        var ancestors: [Int: Int] = [:]
        for one in listed { if let number = one.consumer.processID { ancestors[number] = one.tree?.ancestor } }
        let shown = Set(entries.compactMap(\.consumer.processID))
        let inner = Dictionary(grouping: entries) { entry in
            var ancestor = entry.consumer.processID.flatMap { ancestors[$0] }
            // Processes that are not shown may be between, and no more than there are.
            for _ in 0...ancestors.count {
                guard let number = ancestor, !shown.contains(number) else { break }
                ancestor = ancestors[number]
            }
            return ancestor
        }
        var result: [Entry] = []
        var waiting = (inner[nil] ?? []).reversed() as [Entry]
        while let entry = waiting.popLast(), result.count < entries.count {
            result.append(entry)
            for var next in (entry.consumer.processID.flatMap { inner[$0] } ?? []).reversed() {
                next.depth = entry.depth + 1
                waiting.append(next)
            }
        }
        return result
    }

    private static let names: [(reason: UnattributedSnapshot.Reason, name: String)] = [
        (.other, "outside of these"), (.shortLived, "short-lived"), (.interrupts, "interrupts"),
        (.idle, "processors idle"), (.unscanned, "unscanned"),
    ]

    /// What stands above the rows.
    package func title(of kind: Consumer.Kind) -> String {
        isOfTrees ? "process trees" : kind.title
    }

    private static func place(_ reason: UnattributedSnapshot.Reason) -> Int {
        names.firstIndex { $0.reason == reason } ?? names.count
    }

    private static func name(_ reason: UnattributedSnapshot.Reason) -> String {
        names.first { $0.reason == reason }?.name ?? reason.name.safeToShow
    }
}

extension ConsumerTable.Order {
    /// The first consumers in this order.
    fileprivate func greatest(_ count: Int, of listed: [ConsumerTable.Entry]) -> [ConsumerTable.Entry] {
        if self == .energy {
            return Array(
                listed.filter { !Figure($0.energy).isZero }
                    .sorted { ($0.energy, $0.power ?? .zero) > ($1.energy, $1.power ?? .zero) }.prefix(count))
        }
        let greatest = listed.filter { one in one.power.map { !Figure($0).isZero } ?? false }
            .sorted { ($0.power ?? .zero, $0.energy) > ($1.power ?? .zero, $1.energy) }.prefix(count)
        if self == .power { return Array(greatest) }
        return greatest.sorted { ($0.consumer.name, $0.id) < ($1.consumer.name, $1.id) }
    }
}

extension Consumer.Kind {
    /// What its consumers are called above their rows.
    package var title: String {
        switch self {
        case .virtualMachine: "virtual machines"
        case .controlGroup: "control groups"
        case .process: "processes"
        default: name
        }
    }
}

extension AttributionSnapshot {
    /// The row of a consumer, or of what no consumer was given.
    package func row(
        _ layout: RowLayout, name: String, power: Watts?, energy: Joules, source: String = ""
    ) -> Row {
        var row = Row(layout, name: "  " + name)
        let bounds = band.flatMap { band in power.map { (low: $0 * band.low, high: $0 * band.high) } }
        row.set(power: power, low: bounds?.low, high: bounds?.high)
        row.set(energy: energy, ambiguous: .zero)
        row.source = source
        return row
    }
}

extension TextFormat {
    /// The greatest consumers of the interval, and the rest, kind by kind.
    func consumers(_ snapshot: Snapshot, top: Int) -> [String] {
        guard let attribution = snapshot.attribution, top > 0 else { return [] }
        return [Consumer.Kind.virtualMachine, .controlGroup, .process].flatMap { kind in
            ConsumerTable(kind, of: attribution, top: top).map { lines($0, kind, attribution) } ?? []
        }
    }

    private func lines(_ table: ConsumerTable, _ kind: Consumer.Kind, _ attribution: AttributionSnapshot) -> [String] {
        let layout = layout
        let title = Row.heading(table.title(of: kind), layout, source: "adds up to \(attribution.scope)")
        let names = ConsumerName.names(of: table.shown, width: layout.name - 2)
        let shown = zip(table.shown, names).map { one, name in
            attribution.row(layout, name: name.name, power: one.power, energy: one.energy, source: name.source).text
        }
        let rest = table.rest.map { one in
            attribution.row(layout, name: one.name, power: one.power, energy: one.energy.joules).text
        }
        return ["", style.dim(title)] + shown + rest
    }
}
