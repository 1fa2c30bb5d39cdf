#if Exporters
import NIOHTTP1
import PowerSensors
import Testing

/// The stub must answer as the real server does: these rows were observed with Loki 3.4.6.
struct LokiStubTests {
    private static let now: Int64 = 1_795_356_000_000_000_000
    private static let minute: Int64 = 60_000_000_000

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var path = "/loki/api/v1/push"
        var headers: HTTPHeaders = ["Content-Type": "application/json; charset=utf-8"]
        let body: String
        let status: Int
        var message = ""
        var stored = 0
    }

    private static func body(_ values: String..., labels: String = "\"job\":\"a\"") -> String {
        "{\"streams\":[{\"stream\":{\(labels)},\"values\":[\(values.joined(separator: ","))]}]}"
    }

    private static func value(_ nanoseconds: Int64, _ line: String = "a=1") -> String {
        "[\"\(nanoseconds)\",\"\(line)\"]"
    }

    private static let rows: [Row] = [
        Row(testDescription: "nanoseconds", body: body(value(now)), status: 204, stored: 1),
        Row(
            testDescription: "the old path", path: "/api/prom/push", body: body(value(now)), status: 204, stored: 0),
        Row(
            testDescription: "seconds", body: body("[\"1656644497\",\"a\"]"), status: 400,
            message: "timestamp too old: 1970-01-01T00:00:01Z"),
        Row(testDescription: "milliseconds", body: body("[\"1795356000000\",\"a\"]"), status: 400, message: "too old"),
        Row(testDescription: "a number", body: body("[\(now),\"a\"]"), status: 400, message: "parse"),
        Row(testDescription: "RFC 3339", body: body("[\"2026-11-22T14:00:00Z\",\"a\"]"), status: 400, message: "parse"),
        Row(
            testDescription: "one valid, one too old", body: body(value(now), value(1_656_644_497)), status: 400,
            message: "too old", stored: 1),
        Row(
            testDescription: "30 minutes behind", body: body(value(now), value(now - 30 * minute)), status: 204,
            stored: 2),
        Row(
            testDescription: "61 minutes behind", body: body(value(now), value(now - 61 * minute)), status: 400,
            message: "too far behind", stored: 1),
        Row(testDescription: "9 minutes ahead", body: body(value(now + 9 * minute)), status: 204, stored: 1),
        Row(testDescription: "11 minutes ahead", body: body(value(now + 11 * minute)), status: 400, message: "too new"),
        Row(testDescription: "6 days old", body: body(value(now - 6 * 1440 * minute)), status: 204, stored: 1),
        Row(testDescription: "8 days old", body: body(value(now - 8 * 1440 * minute)), status: 400, message: "too old"),
        Row(
            testDescription: "16 labels",
            body: body(value(now), labels: (0..<16).map { "\"l\($0)\":\"v\"" }.joined(separator: ",")), status: 400),
        Row(testDescription: "a hyphen in a label", body: body(value(now), labels: "\"a-b\":\"c\""), status: 400),
        Row(testDescription: "no labels", body: body(value(now), labels: ""), status: 204, stored: 1),
        Row(
            testDescription: "a line of 257 KiB", body: body(value(now, String(repeating: "x", count: 257 << 10))),
            status: 400),
        Row(testDescription: "broken JSON", body: "{\"streams\":[", status: 400),
        Row(
            testDescription: "structured metadata", body: body("[\"\(now)\",\"a=1\",{\"scope\":\"cpu\"}]"), status: 204,
            stored: 1),
        Row(testDescription: "no streams", body: "{\"streams\":[]}", status: 422),
        Row(
            testDescription: "an unknown encoding",
            headers: ["Content-Type": "application/json", "Content-Encoding": "br"],
            body: body(value(now)), status: 400),
        Row(
            testDescription: "a wrong content type", headers: ["Content-Type": "text/plain"], body: body(value(now)),
            status: 400),
        Row(testDescription: "the same twice", body: body(value(now), value(now)), status: 204, stored: 1),
        Row(
            testDescription: "two lines of one time", body: body(value(now), value(now, "b=2")), status: 204, stored: 2),
        Row(
            testDescription: "8 MB", body: body(value(now, String(repeating: "x", count: 8_000_000))), status: 429),
    ]

    @Test(arguments: rows)
    func `the stub answers as the real Loki did`(row: Row) {
        let stub = LokiStub { Self.now }
        let answer = stub.answer(
            HTTPStub.Request(method: "POST", path: row.path, headers: row.headers, body: Array(row.body.utf8)))
        guard case .status(let status, _, let message) = answer else {
            Issue.record("No answer.")
            return
        }
        #expect(status == row.status)
        #expect(row.message.isEmpty || message.contains(row.message))
        #expect(stub.stored.count == row.stored)
    }

    @Test func `without the age check, seconds are an internal error or too far behind`() {
        let stub = LokiStub(checksAge: false) { Self.now }
        let statuses = [
            Self.body("[\"1656644497\",\"a\"]"), Self.body(Self.value(Self.now)), Self.body("[\"1656644497\",\"a\"]"),
        ].map { body -> Int in
            let request = HTTPStub.Request(
                method: "POST", path: "/loki/api/v1/push", headers: ["Content-Type": "application/json"],
                body: Array(body.utf8))
            guard case .status(let status, _, _) = stub.answer(request) else { return 0 }
            return status
        }
        #expect(statuses == [500, 204, 400])
    }

    @Test func `seconds are accepted and never found if the schema reaches back to 1970`() {
        let stub = LokiStub(checksAge: false, hasSchemaOf1970: true) { Self.now }
        let answer = stub.answer(
            HTTPStub.Request(
                method: "POST", path: "/loki/api/v1/push", headers: ["Content-Type": "application/json"],
                body: Array(Self.body("[\"1656644497\",\"a\"]").utf8)))
        guard case .status(204, _, _) = answer else {
            Issue.record("It answered \(answer).")
            return
        }
        #expect(stub.stored.isEmpty)
    }

    @Test func `the fourth request of 2 MB in a row exceeds the rate limit`() {
        let stub = LokiStub { Self.now }
        let line = String(repeating: "x", count: 1_900_000)
        let body = Array(Self.body(Self.value(Self.now, line)).utf8)
        let statuses = (0..<4).map { _ -> Int in
            let request = HTTPStub.Request(
                method: "POST", path: "/loki/api/v1/push", headers: ["Content-Type": "application/json"], body: body)
            guard case .status(let status, _, _) = stub.answer(request) else { return 0 }
            return status
        }
        #expect(statuses.last == 429)
    }

    @Test func `a missing tenant is answered with 401`() {
        let stub = LokiStub(requiresTenant: true) { Self.now }
        let answer = stub.answer(HTTPStub.Request(method: "POST", path: "/loki/api/v1/push", headers: [:]))
        guard case .status(401, _, _) = answer else {
            Issue.record("It answered \(answer).")
            return
        }
    }
}
#endif
