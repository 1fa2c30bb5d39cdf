import PowerSensors
import Testing

struct EventTermsTests {
    struct Text: Sendable, CustomTestStringConvertible {
        let text: String
        var config: UInt64?
        var config1: UInt64 = 0
        var testDescription: String { text.debugDescription }
    }

    @Test(arguments: [
        Text(text: "event=0x02", config: 2),
        Text(text: "event=2", config: 2),
        Text(text: "event=010", config: 8),
        Text(text: "event=0xff,umask=0x3", config: 0x3FF),
        Text(text: "event=1,edge", config: 0x4_0001),
        Text(text: "event=1,split=0x1ff", config: 1 | 0xF << 32 | 0x1F << 40),
        Text(text: "config=0x1234,config1=7", config: 0x1234, config1: 7),
        Text(text: "event=0x100"),
        Text(text: "event=-1"),
        Text(text: "event=0x"),
        Text(text: "event=0x-2"),
        Text(text: "event="),
        Text(text: "event=?"),
        Text(text: "event=1,"),
        Text(text: "="),
        Text(text: ""),
        Text(text: "../../name=1"),
        Text(text: "unknown=1"),
        Text(text: "event=18446744073709551616"),
    ])
    func `terms are placed where the PMU's format says`(text: Text) {
        let code = EventTerms.code(of: text.text, type: 23) { name in
            let formats = [
                "event": "config:0-7", "umask": "config:8-15", "edge": "config:18", "split": "config:32-35,40-44",
            ]
            return formats[name].flatMap(EventTermFormat.init)
        }
        #expect(code?.config == text.config)
        #expect(code.map(\.config1) ?? 0 == text.config1)
        if let code { #expect(code.type == 23) }
    }

    @Test(arguments: ["config", "config:", "config:8-7", "config:64", "config:0-7:", "config3:0-7", "config:a-b", ""])
    func `an invalid format is refused`(text: String) {
        #expect(EventTermFormat(text) == nil)
    }

    @Test(arguments: [
        ("2.3283064365386962890625e-10", 32), ("1", 0), ("0.5", 1), ("6.103515625e-05", 14),
        ("1.0842021724855044e-19", 63),
        ("2.3e-10", nil), ("0", nil), ("-0.5", nil), ("2", nil), ("nan", nil), ("inf", nil), ("", nil), ("1e-400", nil),
        ("0x1p-32", 32), (String(repeating: "9", count: 100), nil),
    ])
    func `a scale is a power of two, or nothing that could be counted exactly`(text: String, exponent: Int?) {
        #expect(EventTerms.exponent(ofScale: text) == exponent)
    }

    @Test(arguments: [
        ("0", [0]), ("0-3,8", [0, 1, 2, 3, 8]), ("8,0-1", [0, 1, 8]), ("0,0-1", [0, 1]), ("", []),
    ])
    func `a list of processors is parsed`(text: String, numbers: [Int]) {
        #expect(ProcessorList(text)?.numbers == numbers)
    }

    @Test(arguments: [
        "3-0", "a", "0-", "-1", ",", "0,", "0-1-2", "0x1", "4294967295", "0-4294967295", "99999999999999999999",
    ])
    func `an invalid list of processors is refused`(text: String) {
        #expect(ProcessorList(text) == nil)
    }
}
