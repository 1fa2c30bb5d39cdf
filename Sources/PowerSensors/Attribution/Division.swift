// How the energy of the time in which tasks ran is divided among the consumers of each kind.

extension MachineTable {
    /// Gives each machine its share; what is left was used by others.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - whole: The ticks that all tasks ran.
    ///   - accounts: Where the shares are counted.
    mutating func divide(_ energy: EnergyParts, whole: UInt64, into accounts: inout ConsumerAccounts) {
        var division = EnergyDivision(energy, whole: whole)
        update { machine in
            if machine.account < 0 { machine.account = accounts.open(for: machine.consumer) }
            accounts.add(division.share(of: machine.elapsed), to: machine.account)
        }
        accounts.add(division.rest, .virtualMachine, .other)
    }
}

extension ControlGroupTable {
    /// Gives each group its share.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - tasks: The ticks that tasks ran by the machine's clock.
    ///   - whole: The same, or the sum of the processes' clocks where that is more.
    ///   - limit: How many groups to tell apart.
    ///   - accounts: Where the shares are counted.
    mutating func divide(
        _ energy: EnergyParts, tasks: UInt64, whole: UInt64, limit: Int, into accounts: inout ConsumerAccounts
    ) {
        var sum: UInt64 = 0
        update { sum = sum.saturatingAdd($0.elapsed) }
        // The clocks of groups count microseconds, those of processes ticks of 10 ms.
        let (microseconds, overflow) = tasks.multipliedReportingOverflow(by: 10_000)
        var division = EnergyDivision(energy, whole: hasClocks ? max(overflow ? .max : microseconds, sum) : whole)
        update { $0.rank.take(division.share(of: $0.elapsed)) }
        accounts.add(division.rest, .controlGroup, .shortLived)

        let changes = Membership(limit: limit).changes(count: groups.count) { groups[$0]?.rank ?? Rank() }
        for place in changes.folded { update(at: place) { accounts.fold(&$0.rank) } }
        for place in changes.promoted {
            update(at: place) { group in
                var consumer = Consumer(kind: .controlGroup, name: group.group.path)
                consumer.take(group.group)
                group.rank.account = accounts.open(for: consumer)
            }
        }
        update { accounts.give($0.rank, .controlGroup) }
    }
}

extension ProcessTable {
    /// Gives each process its share.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - whole: The ticks that all tasks ran.
    ///   - limit: How many processes to tell apart.
    ///   - accounts: Where the shares are counted.
    ///   - consumer: Says who a process is that is told apart from now on.
    mutating func divide(
        _ energy: EnergyParts, whole: UInt64, limit: Int, into accounts: inout ConsumerAccounts,
        _ consumer: (Entry) -> Consumer
    ) {
        var division = EnergyDivision(energy, whole: whole)
        update { notes, elapsed in notes.rank.take(division.share(of: elapsed)) }
        accounts.add(division.rest, .process, .shortLived)

        let changes = Membership(limit: limit).changes(count: entries.count) { entries[$0].notes.rank }
        for place in changes.folded { note(at: place) { accounts.fold(&$0.rank) } }
        for place in changes.promoted {
            let account = accounts.open(for: consumer(entries[place]))
            note(at: place) { $0.rank.account = account }
        }
        update { notes, _ in accounts.give(notes.rank, .process) }
    }
}

extension ConsumerAccounts {
    /// Gives a consumer its last share, or counts it among the folded.
    fileprivate mutating func give(_ rank: Rank, _ kind: Consumer.Kind) {
        if rank.share == .zero { return }
        if rank.isMember { add(rank.share, to: rank.account) } else { add(rank.share, kind, .folded) }
    }

    /// Closes the account of one that is folded from now on.
    fileprivate mutating func fold(_ rank: inout Rank) {
        close(rank.account)
        rank.account = -1
    }
}
