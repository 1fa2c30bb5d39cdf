import PowerSensorsCore

/// The energy that each listed consumer has been given so far, and the energy that no listed consumer was given.
///
/// Only a limited number of consumers is listed. The others are folded: their energy is added to one sum for each kind
/// of consumer. A consumer has a record here from when it is first listed until it ends, so that its energy continues
/// when it is folded for a while.
struct ConsumerEnergies {
    /// A consumer that is or was listed, and its energy while it was.
    private struct Record {
        /// A number that is not used again, also when another record takes this one's place in the array.
        let id: Int
        var consumer: Consumer
        var energy = EnergyParts.zero
        /// Its energy when it was last listed; nil while it is folded.
        var energyWhenListed: EnergyParts? = .zero
        /// The energy of its tree, also while it was folded.
        var tree = EnergyParts.zero
        /// What that was when it was last listed.
        var treeWhenListed = EnergyParts.zero
        /// The number of the nearest listed ancestor.
        var ancestor: Int?
    }

    private var records = SlotArray<Record>()
    private var nextID = 0
    private var unattributedSums: [(kind: Consumer.Kind, reason: UnattributedSnapshot.Reason, energy: EnergyParts)] = []

    /// The energy that the listed consumers of a kind have been given so far, including that of consumers which have
    /// ended or are no longer listed. The energy of consumers while they are folded is not included.
    private(set) var given: [Consumer.Kind: EnergyParts] = [:]

    /// Starts a record for a consumer, and returns its index.
    mutating func addRecord(for consumer: Consumer) -> SlotIndex {
        nextID += 1
        return records.insert(Record(id: nextID, consumer: consumer))
    }

    /// Records that a consumer moved to another control group.
    mutating func move(_ record: SlotIndex?, to group: ControlGroup) {
        if let record { records.update(at: record) { $0.consumer.setControlGroup(group) } }
    }

    /// Lists a consumer again, whose energy continues.
    mutating func list(_ record: SlotIndex) {
        records.update(at: record) { ($0.energyWhenListed, $0.treeWhenListed) = ($0.energy, $0.tree) }
    }

    /// Folds a listed consumer.
    mutating func fold(_ record: SlotIndex) { records.update(at: record) { $0.energyWhenListed = nil } }

    /// Removes the record of a consumer that has ended; nil for a consumer without one.
    mutating func removeRecord(_ record: SlotIndex?) {
        if let record { records.remove(at: record) }
    }

    /// Adds energy to a listed consumer's record; without one, to the sum of the folded consumers of its kind.
    mutating func add(_ share: EnergyParts, to record: SlotIndex?, _ kind: Consumer.Kind) {
        if share == .zero { return }
        guard let record else { return addUnattributed(share, kind, .folded) }
        given[kind, default: .zero] += share
        records.update(at: record) { $0.energy += share }
    }

    /// Adds energy to a process's tree, if the process is or was listed.
    mutating func addToTree(_ share: EnergyParts, of record: SlotIndex?) {
        if let record, share != .zero { records.update(at: record) { $0.tree += share } }
    }

    /// Records the number of a listed process's nearest listed ancestor.
    mutating func setAncestor(_ number: Int?, of record: SlotIndex) {
        records.update(at: record) { $0.ancestor = number }
    }

    /// Adds energy that no listed consumer of a kind is given.
    mutating func addUnattributed(
        _ energy: EnergyParts, _ kind: Consumer.Kind, _ reason: UnattributedSnapshot.Reason
    ) {
        if let index = unattributedSums.firstIndex(where: { $0.kind == kind && $0.reason == reason }) {
            unattributedSums[index].energy += energy
        } else {
            unattributedSums.append((kind, reason, energy))
        }
    }

    /// The order of the kinds in a snapshot.
    private static let order: [Consumer.Kind] = [.virtualMachine, .controlGroup, .process]

    /// All listed consumers, kind by kind; within a kind, the one that was listed first is first.
    ///
    /// - Parameter includesTrees: Whether processes have the energy of their trees.
    func consumers(includesTrees: Bool) -> [ConsumerSnapshot] {
        let listed = records.slots.compactMap { record in
            record.flatMap { record in
                record.energyWhenListed.map {
                    var one = ConsumerSnapshot(
                        consumer: record.consumer, parts: record.energy, partsWhenListed: $0, id: record.id)
                    if includesTrees, record.consumer.kind == .process {
                        one.tree = ConsumerSnapshot.Tree(
                            parts: record.tree, partsWhenListed: record.treeWhenListed, ancestor: record.ancestor)
                    }
                    return one
                }
            }
        }
        let sorted = listed.sorted { $0.id < $1.id }
        return Self.order.flatMap { kind in sorted.filter { $0.consumer.kind == kind } }
    }

    /// The identifiers of the folded consumers that were listed before.
    var foldedIDs: [Int] { records.slots.compactMap { $0?.energyWhenListed == nil ? $0?.id : nil } }

    /// The unattributed energy, kind by kind.
    var unattributed: [UnattributedSnapshot] {
        Self.order.flatMap { kind in
            unattributedSums.filter { $0.kind == kind }.map {
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
