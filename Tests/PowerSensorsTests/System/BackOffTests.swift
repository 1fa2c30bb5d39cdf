import PowerSensors
import Testing

struct BackOffTests {
    @Test func `a try is due at once, then later and later, and at once again after a success`() {
        var backOff = BackOff()
        #expect(backOff.isDue)
        for _ in 0..<100 {
            backOff.fail()
            #expect(!backOff.isDue)
        }
        backOff.succeed()
        #expect(backOff.isDue)
    }
}
