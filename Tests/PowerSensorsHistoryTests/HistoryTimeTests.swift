#if History
import PowerSensorsHistory
import Testing

struct HistoryTimeTests {
    private static let moments: [(String, Int64)] = [
        ("0s", 1_000_000), ("1d", 1_000_000 - 86_400_000), ("90m", 1_000_000 - 5_400_000),
        ("0.5h", 1_000_000 - 1_800_000), ("1.5", 1_000_000 - 1500),
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00.25+01:00", 250), ("2026-11-22T14:00:00Z", 1_795_356_000_000),
        ("2024-02-29T23:59:59-00:30", 1_709_252_999_000), ("1969-12-31T23:59:59Z", -1000),
        // No further than the year 1000.
        ("900y", 1_000_000 - 28_382_400_000_000), ("1000y", -30_609_000_000_000), ("0001-01-01", -30_609_000_000_000),
    ]

    @Test(arguments: moments)
    func `a moment is a time before now, or one of RFC 3339`(text: String, milliseconds: Int64) {
        #expect(HistoryTime.milliseconds(text, before: 1_000_000) == milliseconds)
    }

    @Test(arguments: [
        ("2026-11-22", 3600, "2026-11-21T23:00:00Z"), ("2026-11-22", -12_600, "2026-11-22T03:30:00Z"),
        ("2024-02-29", 0, "2024-02-29T00:00:00Z"), ("2026-01-01", 50_400, "2025-12-31T10:00:00Z"),
    ])
    func `a date is its midnight in local time`(date: String, offset: Int64, moment: String) {
        let calendar = LocalCalendar { _ in offset }
        let milliseconds = HistoryTime.milliseconds(date, before: 0, calendar: calendar)
        #expect(milliseconds != nil && milliseconds == HistoryTime.milliseconds(moment, before: 0))
    }

    @Test func `a date with a change of clocks begins at its midnight`() {
        // At 2026-03-29T01:00:00Z clocks go from one hour ahead to two.
        let calendar = LocalCalendar { $0 < 1_774_746_000 ? 3600 : 7200 }
        let moments = ["2026-03-29", "2026-03-30"].map { HistoryTime.milliseconds($0, before: 0, calendar: calendar) }
        #expect(moments == [1_774_738_800_000, 1_774_821_600_000])
    }

    @Test(arguments: [
        "", "d", "1x", ".h", "1..5h", "-1d", "2026-11-31", "2026-1-22", "2026-11-22T14:00:00", "2026-13-22T14:00:00Z",
        "2026-02-29T14:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T14:00:00.Z", "2026-11-22T14:00:00+1:00", "9999999999999999999d",
        "9223372036854775807y", "2026-11-22T14:00:00Zjunk", "１d",
    ])
    func `anything else is no moment`(text: String) {
        #expect(HistoryTime.milliseconds(text, before: 1_000_000) == nil)
    }
}
#endif
