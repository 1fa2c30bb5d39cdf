import PowerSensorsCore

/// The energy that each consumer has been given so far, and the energy that stays unattributed.
struct ConsumerEnergies {
    private struct Record {
        let id: Int
        var consumer: Consumer
        var energy = EnergyParts.zero
    }

    private var records = SlotArray<Record>()
    private var nextID = 0
    private var remainders: [(kind: Consumer.Kind, reason: UnattributedSnapshot.Reason, energy: EnergyParts)] = []

    /// What all consumers of a kind have been given so far, including those that have ended.
    private(set) var given: [Consumer.Kind: EnergyParts] = [:]

    /// Starts a record for a consumer, and returns its index.
    mutating func addRecord(for consumer: Consumer) -> SlotIndex {
        nextID += 1
        return records.insert(Record(id: nextID, consumer: consumer))
    }

    /// Notes that a consumer moved to another control group.
    mutating func move(_ record: SlotIndex?, to group: ControlGroup) {
        if let record { records.update(at: record) { $0.consumer.setControlGroup(group) } }
    }

    /// Ends a record.
    mutating func removeRecord(_ record: SlotIndex?) {
        if let record { records.remove(at: record) }
    }

    /// Counts a consumer's share; a consumer without a record is folded.
    mutating func add(_ share: EnergyParts, to record: SlotIndex?, _ kind: Consumer.Kind) {
        if share == .zero { return }
        guard let record else { return addUnattributed(share, kind, .folded) }
        given[kind, default: .zero] += share
        records.update(at: record) { $0.energy += share }
    }

    /// Counts energy that no consumer of a kind is given.
    mutating func addUnattributed(
        _ energy: EnergyParts, _ kind: Consumer.Kind, _ reason: UnattributedSnapshot.Reason
    ) {
        if let index = remainders.firstIndex(where: { $0.kind == kind && $0.reason == reason }) {
            remainders[index].energy += energy
        } else {
            remainders.append((kind, reason, energy))
        }
    }

    private static let order: [Consumer.Kind] = [.virtualMachine, .controlGroup, .process]

    /// All consumers with a record, kind by kind, the oldest first.
    var consumers: [ConsumerSnapshot] {
        let sorted = records.slots.compactMap(\.self).sorted { $0.id < $1.id }
        return Self.order.flatMap { kind in
            sorted.filter { $0.consumer.kind == kind }.map {
                ConsumerSnapshot(consumer: $0.consumer, parts: $0.energy, id: $0.id)
            }
        }
    }

    /// The unattributed energy, kind by kind.
    var unattributed: [UnattributedSnapshot] {
        Self.order.flatMap { kind in
            remainders.filter { $0.kind == kind }.map {
                UnattributedSnapshot(kind: kind, reason: $0.reason, parts: $0.energy)
            }
        }
    }
}

extension Consumer {
    /// Fills in the control group that the consumer is in.
    mutating func setControlGroup(_ group: ControlGroup?) {
        guard let group else { return }
        controlGroup = group.path
        podUID = group.podUID ?? ""
        containerID = group.containerID ?? ""
    }
}
