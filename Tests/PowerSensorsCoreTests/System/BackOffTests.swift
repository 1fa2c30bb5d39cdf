import Glibc
import PowerSensors
import Testing

struct BackOffTests {
    @Test func `the first attempt is due at once, and the delays grow`() {
        var backOff = BackOff()
        #expect(backOff.isDue)
        for _ in 0..<100 { backOff.recordAttempt() }
        #expect(!backOff.isDue)
        // A fault so soon after the attempts counts as the same fault.
        backOff.recordFailure()
        #expect(!backOff.isDue)
    }

    @Test func `the delay never exceeds the maximum`() {
        var backOff = BackOff(longest: .milliseconds(100))
        for _ in 0..<100 { backOff.recordAttempt() }
        #expect(!backOff.isDue)
        usleep(101_000)
        #expect(backOff.isDue)
    }
}
