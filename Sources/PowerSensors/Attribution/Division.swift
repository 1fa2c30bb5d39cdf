// How the energy of the time in which tasks ran is divided among the consumers of each kind, and who is told apart.

extension MachineTable {
    /// Opens accounts for the machines that are new.
    mutating func openAccounts(in accounts: inout ConsumerAccounts) {
        update { if $0.account < 0 { $0.account = accounts.open(for: $0.consumer) } }
    }

    /// Gives each machine its share; what is left was used by others.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - whole: The ticks that all tasks ran.
    ///   - accounts: Where the shares are counted.
    mutating func divide(_ energy: EnergyParts, whole: UInt64, into accounts: inout ConsumerAccounts) {
        var division = EnergyDivision(energy, whole: whole)
        update { accounts.add(division.share(of: $0.elapsed), to: $0.account, .virtualMachine) }
        accounts.add(division.rest, .virtualMachine, .other)
    }
}

extension ControlGroupTable {
    /// Tells the greatest groups apart, by the times up to now.
    mutating func choose(limit: Int, in accounts: inout ConsumerAccounts) {
        rank()
        let changes = Membership(limit: limit).changes(count: groups.count) { groups[$0]?.rank ?? Rank() }
        for place in changes.folded { update(at: place) { accounts.fold(&$0.rank) } }
        for place in changes.promoted {
            update(at: place) { group in
                var consumer = Consumer(kind: .controlGroup, name: group.group.path)
                consumer.take(group.group)
                group.rank.account = accounts.open(for: consumer)
            }
        }
    }

    /// Gives each group its share.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - tasks: The ticks that tasks ran by the machine's clock.
    ///   - whole: The same, or the sum of the processes' clocks where that is more.
    ///   - accounts: Where the shares are counted.
    mutating func divide(
        _ energy: EnergyParts, tasks: UInt64, whole: UInt64, into accounts: inout ConsumerAccounts
    ) {
        var sum: UInt64 = 0
        update { sum = sum.saturatingAdd($0.elapsed) }
        let all = hasClocks ? max(Self.microseconds(ofTicks: tasks), sum) : whole
        var division = EnergyDivision(energy, whole: all)
        update { accounts.give(division.share(of: $0.elapsed), $0.rank, .controlGroup) }
        accounts.add(division.rest, .controlGroup, .shortLived)
    }
}

extension ProcessTable {
    /// Tells the greatest processes apart, by the times up to now.
    ///
    /// - Parameters:
    ///   - limit: How many.
    ///   - accounts: Where their accounts are opened.
    ///   - consumer: Says who a process is that is told apart from now on.
    mutating func choose(limit: Int, in accounts: inout ConsumerAccounts, _ consumer: (Entry) -> Consumer) {
        rank()
        let changes = Membership(limit: limit).changes(count: entries.count) { entries[$0].notes.rank }
        for place in changes.folded { note(at: place) { accounts.fold(&$0.rank) } }
        for place in changes.promoted {
            let account = accounts.open(for: consumer(entries[place]))
            note(at: place) { $0.rank.account = account }
        }
    }

    /// Gives each process its share.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - whole: The ticks that all tasks ran.
    ///   - accounts: Where the shares are counted.
    func divide(_ energy: EnergyParts, whole: UInt64, into accounts: inout ConsumerAccounts) {
        var division = EnergyDivision(energy, whole: whole)
        for index in entries.indices where entries[index].elapsed > 0 {
            accounts.give(division.share(of: entries[index].elapsed), entries[index].notes.rank, .process)
        }
        accounts.add(division.rest, .process, .shortLived)
    }
}

extension ConsumerAccounts {
    /// Gives a consumer a share, or counts it among the folded.
    fileprivate mutating func give(_ share: EnergyParts, _ rank: Rank, _ kind: Consumer.Kind) {
        if share == .zero { return }
        if rank.isMember { add(share, to: rank.account, kind) } else { add(share, kind, .folded) }
    }

    /// Closes the account of one that is folded from now on.
    fileprivate mutating func fold(_ rank: inout Rank) {
        close(rank.account)
        rank.account = -1
    }
}
