#if Exporters
import PowerSensorsPush
import Testing

struct PushBackOffTests {
    @Test func `the delays double up to the maximum, and are shortened at random by up to half`() {
        var longest = PushBackOff(to: .seconds(300))
        var shortest = longest
        var expected = 0.5
        for _ in 0..<20 {
            #expect(longest.next(fraction: 1, atLeast: nil) == .seconds(expected))
            #expect(shortest.next(fraction: 0, atLeast: nil) == .seconds(expected / 2))
            expected = min(expected * 2, 300)
        }
        #expect(longest.next(fraction: 0.5, atLeast: .seconds(1000)) == .seconds(1000))
        longest.reset()
        #expect(longest.next(fraction: 1, atLeast: .zero) == .milliseconds(500))
    }
}
#endif
