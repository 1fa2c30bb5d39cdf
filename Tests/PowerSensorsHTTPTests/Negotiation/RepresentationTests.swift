#if Exporters
import PowerSensorsExporters
import PowerSensorsHTTP
import PowerSensorsTestSupport
import Testing

struct RepresentationTests {
    struct Negotiation: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let accept: [String]
        let contentType: String

        init(_ testDescription: String, _ accept: String..., gets contentType: String) {
            self.testDescription = testDescription
            self.accept = accept
            self.contentType = contentType
        }
    }

    static let text = "text/plain; version=0.0.4; charset=utf-8"
    static let openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    @Test(arguments: [
        Negotiation("nothing", gets: text),
        Negotiation("anything", "*/*", gets: text),
        Negotiation("a browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", gets: text),
        Negotiation("only images", "image/png", gets: text),
        Negotiation("only protobuf", "application/vnd.google.protobuf;encoding=delimited;q=1", gets: text),
        Negotiation("plain text", "text/plain", gets: text),
        Negotiation("plain text of the supported version", "text/plain;version=0.0.4", gets: text),
        Negotiation(
            "Prometheus 2.42",
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", gets: openMetrics),
        Negotiation(
            "Prometheus before 2.37, with an older OpenMetrics",
            "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", gets: text),
        Negotiation(
            "Prometheus 3",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", gets: openMetrics + "; escaping=underscores"),
        Negotiation(
            "Prometheus 3 that prefers text",
            "text/plain;version=0.0.4;escaping=allow-utf-8,"
                + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5", gets: text),
        Negotiation("OpenMetrics of any version", "application/openmetrics-text", gets: openMetrics),
        Negotiation("OpenMetrics of an unsupported version", "application/openmetrics-text;version=2.0.0", gets: text),
        Negotiation("any application", "application/*", gets: openMetrics),
        Negotiation("OpenMetrics never", "application/openmetrics-text;q=0, text/plain;q=0.1", gets: text),
        Negotiation("anything but plain text", "*/*;q=0.1, text/plain;q=0", gets: openMetrics),
        Negotiation("the exact weight beats that of anything", "*/*, application/openmetrics-text;q=0.1", gets: text),
        Negotiation("a thousandth more", "text/plain;q=0.5,application/openmetrics-text;q=0.501", gets: openMetrics),
        Negotiation("a thousandth less", "text/plain;q=0.501,application/openmetrics-text;q=0.5", gets: text),
        Negotiation("equal weights, OpenMetrics first", "application/openmetrics-text,text/plain", gets: openMetrics),
        Negotiation("equal weights, text first", "text/plain,application/openmetrics-text", gets: text),
        Negotiation(
            "two header lines", "text/plain;q=0.5", "application/openmetrics-text;version=1.0.0", gets: openMetrics),
        Negotiation(
            "capitals and blanks", " Application/OpenMetrics-Text ;\tVERSION = 1.0.0 ; Q=1.000", gets: openMetrics),
        Negotiation(
            "quoted", #"application/openmetrics-text; version="1.0.0"; x="a,b;c\"d"; q=0.9"#, gets: openMetrics),
        Negotiation(
            "an item with a weight above one is left out", "application/openmetrics-text;q=1.5, text/plain;q=0.1",
            gets: text),
        Negotiation(
            "a weight that is not a number", "application/openmetrics-text;q=high, text/plain;q=0.1", gets: text),
        Negotiation("four digits", "application/openmetrics-text;q=0.9999, text/plain;q=0.1", gets: text),
        Negotiation("garbage", ",,;;q=,\"", gets: text),
        Negotiation("garbage before an item", ";;=,application/openmetrics-text", gets: openMetrics),
    ])
    func `the preferred format is chosen`(negotiation: Negotiation) {
        #expect(Representation(accept: negotiation.accept, acceptEncoding: []).contentType == negotiation.contentType)
    }

    @Test(arguments: [
        ("", false), ("gzip", true), ("gzip;q=0", false), ("gzip;q=0.001", true), ("identity", false), ("*", true),
        ("*;q=0", false), ("gzip;q=0, *", false), ("deflate, gzip, br", true), ("x-gzip", true), ("GZIP", true),
        ("identity;q=1, gzip;q=0.5", false), ("identity;q=0.5, gzip", true), ("gzip, identity", true),
        ("br;q=1.0", false),
        ("identity;q=0", false), ("gzip;q=nonsense", false), ("gzip ; q=0.0", false),
    ])
    func `pages are compressed for clients that accept it`(acceptEncoding: String, isCompressed: Bool) {
        #expect(Representation(accept: [], acceptEncoding: [acceptEncoding]).isCompressed == isCompressed)
    }

    @Test(arguments: 0..<20)
    func `random headers do not break the negotiation`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "*/*", "text/", "plain", "application/openmetrics-text", ";", "q=", "=", ",", "\"", "\\", "0.", "1", "é",
            " ",
        ]
        for _ in 0..<100 {
            let header = (0..<Int.random(in: 0...40, using: &generator))
                .map { _ in pieces[Int.random(in: pieces.indices, using: &generator)] }.joined()
            let chosen = Representation(accept: [header], acceptEncoding: [header])
            #expect(MetricsFormat.allCases.contains(chosen.format))
        }
    }
}
#endif
