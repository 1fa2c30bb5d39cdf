import PowerSensorsCommand
import Testing

struct ScheduleTests {
    @Test func `moments lie on a grid that delays never shift`() {
        var schedule = Schedule(start: 1000, interval: 100, duration: nil)
        #expect(schedule.next == 1100)
        schedule.advance(past: 1103)
        #expect(schedule.next == 1200)
        schedule.advance(past: 1299)
        #expect(schedule.next == 1300)
    }

    @Test func `moments that were missed are skipped, not bunched`() {
        var schedule = Schedule(start: 0, interval: 100, duration: nil)
        schedule.advance(past: 950)
        #expect(schedule.next == 1000)
        schedule.advance(past: 1000)
        #expect(schedule.next == 1100)
    }

    @Test(arguments: [(250, [100, 200, 250]), (300, [100, 200, 300]), (40, [40])] as [(Int64, [Int64])])
    func `the end has a figure of its own`(duration: Int64, moments: [Int64]) {
        var schedule = Schedule(start: 0, interval: 100, duration: duration)
        var seen: [Int64] = []
        while let next = schedule.next {
            seen.append(next)
            schedule.advance(past: next)
        }
        #expect(seen == moments)
    }

    @Test func `a figure that comes after the end is the last`() {
        var schedule = Schedule(start: 0, interval: 100, duration: 150)
        schedule.advance(past: 170)
        #expect(schedule.next == nil)
    }
}
