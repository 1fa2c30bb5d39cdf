/// How much a consumer has run lately, and whether it is told apart from the rest.
package struct Rank: Hashable, Sendable {
    /// Where its account stands; -1 while it is folded.
    package var account: Int32 = -1

    /// The mean of its times in the last eight looks or so, in thousandths of its clock's unit.
    package private(set) var score: UInt64 = 0

    package init() {}

    /// Whether it is told apart.
    package var isMember: Bool { account >= 0 }

    /// Takes in the time that it ran since the look before.
    package mutating func take(_ elapsed: UInt64) {
        if elapsed == 0, score == 0 { return }
        score = (score - score / 8) + min(elapsed, 1 << 40) * 125
    }
}

/// Which consumers of a kind are told apart: those with the most, and no change for small differences.
package struct Membership {
    private let limit: Int

    /// Tells as many apart.
    package init(limit: Int) { self.limit = max(limit, 0) }

    /// Who is to take whose place.
    ///
    /// A newcomer must have a quarter more than the least of the members, so that two of a size do not take turns.
    ///
    /// - Parameter ranks: All consumers of the kind.
    /// - Returns: The places of those to promote and of those to fold, the greatest first.
    package func changes(count: Int, _ rank: (Int) -> Rank) -> (promoted: [Int], folded: [Int]) {
        var members: [(place: Int, score: UInt64)] = []
        for place in 0..<count {
            let rank = rank(place)
            if rank.isMember { members.append((place, rank.score)) }
        }
        members.sort { $0.score < $1.score }
        // Nearly all are below, and need no sorting.
        let least = members.count < limit ? 0 : members.first.map { $0.score + $0.score / 4 } ?? .max
        var candidates: [(place: Int, score: UInt64)] = []
        for place in 0..<count {
            let rank = rank(place)
            if !rank.isMember, rank.score > least { candidates.append((place, rank.score)) }
        }
        if candidates.isEmpty { return ([], []) }
        let free = max(limit - members.count, 0)
        candidates.sort { $0.score > $1.score }
        var promoted = candidates.prefix(free).map(\.place)
        var folded: [Int] = []
        for (candidate, member) in zip(candidates.dropFirst(free), members) {
            guard candidate.score > member.score + member.score / 4 else { break }
            promoted.append(candidate.place)
            folded.append(member.place)
        }
        return (promoted, folded)
    }
}
