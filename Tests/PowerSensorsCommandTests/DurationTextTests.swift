#if Exporters
import PowerSensorsCommand
import Testing

struct DurationTextTests {
    @Test(
        arguments: [
            ("1ms", .milliseconds(1)), ("2s", .seconds(2)), ("3m", .seconds(180)), ("4h", .seconds(14_400)),
            ("1d", .seconds(86_400)), ("007s", .seconds(7)), ("0s", .zero), ("2", .seconds(2)), ("1min", .seconds(60)),
            ("3sec", .seconds(3)), ("0.5s", .milliseconds(500)), ("1.25m", .seconds(75)), ("2.5", .milliseconds(2500)),
        ] as [(String, Duration)])
    func `a number and a unit are a duration, and without a unit it is in seconds`(text: String, duration: Duration) {
        #expect(DurationText.duration(text) == duration)
    }

    @Test(arguments: [
        "", "s", "2 s", " 2s", "2s ", "-2s", "+2s", ".5s", "2.s", "2.5.1s", "1e3s", "2S", "1us", "0x2s", "٣s", "²s",
        "9223372036854775808ms", "9223372036854775807s",
    ])
    func `any other text is not a duration`(text: String) {
        #expect(DurationText.duration(text) == nil)
    }
}
#endif
