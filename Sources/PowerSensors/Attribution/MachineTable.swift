/// The virtual machines that run here, and the processor time that each used between two looks.
struct MachineTable {
    /// A virtual machine: one process as a rule, two for a moment while it moves to another.
    struct Machine {
        let consumer: Consumer
        var processes = 0
        /// The time that its processes and the kernel's threads for it ran since the look before, in ticks.
        var elapsed: UInt64 = 0
        var account: Int32 = -1
    }

    /// What makes a machine one's own: what it calls itself, and whose it is, since anybody can take any name.
    private struct Key: Hashable {
        let identity: VirtualMachineIdentity
        /// For one that has no name, that of its process.
        let name: String
        let userID: Int?
    }

    private(set) var machines: [Machine?] = []
    private var places: [Key: Int32] = [:]
    private var keys: [Key?] = []

    /// A process of a virtual machine came: the machine's place.
    mutating func enter(_ identity: VirtualMachineIdentity, _ consumer: Consumer) -> Int32 {
        let key = Key(identity: identity, name: consumer.name, userID: consumer.userID)
        let place = places[key] ?? add(consumer, key)
        machines[Int(place)]?.processes += 1
        return place
    }

    /// A process of a machine ended.
    mutating func leave(_ place: Int32) { machines[Int(place)]?.processes -= 1 }

    /// Adds to a machine's time.
    mutating func add(_ ticks: UInt64, at place: Int32) { machines[Int(place)]?.elapsed += ticks }

    /// Lends every machine there is.
    mutating func update(_ body: (inout Machine) -> Void) {
        for index in machines.indices {
            guard var machine = machines[index].take() else { continue }
            body(&machine)
            machines[index] = machine
        }
    }

    /// Begins a look.
    mutating func look() { update { $0.elapsed = 0 } }

    /// Takes out the machines that stopped.
    ///
    /// - Returns: Their accounts.
    mutating func removeStopped() -> [Int32] {
        var accounts: [Int32] = []
        for index in machines.indices {
            guard let machine = machines[index], machine.processes <= 0 else { continue }
            accounts.append(machine.account)
            machines[index] = nil
            if let key = keys[index] { places[key] = nil }
            keys[index] = nil
        }
        return accounts
    }

    private mutating func add(_ consumer: Consumer, _ key: Key) -> Int32 {
        let place: Int
        if let empty = machines.firstIndex(where: { $0 == nil }) {
            place = empty
            machines[place] = Machine(consumer: consumer)
            keys[place] = key
        } else {
            place = machines.count
            machines.append(Machine(consumer: consumer))
            keys.append(key)
        }
        places[key] = Int32(place)
        return Int32(place)
    }
}
