/// Turns the numbers that a counter shows into energy that only grows, through wraps, resets and gaps.
///
/// Differences are taken between register counts, modulo the register's range, and summed as integers: any number
/// of single wraps costs nothing in exactness. What a gap leaves open counts as its lower bound, and
/// ``ambiguousEnergy`` says how much more it may have been.
public struct EnergyCounter: Sendable {
    /// What one reading did to the counter.
    public enum Outcome: Hashable, Sendable {
        /// The first number: there is nothing to compare it with.
        case baseline

        /// The counter was 0 from the start and still is: there is nothing behind it.
        case absent

        /// The energy since the reading before is known; it may be 0.
        case counted

        /// The gap may hold further turns: the lower bound was counted.
        case ambiguous

        /// The counter was set back: what was used in between is only bounded.
        case reset

        /// The number is beyond the range, or further from the one before than the greatest power allows.
        case implausible
    }

    /// The state of the counter when its number last changed, from which power is computed.
    ///
    /// Two marks of one `segment` have all the energy between them counted.
    package struct Mark: Hashable, Sendable {
        package var total: UInt64
        package var monotonicNanoseconds: Int64
        /// False for the first number, whose age is unknown.
        package var isChange: Bool
        package var segment: Int
    }

    struct Accepted {
        var number: UInt64
        var count: UInt64
        var began: SampleInstant
        var ended: SampleInstant
    }

    /// How the counter's numbers stand for energy.
    public internal(set) var encoding: CounterEncoding

    /// How often the counter went through its end.
    public private(set) var wraps = 0

    /// How often it was set back.
    public private(set) var resets = 0

    /// The least number of counts there can have been since the first reading.
    package internal(set) var total: UInt64 = 0

    /// How many counts more there may have been.
    package internal(set) var ambiguous: UInt64 = 0

    package internal(set) var mark: Mark?

    /// How long the source takes from one change of its number to the next; learned, 1 s until then.
    ///
    /// QEMU's virtual registers move once a second (facts of `qemu-vmsr-helper`), the slowest known.
    package private(set) var updateNanoseconds: Int64

    /// Below this, one change of a source of unknown rhythm says nothing about power.
    package let slowestUpdateNanoseconds: Int64
    let maximumPower: Watts
    var maximumCountsPerNanosecond = 0.0
    /// ``longestSafeInterval``, computed when what it follows from changes.
    var longestSafeNanoseconds: Int64 = 0
    var modulusUncertainty: UInt64 = 0
    var learner: StepLearner?
    var fittingNumbers = 0
    var misfits = 0
    var unitIsProven = false
    /// Every bit that a sum of the kernel's has set, while its register's unit is being learned.
    var seenBits: UInt64 = 0
    /// The encoding's, at hand.
    var stepShift = 0
    /// When another counter was last read of which this one has taken over the sums, until it is read itself.
    private var takenOver: SampleInstant?
    var previous: Accepted?
    /// A number that could not be true, kept until the next tells a glitch from a new start.
    var suspect: Accepted?
    /// Before the reading that last saw a new number: its source renewed it at some moment after this.
    private var changedAfter: SampleInstant?
    /// The same, while the number stands still: as far back as the next step's energy can reach.
    private var quietSince: SampleInstant?
    package private(set) var hasMoved: Bool

    /// How far back a source may have gathered what it shows in one step; longer silence is no excuse for a jump.
    static let longestQuietNanoseconds: Int64 = 10_000_000_000

    /// A counter of which nothing has been read.
    ///
    /// - Parameters:
    ///   - encoding: How its numbers stand for energy.
    ///   - maximumPower: The greatest power possible; it tells a wrap from a reset. Limited to 1 mW and more.
    ///   - refreshInterval: How often the source renews its number, where known.
    public init(
        encoding: CounterEncoding,
        maximumPower: Watts = Watts(1000),
        refreshInterval: Duration? = nil
    ) {
        self.init(
            encoding: encoding, maximumPower: maximumPower, refreshInterval: refreshInterval, isKnownToCount: false)
    }

    /// As above; a counter that is known to count may be 0 at first, as a sum that begins when it is opened.
    package init(
        encoding: CounterEncoding,
        maximumPower: Watts,
        refreshInterval: Duration?,
        isKnownToCount: Bool
    ) {
        hasMoved = isKnownToCount
        self.encoding = encoding
        self.maximumPower = maximumPower.rawValue >= 1e-3 ? maximumPower : Watts(1e-3)
        slowestUpdateNanoseconds = refreshInterval.map { max($0.wholeNanoseconds, 0) } ?? 1_000_000_000
        updateNanoseconds = slowestUpdateNanoseconds
        adopt(encoding)
    }

    /// The energy since the first reading: at least this much, and exactly this where nothing was ambiguous.
    public var energy: Joules { encoding.unit.energy(of: RegisterCount(total)) }

    /// How much more energy than ``energy`` there may have been.
    public var ambiguousEnergy: Joules { encoding.unit.energy(of: RegisterCount(ambiguous)) }

    /// The longest time between two readings that can never hide a turn: half a turn at the greatest power.
    public var longestSafeInterval: Duration { .nanoseconds(longestSafeNanoseconds) }

    func safeNanoseconds() -> Int64 {
        Int64(clamping: UInt64(clamping: Double(encoding.countsOfShortestTurn) / maximumCountsPerNanosecond / 2))
    }

    /// Whether another counter, of which nothing was read yet, counts the same register in the same way.
    func canContinue(as other: EnergyCounter) -> Bool {
        encoding.showsLike(other.encoding)
    }

    /// Goes on with what another counter has counted of the same channel, which was read in another way until now.
    ///
    /// What was used in between is ambiguous, and counted as such with the first number.
    mutating func takeOver(_ old: EnergyCounter) {
        guard previous == nil, let reading = old.lastReading ?? old.takenOver else { return }
        total = encoding.unit.counts(of: old.total, in: old.encoding.unit)
        ambiguous = encoding.unit.counts(of: old.ambiguous, in: old.encoding.unit)
        (wraps, resets) = (old.wraps, old.resets)
        mark = old.mark
        mark?.total = total
        hasMoved = old.hasMoved
        takenOver = reading
    }

    /// How long the number has stood still at an instant.
    package func stillNanoseconds(at instant: SampleInstant) -> Int64 {
        mark.map { instant.monotonicNanoseconds &- $0.monotonicNanoseconds } ?? 0
    }

    /// When the number was last read: for a source that is slow to read, some time ago.
    package var lastReading: SampleInstant? { previous?.ended }

    /// Takes in the number that the counter showed at some moment between two instants.
    ///
    /// The two may lie far apart, as when the reading thread was preempted: the energy bound takes the whole.
    public mutating func advance(
        to number: UInt64,
        began: SampleInstant,
        ended: SampleInstant
    ) -> Outcome {
        if advanceOrdinarily(to: number, began, ended) { return .counted }
        guard let count = decode(number) else { return .implausible }
        guard let previous else { return start(number, count, began, ended) }
        if count == previous.count, count == 0, !hasMoved {
            self.previous?.began = began
            self.previous?.ended = ended
            return .absent
        }

        let step = modularStep(from: previous.count, to: count)
        let now = Accepted(number: number, count: count, began: began, ended: ended)
        let fell = hasFallen(from: previous.count, to: count)
        // The kernel keeps its sum from being set back, so this is a turn that it missed, of a size that nobody knows.
        if fell, encoding.isKernelSum, encoding.lastCount.rawValue == .max { return restart(at: now, after: previous) }
        let isAwake = wasAwake(from: previous, to: now)
        let isPlausible = step <= allowedStep(from: previous, quietSince, to: now) && (isAwake || !fell)

        if let suspect, follows(suspect, now), !isPlausible || fell {
            return settle(suspect, then: now, after: previous)
        }
        if !isPlausible {
            // After a suspend a fall is what resets look like: no second opinion is needed.
            if fell, !isAwake { return restart(at: now, after: previous) }
            abandon(suspect, after: previous)
            suspect = now
            return .implausible
        }
        if let suspect, follows(suspect, now) { doubt(step, beside: suspect, then: now, after: previous) }
        suspect = nil
        return accept(now, step: step, fell: fell, after: previous)
    }

    /// Takes in the first number of a source that was set up anew: nothing relates it to the numbers before.
    package mutating func beginAnew(
        at number: UInt64, began: SampleInstant, ended: SampleInstant
    ) -> Outcome {
        guard let count = decode(number) else { return .implausible }
        guard let previous else { return start(number, count, began, ended) }
        return restart(at: Accepted(number: number, count: count, began: began, ended: ended), after: previous)
    }

    // MARK: The kinds of step

    /// The step that nearly every reading is: the counter stands still or rises by what is easily possible.
    ///
    /// It does what the long way would, less what only wraps, resets, gaps and unproven units need.
    ///
    /// - Returns: False where nothing was done, and the long way has to be gone.
    @inline(__always)
    private mutating func advanceOrdinarily(
        to number: UInt64,
        _ began: SampleInstant,
        _ ended: SampleInstant
    ) -> Bool {
        guard hasMoved, let last = previous, suspect == nil, number >= last.number else { return false }
        let elapsed = elapsedNanoseconds(from: last.began, to: ended)
        guard elapsed <= longestSafeNanoseconds else { return false }
        if number == last.number {
            previous?.began = began
            previous?.ended = ended
            if quietSince == nil { quietSince = changedAfter }
            return true
        }
        guard let count = encoding.countOfProven(number, isProven: unitIsProven), count > last.count else {
            return false
        }
        let step = (count - last.count) >> UInt64(stepShift)
        // The least slack there is; more of it takes a look at how long the counter stood still.
        let possible = Double(elapsed &+ updateNanoseconds) * maximumCountsPerNanosecond
        guard Double(step) <= possible else { return false }
        let now = Accepted(number: number, count: count, began: began, ended: ended)
        previous = now
        add(step)
        noteChange(to: now, after: last)
        return true
    }

    private mutating func start(
        _ number: UInt64,
        _ count: UInt64,
        _ began: SampleInstant,
        _ ended: SampleInstant
    ) -> Outcome {
        let first = Accepted(number: number, count: count, began: began, ended: ended)
        previous = first
        hasMoved = hasMoved || count != 0
        changedAfter = began
        if let takenOver {
            self.takenOver = nil
            let before = Accepted(number: number, count: count, began: takenOver, ended: takenOver)
            addAmbiguous(allowedStep(from: before, nil, to: first))
        }
        setMark(at: first, isChange: false, segment: mark.map { $0.segment + 1 } ?? 0)
        return .baseline
    }

    @inline(__always)
    private mutating func accept(
        _ now: Accepted,
        step: UInt64,
        fell: Bool,
        after previous: Accepted
    ) -> Outcome {
        self.previous = now
        add(step)
        if fell {
            wraps += 1
            addAmbiguous(modulusUncertainty)
        }
        let turns = furtherTurns(beyond: step, from: previous, to: now)
        if step == 0 {
            if quietSince == nil { quietSince = changedAfter }
        } else {
            noteChange(to: now, after: previous)
        }
        guard turns > 0 else { return .counted }
        let (counts, overflow) = turns.multipliedReportingOverflow(by: encoding.lastCount.rawValue)
        addAmbiguous(overflow ? .max : counts)
        addAmbiguous(turns)
        return .ambiguous
    }

    /// Remembers that the number is another than it was at the reading before.
    @inline(__always)
    private mutating func noteChange(to now: Accepted, after previous: Accepted) {
        learnUpdate(from: mark, to: now)
        quietSince = nil
        changedAfter = previous.began
        hasMoved = true
        setMark(at: now, isChange: true, segment: mark?.segment ?? 0)
    }

    /// The suspect was no glitch, since the number goes on from there: it is the new baseline.
    private mutating func settle(
        _ suspect: Accepted,
        then now: Accepted,
        after previous: Accepted
    ) -> Outcome {
        let fell = hasFallen(from: previous.count, to: suspect.count)
        let step = modularStep(from: previous.count, to: suspect.count)
        // A rise is either a new start or more power than was thought possible: then it is all of the step.
        addAmbiguous(fell ? allowedStep(from: previous, quietSince, to: suspect) : step)
        if fell { resets += 1 }
        add(modularStep(from: suspect.count, to: now.count))
        beginSegment(at: now, after: suspect)
        return fell ? .reset : .implausible
    }

    /// The number goes on from the old one as well as from the suspect: a glitch, or a reset that has caught up.
    ///
    /// The glitch's energy, which is the lesser, counts; the other's is left open.
    private mutating func doubt(
        _ step: UInt64, beside suspect: Accepted, then now: Accepted, after previous: Accepted
    ) {
        let most = allowedStep(from: previous, quietSince, to: suspect)
            .saturatingAdd(modularStep(from: suspect.count, to: now.count))
        addAmbiguous(most > step ? most - step : 0)
    }

    /// A suspect that the next number does not follow may still have been true, and more power than is possible.
    private mutating func abandon(_ suspect: Accepted?, after previous: Accepted) {
        guard let suspect else { return }
        addAmbiguous(modularStep(from: previous.count, to: suspect.count))
        self.previous = suspect
        beginGap()
    }

    /// Between here and what was counted before lies energy that nobody knows, so no power spans it.
    private mutating func beginGap() {
        quietSince = nil
        mark?.segment += 1
    }

    private mutating func restart(at now: Accepted, after previous: Accepted) -> Outcome {
        resets += 1
        addAmbiguous(allowedStep(from: previous, quietSince, to: now))
        beginSegment(at: now, after: previous)
        return .reset
    }

    private mutating func beginSegment(at now: Accepted, after last: Accepted) {
        suspect = nil
        previous = now
        quietSince = nil
        changedAfter = last.began
        hasMoved = hasMoved || now.count != 0
        setMark(at: now, isChange: true, segment: (mark?.segment ?? 0) + 1)
    }

    // MARK: Sums and marks

    @inline(__always)
    private mutating func add(_ counts: UInt64) { total = total.saturatingAdd(counts) }

    @inline(__always)
    private mutating func addAmbiguous(_ counts: UInt64) { ambiguous = ambiguous.saturatingAdd(counts) }

    @inline(__always)
    private mutating func setMark(at reading: Accepted, isChange: Bool, segment: Int) {
        let spread = reading.ended.monotonicNanoseconds &- reading.began.monotonicNanoseconds
        mark = Mark(
            total: total,
            monotonicNanoseconds: reading.began.monotonicNanoseconds &+ spread / 2,
            isChange: isChange,
            segment: segment
        )
    }

    /// Lets the known rhythm fall slowly towards what is seen, and rise at once.
    ///
    /// A change at every reading shows only that the source is faster than the readings.
    @inline(__always)
    private mutating func learnUpdate(from mark: Mark?, to now: Accepted) {
        guard let mark, mark.isChange else { return }
        let gap = now.ended.monotonicNanoseconds &- mark.monotonicNanoseconds
        let seen = quietSince == nil ? min(gap, slowestUpdateNanoseconds) : min(gap, Self.longestQuietNanoseconds)
        updateNanoseconds = max(seen, updateNanoseconds - updateNanoseconds / 8)
    }
}
