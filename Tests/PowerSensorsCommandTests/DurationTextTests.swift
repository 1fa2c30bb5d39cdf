#if Exporters
import PowerSensorsCommand
import Testing

struct DurationTextTests {
    @Test(
        arguments: [
            ("1ms", .milliseconds(1)), ("2s", .seconds(2)), ("3m", .seconds(180)), ("4h", .seconds(14_400)),
            ("1d", .seconds(86_400)), ("007s", .seconds(7)), ("0s", .zero),
        ] as [(String, Duration)])
    func `an integer and a unit are a duration`(text: String, duration: Duration) {
        #expect(DurationText.duration(text) == duration)
    }

    @Test(arguments: [
        "", "s", "2", "2 s", " 2s", "2s ", "-2s", "+2s", "2.5s", "2S", "2sec", "1us", "0x2s", "٣s", "²s",
        "9223372036854775808ms", "9223372036854775807s",
    ])
    func `any other text is not a duration`(text: String) {
        #expect(DurationText.duration(text) == nil)
    }
}
#endif
