#if Exporters
/// Password checks that wait. Addresses take turns, and whoever has not had one yet comes first, so that clients with many wrong
/// passwords delay themselves.
///
/// It has no bound of its own: each connection waits for one check at most, and connections are bounded.
package struct CheckQueue<Address: Hashable, Check: AnyObject> {
    private struct Entry {
        let check: Check
        let address: Address
        let attempts: Int
    }

    /// How many addresses are remembered. An attacker who has more comes first once with each.
    private static var memory: Int { 1024 }

    /// In order of arrival.
    private var entries: [Entry] = []
    /// The number of each address's last turn.
    private var lastTurns: [Address: Int] = [:]
    private var turn = 0
    /// Whether a known address had the last turn.
    private var wasKnown = false

    /// A queue without checks.
    package init() {}

    /// Whether a check from one of these addresses waits.
    package func hasCheck(from addresses: Set<Address>) -> Bool { entries.contains { addresses.contains($0.address) } }

    /// Adds a check.
    ///
    /// - Parameters:
    ///   - address: The client's address.
    ///   - attempts: How many passwords the connection has sent before. Of one address, the connection with the fewest comes first.
    package mutating func append(_ check: Check, from address: Address, attempts: Int) {
        entries.append(Entry(check: check, address: address, attempts: attempts))
    }

    /// Takes the next check out of the queue: that of the address whose last turn is the longest ago.
    ///
    /// Among addresses that have had no turn the oldest and the newest come first alternately: the oldest, so that nobody waits
    /// for ever, and the newest, since a crowd that was there before may take longer than a scraper waits. Among equals of one
    /// address a random one does, so that no client can choose a place that keeps the others waiting.
    ///
    /// - Parameters:
    ///   - known: The addresses from which a right password has come. They have at least every second turn.
    ///   - generator: What chooses among equals of one address.
    package mutating func popFirst(
        known: Set<Address>, using generator: inout some RandomNumberGenerator
    ) -> Check? {
        let knownCount = entries.count { known.contains($0.address) }
        let isKnown = knownCount == entries.count || (knownCount > 0 && !wasKnown)
        let candidates = entries.indices.filter { known.contains(entries[$0].address) == isKnown }
        // Known addresses and others take turns, so each of them has the newest first in every second turn of its own.
        let isNewestFirst = turn / 2 % 2 == 1
        func rank(_ index: Int) -> (Int, Int, Int) {
            (lastTurns[entries[index].address] ?? 0, entries[index].attempts, isNewestFirst ? -index : index)
        }
        guard let first = candidates.min(by: { rank($0) < rank($1) }) else { return nil }
        let (address, attempts) = (entries[first].address, entries[first].attempts)
        let equals = entries.indices.filter { entries[$0].address == address && entries[$0].attempts == attempts }
        let entry = entries.remove(at: equals.randomElement(using: &generator) ?? first)
        if lastTurns.count >= Self.memory { lastTurns.removeAll(keepingCapacity: true) }
        turn += 1
        lastTurns[entry.address] = turn
        wasKnown = isKnown
        return entry.check
    }

    /// Takes the next check out of the queue, with the system's random numbers.
    package mutating func popFirst(known: Set<Address>) -> Check? {
        var generator = SystemRandomNumberGenerator()
        return popFirst(known: known, using: &generator)
    }

    /// Removes the check of a client that has gone.
    package mutating func remove(_ check: Check) { entries.removeAll { $0.check === check } }
}
#endif
