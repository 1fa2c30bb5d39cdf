import PowerSensors
import PowerSensorsCore
import Testing

/// When a chip that is read at each sample is waited for, and when it is not.
struct SourceScheduleTests {
    private static let second: Int64 = 1_000_000_000

    /// A source that is read at each sample, on a clock that a test sets.
    private struct Chip {
        private(set) var schedule = SourceSchedule(every: nil, at: 0)
        var now: Int64 = 0

        /// Whether the next sample would wait for it.
        var isTrusted: Bool {
            var copy = schedule
            return copy.request(at: now)
        }

        /// Takes a sample, in which the chip answers after some nanoseconds, if it is read at all.
        ///
        /// - Returns: Whether the sample waited for it.
        mutating func sample(answeringAfter delay: Int64) -> Bool {
            let isAwaited = schedule.request(at: now)
            guard schedule.claim(at: now, lateBy: 0) else { return isAwaited }
            let (began, late) = (now, now + 200_000_000)
            // A sample waits for 200 ms.
            if delay > 200_000_000, schedule.recordLateness(at: late) { now = late }
            _ = schedule.release(claimedAt: began, at: began + delay)
            now = max(now, began + delay)
            return isAwaited
        }

        /// Takes a sample that gives up, just before the chip answers; this is not so long that it is read less often.
        mutating func sampleJustTooLate() -> Bool {
            let isAwaited = schedule.request(at: now) && schedule.claim(at: now, lateBy: 0)
            now += 40_000_000
            let isLate = schedule.recordLateness(at: now)
            _ = schedule.release(claimedAt: now - 40_000_000, at: now)
            return isAwaited && isLate
        }

        /// Goes on until samples wait for it again, and returns how long that takes.
        mutating func untilTrusted() -> Int64 {
            let began = now
            while !isTrusted { now += 100_000_000 }
            return now - began
        }
    }

    @Test func `a chip that was late is awaited again once its penalty has passed`() {
        var chip = Chip()
        var isAwaited = chip.sample(answeringAfter: 1_000_000)
        #expect(isAwaited)
        chip.now += Self.second
        isAwaited = chip.sample(answeringAfter: 300_000_000)
        #expect(isAwaited)
        #expect(!chip.isTrusted)
        // A read of 0.3 s is worth repeating only after 6 s.
        let pause = chip.untilTrusted()
        #expect(5 * Self.second...7 * Self.second ~= pause)
        for _ in 0..<10 {
            isAwaited = chip.sample(answeringAfter: 1_000_000)
            #expect(isAwaited)
            chip.now += Self.second
        }
    }

    @Test func `the penalty doubles up to a minute, and begins again after a minute of timely answers`() {
        var chip = Chip()
        var pauses: [Int64] = []
        for _ in 0..<9 {
            let isLate = chip.sampleJustTooLate()
            #expect(isLate)
            pauses.append(chip.untilTrusted() / Self.second)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
        for _ in 0..<62 {
            let isAwaited = chip.sample(answeringAfter: 1_000_000)
            #expect(isAwaited)
            chip.now += Self.second
        }
        let isLate = chip.sampleJustTooLate()
        #expect(isLate)
        let pause = chip.untilTrusted()
        #expect(pause == Self.second)
    }

    @Test func `a source that no thread has come to is not late by its own fault`() {
        var schedule = SourceSchedule(every: nil, at: 0)
        let isRequested = schedule.request(at: 0)
        let isLate = schedule.recordLateness(at: 200_000_000)
        let isTrusted = schedule.request(at: 200_000_001)
        #expect(isRequested && isLate && isTrusted)
    }

    @Test func `a chip that hangs is stale after three of its intervals, and then read rarely`() {
        var schedule = SourceSchedule(every: nil, at: 0)
        let isRequested = schedule.request(at: 0)
        let isClaimed = schedule.claim(at: 0, lateBy: 0)
        let isLate = schedule.recordLateness(at: 200_000_000)
        #expect(isRequested && isClaimed && isLate)
        #expect(!schedule.isStale(after: 2_900_000_000, at: 2_900_000_000))
        #expect(schedule.isStale(after: 3_100_000_000, at: 3_100_000_000))
        _ = schedule.release(claimedAt: 0, at: 3_200_000_000)
        #expect(schedule.interval == 30 * Self.second)
        let isDueEarly = schedule.claim(at: schedule.due - 1, lateBy: 0)
        let isDue = schedule.claim(at: schedule.due, lateBy: 0)
        #expect(!isDueEarly && isDue)
    }
}
