#if History
import PowerSensorsHistory
import Testing

struct HistoryTimeTests {
    private static let moments: [(String, Int64)] = [
        ("0s", 1_000_000), ("1d", 1_000_000 - 86_400_000), ("90m", 1_000_000 - 5_400_000),
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00.25+01:00", 250), ("2026-11-22T14:00:00Z", 1_795_356_000_000),
        ("2024-02-29T23:59:59-00:30", 1_709_252_999_000), ("1969-12-31T23:59:59Z", -1000),
        ("1000y", 1_000_000 - 31_536_000_000_000),
    ]

    @Test(arguments: moments)
    func `a moment is a time before now, or one of RFC 3339`(text: String, milliseconds: Int64) {
        #expect(HistoryTime.milliseconds(text, before: 1_000_000) == milliseconds)
    }

    @Test(arguments: [
        "", "d", "1x", "-1d", "2026-11-22", "2026-11-22T14:00:00", "2026-13-22T14:00:00Z", "2026-02-29T14:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T14:00:00.Z", "2026-11-22T14:00:00+1:00", "9999999999999999999d",
        "9223372036854775807y", "2026-11-22T14:00:00Zjunk", "１d",
    ])
    func `anything else is no moment`(text: String) {
        #expect(HistoryTime.milliseconds(text, before: 1_000_000) == nil)
    }
}
#endif
