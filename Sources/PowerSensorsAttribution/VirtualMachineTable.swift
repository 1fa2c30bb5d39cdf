import PowerSensorsCore

/// The virtual machines that run on this host, and the processor time that each used.
struct VirtualMachineTable {
    /// A virtual machine: the process that runs it and, for a moment, copies of that process that it forks.
    struct Machine {
        fileprivate let identity: VirtualMachineIdentity
        /// The user that runs it.
        fileprivate let userID: Int?
        /// Its record in ``ConsumerEnergies``.
        let record: SlotIndex
        fileprivate var processes = 1
        /// The ticks (10 ms) that its processes, and the kernel threads that serve it, ran since energy was last
        /// divided.
        fileprivate var elapsed: UInt64 = 0
    }

    private var machines = SlotArray<Machine>()

    /// The number of machines.
    var count: Int { machines.count }

    subscript(index: SlotIndex) -> Machine? { machines[index] }

    /// Adds a process of a virtual machine, and returns the machine's index.
    ///
    /// Each process counts as a machine of its own, since anyone may start a program under another machine's name. The
    /// exception is a process that the machine itself started and that has the same arguments: between fork and exec, a
    /// new process still looks like its parent.
    ///
    /// - Parameters:
    ///   - identity: The machine's name and UUID, from the process's arguments.
    ///   - consumer: The machine as it appears in a snapshot.
    ///   - parent: The machine that started the process; nil for none.
    ///   - energies: Where a new machine is recorded.
    mutating func addProcess(
        _ identity: VirtualMachineIdentity, _ consumer: Consumer, startedBy parent: SlotIndex?,
        in energies: inout ConsumerEnergies
    ) -> SlotIndex {
        if let parent, let machine = machines[parent], machine.identity == identity, machine.userID == consumer.userID {
            machines.update(at: parent) { $0.processes += 1 }
            return parent
        }
        var consumer = consumer
        consumer.hasNamesake = machines.slots.contains { $0?.identity == identity }
        let record = energies.addRecord(for: consumer)
        return machines.insert(Machine(identity: identity, userID: consumer.userID, record: record))
    }

    /// Removes a process that ended.
    mutating func removeProcess(of machine: SlotIndex) { machines.update(at: machine) { $0.processes -= 1 } }

    /// Adds ticks that a process of a machine, or a kernel thread that serves it, ran.
    mutating func add(_ ticks: UInt64, to machine: SlotIndex) { machines.update(at: machine) { $0.elapsed += ticks } }

    /// Sets every machine's elapsed time back to 0.
    mutating func resetElapsed() { machines.update { $0.elapsed = 0 } }

    /// Removes the machines that stopped, and returns their records.
    mutating func removeStopped() -> [SlotIndex] { machines.remove { $0.processes <= 0 }.map(\.record) }

    /// Divides energy among the machines, in proportion to their elapsed times. The rest was used by other processes.
    ///
    /// - Parameters:
    ///   - energy: The energy that all tasks of the host used.
    ///   - totalTicks: The ticks that all tasks ran.
    ///   - energies: Where each machine's energy is added.
    mutating func divide(_ energy: EnergyParts, totalTicks: UInt64, into energies: inout ConsumerEnergies) {
        var splitter = EnergySplitter(energy, totalWeight: totalTicks)
        machines.update { energies.add(splitter.share(of: $0.elapsed), to: $0.record, .virtualMachine) }
        energies.addUnattributed(splitter.rest, .virtualMachine, .other)
    }
}
