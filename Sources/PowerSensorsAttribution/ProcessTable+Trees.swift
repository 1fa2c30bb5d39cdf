import PowerSensorsCore

/// A process's tree is the process and its descendants.
extension ProcessTable {
    /// Calls a closure with the index of each ancestor, the nearest first, until it returns false.
    ///
    /// The host's init process is none: a tree of everything tells nothing. Elsewhere the first process is one as any other.
    private func visitAncestors(of index: Int, _ visit: (Int) -> Bool) {
        let isHost = self.index(of: 2).map { entries[$0].isKernelThread } ?? true
        let first: Int32 = isHost ? 2 : 1
        var index = index
        // As numbers are used again while procfs is read, there might be a ring, of processes that started at once: the walk then
        // comes back to a mark, which it sets again after twice as many steps each time.
        var (mark, steps, limit) = (index, 0, 64)
        while entries[index].parent >= first, let parent = self.index(of: entries[index].parent),
            entries[parent].start <= entries[index].start, parent != mark, visit(parent)
        {
            index = parent
            steps += 1
            if steps == limit { (mark, steps, limit) = (index, 0, limit * 2) }
        }
    }

    /// What each process and its descendants ran between the latest two scans, in ticks.
    var latestTicksOfTrees: [UInt64] {
        var sums = entries.map(\.latestTicks)
        for index in entries.indices where entries[index].latestTicks > 0 {
            visitAncestors(of: index) {
                sums[$0] = sums[$0].saturatingAdd(entries[index].latestTicks)
                return true
            }
        }
        return sums
    }

    /// Adds energy that a process was given to its own tree and those of its ancestors.
    func addToTrees(_ share: EnergyParts, from index: Int, in energies: inout ConsumerEnergies) {
        energies.addToTree(share, of: entries[index].memberships.rank.record)
        visitAncestors(of: index) {
            energies.addToTree(share, of: entries[$0].memberships.rank.record)
            return true
        }
    }

    /// Records the nearest listed ancestor of each listed process.
    func findListedAncestors(in energies: inout ConsumerEnergies) {
        for index in entries.indices {
            guard let record = entries[index].memberships.rank.listedRecord else { continue }
            var ancestor: Int?
            visitAncestors(of: index) {
                if entries[$0].memberships.rank.isListed { ancestor = Int(entries[$0].number) }
                return ancestor == nil
            }
            energies.setAncestor(ancestor, of: record)
        }
    }
}
