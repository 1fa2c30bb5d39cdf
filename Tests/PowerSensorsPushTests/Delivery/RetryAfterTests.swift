#if Exporters
import PowerSensorsPush
import Testing

struct RetryAfterTests {
    private static let november: Int64 = 784_111_777

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", november), ("Sunday, 06-Nov-94 08:49:37 GMT", november),
        ("Sun Nov  6 08:49:37 1994", november), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600), ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
    ])
    func `dates in all of HTTP's formats are parsed`(text: String, seconds: Int64) {
        #expect(RetryAfter.secondsSince1970(text) == seconds)
    }

    @Test(arguments: [
        "", "soon", "-5", "1.5", "Sun, 06 Nov", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
        ", , , , , ", "Sun Nov 6",
    ])
    func `an invalid value is ignored`(text: String) {
        #expect(RetryAfter.duration(text, now: 0) == nil)
    }

    @Test func `seconds are used as they are, up to an hour`() {
        #expect(RetryAfter.duration("30", now: 0) == .seconds(30))
        #expect(RetryAfter.duration(" 0", now: 0) == .zero)
        #expect(RetryAfter.duration("86400", now: 0) == RetryAfter.maximum)
        #expect(RetryAfter.duration("99999999999999999999999", now: 0) == RetryAfter.maximum)
    }

    @Test func `a date is a time from now, and one in the past is ignored`() {
        let now = (Self.november - 90) * 1_000_000_000
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(90))
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:37 GMT", now: now + 100_000_000_000) == nil)
    }
}
#endif
