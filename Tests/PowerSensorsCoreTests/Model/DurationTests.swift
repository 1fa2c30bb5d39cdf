import PowerSensors
import Testing

struct DurationTests {
    @Test(
        arguments: [
            (.nanoseconds(999_986_167), "0.999986167"), (.nanoseconds(2_000_000_001), "2.000000001"),
            (.milliseconds(100), "0.1"), (.nanoseconds(-1_500_000_000), "-1.5"), (.zero, "0.0"),
            (.nanoseconds(Int64.max), "9223372036.854776"), (.seconds(1 << 40), "1099511627776.0"),
            (Duration(secondsComponent: 0, attosecondsComponent: 500_000_000), "5e-10"),
        ] as [(Duration, String)]
    )
    func `seconds have no more digits than the nanoseconds`(duration: Duration, text: String) {
        #expect(duration.seconds.description == text)
    }

    @Test(
        arguments: [
            (.milliseconds(1500), 1_500_000_000), (.milliseconds(-1500), -1_500_000_000),
            (Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999), 1),
            (.milliseconds(9_223_372_036_800), 9_223_372_036_800_000_000),
            // The seconds fit and the rest does not.
            (.milliseconds(9_223_372_036_900), .max), (.milliseconds(-9_223_372_036_900), .min),
            (.seconds(Int64.max), .max), (.seconds(Int64.min), .min),
        ] as [(Duration, Int64)]
    )
    func `whole nanoseconds are limited to what fits`(duration: Duration, nanoseconds: Int64) {
        #expect(duration.wholeNanoseconds == nanoseconds)
    }
}
