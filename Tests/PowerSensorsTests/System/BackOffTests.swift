import Glibc
import PowerSensors
import Testing

struct BackOffTests {
    @Test func `a try is due at once, and then later and later`() {
        var backOff = BackOff()
        #expect(backOff.isDue)
        for _ in 0..<100 { backOff.recordAttempt() }
        #expect(!backOff.isDue)
        // A fault so soon after the tries is the old one.
        backOff.recordFailure()
        #expect(!backOff.isDue)
    }

    @Test func `however often it failed, the next try is no later than was said`() {
        var backOff = BackOff(longest: .milliseconds(100))
        for _ in 0..<100 { backOff.recordAttempt() }
        #expect(!backOff.isDue)
        usleep(101_000)
        #expect(backOff.isDue)
    }
}
