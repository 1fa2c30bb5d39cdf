/// The virtual machines that run here, and the processor time that each used.
struct MachineTable {
    /// A virtual machine: one process, and for a moment those that it makes.
    struct Machine {
        fileprivate(set) var consumer: Consumer
        fileprivate let identity: VirtualMachineIdentity
        fileprivate var processes = 1
        /// The time that its processes and the kernel's threads for it ran since it was last settled, in ticks.
        var elapsed: UInt64 = 0
        var account: Int32 = -1
    }

    private(set) var machines: [Machine?] = []

    /// A process of a virtual machine came: the machine's place.
    ///
    /// Anybody may call a program by another's name, so each process is a machine of its own, but for one that the machine
    /// itself started: that is the moment between the kernel's fork and exec.
    ///
    /// - Parameters:
    ///   - identity: Who the machine is.
    ///   - consumer: The same for people, with its process.
    ///   - parent: The place of the machine that started the process; below 0 for none.
    mutating func enter(_ identity: VirtualMachineIdentity, _ consumer: Consumer, startedBy parent: Int32) -> Int32 {
        if parent >= 0, let machine = machines[Int(parent)], machine.identity == identity,
            machine.consumer.userID == consumer.userID
        {
            machines[Int(parent)]?.processes += 1
            return parent
        }
        var consumer = consumer
        consumer.hasNamesake = machines.contains { $0?.identity == identity }
        let machine = Machine(consumer: consumer, identity: identity)
        if let place = machines.firstIndex(where: { $0 == nil }) {
            machines[place] = machine
            return Int32(place)
        }
        machines.append(machine)
        return Int32(machines.count - 1)
    }

    /// A process of a machine ended.
    mutating func leave(_ place: Int32) { machines[Int(place)]?.processes -= 1 }

    /// A machine's process was moved to another control group.
    ///
    /// - Returns: The machine's account; below 0 for none.
    mutating func move(_ place: Int32, to group: ControlGroup) -> Int32 {
        machines[Int(place)]?.consumer.take(group)
        return machines[Int(place)]?.account ?? -1
    }

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

    /// Begins to count everybody's time anew.
    mutating func settle() { update { $0.elapsed = 0 } }

    /// Takes out the machines that stopped.
    ///
    /// - Returns: Their accounts.
    mutating func removeStopped() -> [Int32] {
        var accounts: [Int32] = []
        for index in machines.indices {
            guard let machine = machines[index], machine.processes <= 0 else { continue }
            accounts.append(machine.account)
            machines[index] = nil
        }
        return accounts
    }
}
