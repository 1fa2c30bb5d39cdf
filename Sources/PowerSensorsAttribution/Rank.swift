import PowerSensorsCore

/// How much a consumer has run lately, which decides whether it is listed or folded: only those that ran most are
/// listed one by one, and the energy of all others is reported as one sum.
struct Rank {
    /// Its record in ``ConsumerEnergies``, from when it is first listed until it ends; nil before.
    ///
    /// While it is folded the record is kept, so that its energy continues if it is listed again.
    private(set) var record: SlotIndex?

    /// Whether it is listed; otherwise it is folded.
    private(set) var isListed = false

    /// Its record while it is listed; nil while it is folded.
    var listedRecord: SlotIndex? { isListed ? record : nil }

    /// Lists it.
    ///
    /// - Parameters:
    ///   - energies: Where its record is added, or continued.
    ///   - consumer: Returns its description, if it has no record yet.
    mutating func list(in energies: inout ConsumerEnergies, _ consumer: () -> Consumer) {
        isListed = true
        if let record { energies.list(record) } else { record = energies.addRecord(for: consumer()) }
    }

    /// Folds it.
    mutating func fold(in energies: inout ConsumerEnergies) {
        isListed = false
        if let record { energies.fold(record) }
    }

    /// The moving average of the time that it ran between two scans, over about eight scans, in thousandths of a tick
    /// or, for control groups with a clock, of a microsecond.
    private(set) var score: UInt64 = 0

    /// Adds the time that it ran between the latest scan and the one before.
    mutating func update(_ latestTime: UInt64) {
        if latestTime == 0, score == 0 { return }
        // An eighth of 1000 is 125. Times are limited so that the score cannot overflow.
        score = (score - score / 8) + min(latestTime, 1 << 40) * 125
    }

    /// Chooses which consumers of a kind are listed: those that run most.
    ///
    /// To take another's place, a consumer needs a score a quarter higher, so that two of about the same size do not
    /// alternate.
    ///
    /// - Parameters:
    ///   - count: The number of consumers.
    ///   - limit: How many of them to list.
    ///   - rank: Returns a consumer's rank, given its index; nil for one that is not to be listed.
    /// - Returns: The indices of those to be listed and to be folded from now on.
    static func changes(among count: Int, limit: Int, _ rank: (Int) -> Rank?) -> (promoted: [Int], folded: [Int]) {
        let limit = max(limit, 0)
        var listed: [(index: Int, score: UInt64)] = []
        for index in 0..<count {
            if let rank = rank(index), rank.isListed { listed.append((index, rank.score)) }
        }
        listed.sort { $0.score < $1.score }
        // Nearly all scores are below this threshold, so only few candidates have to be sorted.
        let threshold = listed.count < limit ? 0 : listed.first.map { $0.score + $0.score / 4 } ?? .max
        var candidates: [(index: Int, score: UInt64)] = []
        for index in 0..<count {
            if let rank = rank(index), !rank.isListed, rank.score > threshold {
                candidates.append((index, rank.score))
            }
        }
        if candidates.isEmpty { return ([], []) }
        let free = max(limit - listed.count, 0)
        candidates.sort { $0.score > $1.score }
        var promoted = candidates.prefix(free).map(\.index)
        var folded: [Int] = []
        for (candidate, member) in zip(candidates.dropFirst(free), listed) {
            guard candidate.score > member.score + member.score / 4 else { break }
            promoted.append(candidate.index)
            folded.append(member.index)
        }
        return (promoted, folded)
    }
}
