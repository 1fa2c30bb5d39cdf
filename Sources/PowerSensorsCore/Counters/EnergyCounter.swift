/// Converts the numbers of a wrapping counter to a growing total of energy, across wraps, resets and gaps.
///
/// Differences are taken between register counts, modulo the register's range, and summed as integers: the total stays
/// exact over any number of single wraps. A gap that may hide further wraps is counted at its lower bound, and
/// ``ambiguousEnergy`` says how much more it may have been.
public struct EnergyCounter: Sendable {
    /// What one reading did to the counter.
    public enum Outcome: Hashable, Sendable {
        /// The first number: there is nothing to compare it with.
        case baseline

        /// The counter has been 0 since the start, so no hardware drives it.
        case absent

        /// The energy since the reading before is known; it may be 0.
        case counted

        /// The gap may hide further wraps: the lower bound was counted.
        case ambiguous

        /// The counter was reset: of the energy in between only the upper bound is known, as ambiguous energy.
        case reset

        /// The number is out of range, or too far from the previous one for the maximum power.
        case implausible
    }

    /// The state of the counter when its number last changed, from which power is computed.
    ///
    /// The energy between two checkpoints of the same `segment` is known completely.
    package struct Checkpoint: Hashable, Sendable {
        package var total: UInt64
        package var instant: SampleInstant
        /// By how many nanoseconds the instant may be too early or too late: half of the time that the read took.
        package var uncertaintyNanoseconds: Int64
        /// False for the first number, whose age is unknown.
        package var isChange: Bool
        /// The number of the segment, which increases after each gap whose energy is not known.
        package var segment: Int
    }

    /// A number that was read, with its count, and the instants between which it was read.
    struct Accepted {
        var number: UInt64
        var count: UInt64
        var began: SampleInstant
        var ended: SampleInstant
    }

    /// The unit and range of the counter's numbers, which may be refined as numbers are seen.
    public internal(set) var encoding: CounterEncoding

    /// The number of times the counter wrapped around.
    public private(set) var wraps = 0

    /// The number of times it was reset.
    public private(set) var resets = 0

    /// The counts since the first reading, at least.
    package internal(set) var total: UInt64 = 0

    /// How many more counts there may have been.
    package internal(set) var ambiguous: UInt64 = 0

    /// When the number last changed; nil before the first reading.
    package internal(set) var checkpoint: Checkpoint?

    /// The time between two updates of the number by its source: learned, and until then the given refresh interval or
    /// 1 s.
    ///
    /// The slowest known source are QEMU's virtual registers, which `qemu-vmsr-helper` updates once a second.
    package private(set) var updateNanoseconds: Int64

    /// Over a shorter time than this, a single change of a source with an unknown update period does not determine
    /// power.
    package let slowestUpdateNanoseconds: Int64
    /// The highest possible power, which distinguishes a wrap from a reset.
    let maximumPower: Watts
    var maximumCountsPerNanosecond = 0.0
    /// ``longestSafeInterval`` in nanoseconds, recomputed when the encoding changes.
    var longestSafeNanoseconds: Int64 = 0
    /// By how many counts each wrap may be wrong, while the step of a counter in µJ is not known for certain.
    var modulusUncertainty: UInt64 = 0
    /// Learns the step of a counter in µJ; nil if the encoding determines it.
    var learner: StepLearner?
    /// How many different numbers in a row have been possible in the assumed unit.
    var fittingNumbers = 0
    /// How many numbers have been impossible in it.
    var misfits = 0
    /// Whether so many numbers have been possible in the assumed unit that this cannot be chance.
    var unitIsProven = false
    /// Every bit that was set in any of the kernel's sums, while the register's unit is being learned.
    var seenBits: UInt64 = 0
    /// A copy of `encoding.stepShift` for the fast path.
    var stepShift = 0
    /// When the counter that this one continues was last read; nil once this one has been read.
    private var resumedAt: SampleInstant?
    /// The latest number that was accepted.
    var previous: Accepted?
    /// An implausible number, kept until the next reading shows whether it was a glitch or a reset.
    var suspect: Accepted?
    /// The start of the reading before the one that last saw a new number: the source changed after this instant.
    private var changedAfter: SampleInstant?
    /// The same, but only while the number is unchanged: the energy of the next step may have been used since this
    /// instant. Nil if the latest reading saw a new number.
    private var quietSince: SampleInstant?
    /// Whether the number has ever been other than 0, so that the counter exists.
    package internal(set) var hasMoved = false

    /// Creates a counter that has not been read yet.
    ///
    /// - Parameters:
    ///   - encoding: The unit and range of its numbers.
    ///   - maximumPower: The highest possible power, which distinguishes a wrap from a reset; at least 1 mW.
    ///   - refreshInterval: The time between two updates by the source; nil if unknown.
    public init(
        encoding: CounterEncoding,
        maximumPower: Watts = Watts(1000),
        refreshInterval: Duration? = nil
    ) {
        self.encoding = encoding
        self.maximumPower = maximumPower.rawValue >= 1e-3 ? maximumPower : Watts(1e-3)
        slowestUpdateNanoseconds = refreshInterval.map { max($0.wholeNanoseconds, 0) } ?? 1_000_000_000
        updateNanoseconds = slowestUpdateNanoseconds
        adopt(encoding)
    }

    /// The energy in joules since the first reading: exact while ``ambiguousEnergy`` is 0, otherwise the lower bound.
    public var energy: Joules { encoding.unit.energy(of: RegisterCount(total)) }

    /// How much more energy than ``energy`` there may have been, in joules.
    public var ambiguousEnergy: Joules { encoding.unit.energy(of: RegisterCount(ambiguous)) }

    /// The longest time between two readings in which no wrap can be missed: half the range at the maximum power.
    public var longestSafeInterval: Duration { .nanoseconds(longestSafeNanoseconds) }

    /// Continues the total of a counter of the same channel that was read through another mechanism.
    ///
    /// The energy in between becomes ambiguous energy with the first number.
    mutating func resume(from old: EnergyCounter) {
        guard previous == nil, let reading = old.lastReading ?? old.resumedAt else { return }
        (total, ambiguous, checkpoint) = (old.total, old.ambiguous, old.checkpoint)
        convertTotals(from: old.encoding.unit)
        (wraps, resets) = (old.wraps, old.resets)
        hasMoved = old.hasMoved
        resumedAt = reading
    }

    /// When the number was last read; for a slow source that may be some time ago. Nil before the first reading.
    package var lastReading: SampleInstant? { previous?.ended }

    /// How long that reading took, in nanoseconds.
    var lastReadingNanoseconds: Int64 {
        previous.map { $0.ended.monotonicNanoseconds &- $0.began.monotonicNanoseconds } ?? 0
    }

    /// Counts the number that the counter showed at some moment between two instants.
    ///
    /// If the two instants are far apart, for example because the thread was preempted, the whole time counts when the
    /// largest possible energy is computed.
    public mutating func advance(
        to number: UInt64,
        began: SampleInstant,
        ended: SampleInstant
    ) -> Outcome {
        if advanceQuickly(to: number, began, ended) { return .counted }
        guard let now = accepted(number, began, ended) else { return .implausible }
        guard let previous else { return start(at: now) }
        if now.count == previous.count, now.count == 0, !hasMoved {
            self.previous?.began = began
            self.previous?.ended = ended
            return .absent
        }

        let step = modularStep(from: previous.count, to: now.count)
        let fell = hasFallen(from: previous.count, to: now.count)
        // The kernel's sum is never reset, so this is a wrap that the kernel missed, and its size is unknown.
        if fell, encoding.isKernelSum, encoding.lastCount.rawValue == .max { return restart(at: now, after: previous) }
        let isAwake = wasAwake(from: previous, to: now)
        let mayBeNew = !isAwake && mayHaveRestarted(step, fell: fell, from: previous, to: now)
        let isPlausible = step <= allowedStep(from: previous, quietSince, to: now) && !mayBeNew

        if let suspect, follows(suspect, now), !isPlausible || fell {
            return acceptSuspect(suspect, then: now, after: previous)
        }
        if !isPlausible {
            // After a suspend, no second reading is needed to confirm it.
            if !isAwake, fell || mayBeNew { return restart(at: now, after: previous, isReset: fell) }
            discardSuspect(suspect, after: previous)
            suspect = now
            return .implausible
        }
        if let suspect, follows(suspect, now) { countAlternative(step, beside: suspect, then: now, after: previous) }
        suspect = nil
        let open = isAwake ? 0 : energyOfRestart(beyond: step, fell: fell, quietSince, from: previous, to: now)
        return accept(now, step: step, fell: fell, open: open, after: previous)
    }

    /// Counts the first number of a source that was set up again, which is unrelated to the previous numbers.
    package mutating func restart(
        at number: UInt64, began: SampleInstant, ended: SampleInstant
    ) -> Outcome {
        guard let now = accepted(number, began, ended) else { return .implausible }
        guard let previous else { return start(at: now) }
        return restart(at: now, after: previous)
    }

    // MARK: The kinds of step

    /// The fast path for nearly every reading: the counter is unchanged or rises by a clearly possible step.
    ///
    /// It has the same result as the general path, without what only wraps, resets, gaps and unproven units need.
    ///
    /// - Returns: False if nothing was done and the general path must be taken.
    @inline(__always)
    private mutating func advanceQuickly(
        to number: UInt64,
        _ began: SampleInstant,
        _ ended: SampleInstant
    ) -> Bool {
        guard hasMoved, let last = previous, suspect == nil, number >= last.number else { return false }
        let elapsed = elapsedNanoseconds(from: last.began, to: ended)
        guard elapsed <= longestSafeNanoseconds,
            ended.suspendedNanoseconds(since: last.began) < SampleInstant.shortestSuspendNanoseconds
        else { return false }
        if number == last.number {
            previous?.began = began
            previous?.ended = ended
            if quietSince == nil { quietSince = changedAfter }
            return true
        }
        guard let count = encoding.provenCount(number, isProven: unitIsProven), count > last.count else {
            return false
        }
        let step = (count - last.count) >> UInt64(stepShift)
        // The smallest slack; the general path adds the time for which the counter was unchanged.
        let possible = Double(elapsed &+ updateNanoseconds) * maximumCountsPerNanosecond
        guard Double(step) <= possible else { return false }
        let now = Accepted(number: number, count: count, began: began, ended: ended)
        previous = now
        add(step)
        recordChange(to: now, after: last)
        return true
    }

    /// A number with its count; nil if the number is impossible.
    @inline(__always)
    private mutating func accepted(_ number: UInt64, _ began: SampleInstant, _ ended: SampleInstant) -> Accepted? {
        decode(number).map { Accepted(number: number, count: $0, began: began, ended: ended) }
    }

    /// Takes the first number as the origin.
    private mutating func start(at first: Accepted) -> Outcome {
        previous = first
        hasMoved = hasMoved || first.count != 0
        changedAfter = first.began
        if let resumedAt {
            self.resumedAt = nil
            var before = first
            (before.began, before.ended) = (resumedAt, resumedAt)
            addAmbiguous(allowedStep(from: before, nil, to: first))
        }
        setCheckpoint(at: first, isChange: false, segment: checkpoint.map { $0.segment + 1 } ?? 0)
        return .baseline
    }

    /// Counts the step to a plausible number, and what further wraps may have added.
    ///
    /// - Parameter open: How much more it is if the counter has restarted in between.
    @inline(__always)
    private mutating func accept(
        _ now: Accepted,
        step: UInt64,
        fell: Bool,
        open: UInt64,
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
            recordChange(to: now, after: previous)
        }
        addAmbiguous(open)
        guard turns > 0 else { return open > 0 ? .ambiguous : .counted }
        let (counts, overflow) = turns.multipliedReportingOverflow(by: encoding.lastCount.rawValue)
        addAmbiguous(overflow ? .max : counts)
        addAmbiguous(turns)
        return .ambiguous
    }

    /// Records that the number has changed since the previous reading.
    @inline(__always)
    private mutating func recordChange(to now: Accepted, after previous: Accepted) {
        learnUpdate(from: checkpoint, to: now)
        quietSince = nil
        changedAfter = previous.began
        hasMoved = true
        setCheckpoint(at: now, isChange: true, segment: checkpoint?.segment ?? 0)
    }

    /// The suspect was not a glitch, since the number continues from it: it becomes the new baseline.
    private mutating func acceptSuspect(
        _ suspect: Accepted,
        then now: Accepted,
        after previous: Accepted
    ) -> Outcome {
        let fell = hasFallen(from: previous.count, to: suspect.count)
        let step = modularStep(from: previous.count, to: suspect.count)
        // A rise is either a reset or more power than was thought possible; in that case it is the whole step.
        addAmbiguous(fell ? allowedStep(from: previous, quietSince, to: suspect) : step)
        if fell { resets += 1 }
        add(modularStep(from: suspect.count, to: now.count))
        beginSegment(at: now, after: suspect)
        return fell ? .reset : .implausible
    }

    /// The number can follow both the previous number and the suspect: either the suspect was a glitch, or the counter
    /// was reset and has caught up.
    ///
    /// The smaller energy, that of a glitch, is counted; the difference to the other becomes ambiguous energy.
    private mutating func countAlternative(
        _ step: UInt64, beside suspect: Accepted, then now: Accepted, after previous: Accepted
    ) {
        let most = allowedStep(from: previous, quietSince, to: suspect)
            .saturatingAdd(modularStep(from: suspect.count, to: now.count))
        addAmbiguous(most > step ? most - step : 0)
    }

    /// The next number does not follow the suspect, which may nevertheless have been correct, at more than the maximum
    /// power.
    private mutating func discardSuspect(_ suspect: Accepted?, after previous: Accepted) {
        guard let suspect else { return }
        addAmbiguous(modularStep(from: previous.count, to: suspect.count))
        self.previous = suspect
        beginGap()
    }

    /// Starts a segment: the energy before it is unknown, so no mean power spans the boundary.
    private mutating func beginGap() {
        quietSince = nil
        checkpoint?.segment += 1
    }

    /// Counts a reset, or a step that may be one: the energy since the previous number is only known to be possible.
    private mutating func restart(at now: Accepted, after previous: Accepted, isReset: Bool = true) -> Outcome {
        if isReset { resets += 1 }
        addAmbiguous(allowedStep(from: previous, quietSince, to: now))
        beginSegment(at: now, after: previous)
        return isReset ? .reset : .ambiguous
    }

    /// Continues from a new baseline, in a new segment.
    private mutating func beginSegment(at now: Accepted, after last: Accepted) {
        suspect = nil
        previous = now
        quietSince = nil
        changedAfter = last.began
        hasMoved = hasMoved || now.count != 0
        setCheckpoint(at: now, isChange: true, segment: (checkpoint?.segment ?? 0) + 1)
    }

    // MARK: Totals and checkpoints

    @inline(__always)
    private mutating func add(_ counts: UInt64) { total = total.saturatingAdd(counts) }

    @inline(__always)
    private mutating func addAmbiguous(_ counts: UInt64) { ambiguous = ambiguous.saturatingAdd(counts) }

    /// Records the state at a reading, whose instant is taken to be in the middle of its time awake. If the machine was
    /// suspended meanwhile, the reading is taken to come after that.
    @inline(__always)
    private mutating func setCheckpoint(at reading: Accepted, isChange: Bool, segment: Int) {
        let half = (reading.ended.monotonicNanoseconds &- reading.began.monotonicNanoseconds) / 2
        checkpoint = Checkpoint(
            total: total,
            instant: SampleInstant(
                boottimeNanoseconds: reading.ended.boottimeNanoseconds &- half,
                monotonicNanoseconds: reading.ended.monotonicNanoseconds &- half),
            uncertaintyNanoseconds: half,
            isChange: isChange,
            segment: segment
        )
    }

    /// Learns the update period: it decreases slowly towards the observed time between changes, and increases at once.
    ///
    /// If the number changes at every reading, the source is only known to be faster than the readings.
    @inline(__always)
    private mutating func learnUpdate(from checkpoint: Checkpoint?, to now: Accepted) {
        guard let checkpoint, checkpoint.isChange else { return }
        let gap = now.ended.monotonicNanoseconds &- checkpoint.instant.monotonicNanoseconds
        let seen = quietSince == nil ? min(gap, slowestUpdateNanoseconds) : min(gap, Self.longestQuietNanoseconds)
        updateNanoseconds = max(seen, updateNanoseconds - updateNanoseconds / 8)
    }
}
