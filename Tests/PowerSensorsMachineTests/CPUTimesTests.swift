import PowerSensors
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
import PowerSensorsTestSupport
#endif

private func parse(_ text: String, isWhole: Bool = true) throws(AttributeError) -> CPUTimes {
    let bytes = Array(text.utf8)
    return try CPUTimes(parsing: bytes.span, isWhole: isWhole, path: "stat")
}

struct CPUTimesTests {
    @Test(arguments: [
        ("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n", SIMD8<UInt64>(1, 2, 3, 4, 5, 6, 7, 8)),
        ("cpu  1 2 3 4\n", SIMD8<UInt64>(1, 2, 3, 4, 0, 0, 0, 0)),
        ("cpu 1 2 3 4 5", SIMD8<UInt64>(1, 2, 3, 4, 5, 0, 0, 0)),
        ("cpu 1 2 3 4 5 ", SIMD8<UInt64>(1, 2, 3, 4, 5, 0, 0, 0)),
        (
            "cpu  18446744073709551615 0 0 18446744073709551615 0 0 0 18446744073709551615\n",
            SIMD8<UInt64>(.max, 0, 0, .max, 0, 0, 0, .max)
        ),
    ])
    func `the first line gives the times, with or without the later fields`(
        text: String,
        fields: SIMD8<UInt64>
    ) throws {
        #expect(try parse(text).fields == fields)
    }

    @Test(arguments: [
        ("", ENODATA),
        ("cpu", EBADMSG),
        ("\n", EBADMSG),
        ("cpu  1 2 3\n", EBADMSG),
        ("cpu0 1 2 3 4\n", EBADMSG),
        ("intr 1 2 3 4\n", EBADMSG),
        ("cpu  1 2 x 4\n", EBADMSG),
        ("cpu  1 2 3 4x\n", EBADMSG),
        ("cpu  1 -2 3 4\n", EBADMSG),
        ("cpu  1 2 3 18446744073709551616\n", EOVERFLOW),
    ])
    func `a malformed line says why`(text: String, errno: Int32) {
        #expect(throws: AttributeError(path: "stat", errno: errno)) { try parse(text) }
    }

    @Test(arguments: ["cpu  1 2 3 4 5 6", "cpu  1 2 3 4 5 6 ", "cpu  1 2 3 4 5 6 7 8 9 1"])
    func `a line that continues beyond the text is refused`(text: String) {
        #expect(throws: AttributeError(path: "stat", errno: EMSGSIZE)) { try parse(text, isWhole: false) }
    }

    @Test func `stolen time is part of the total and never busy`() {
        let earlier = CPUTimes(SIMD8(100, 100, 100, 100, 100, 100, 100, 100))
        let later = CPUTimes(SIMD8(101, 102, 104, 108, 116, 132, 164, 228))
        let elapsed = later.elapsed(since: earlier)
        #expect(elapsed.busy == 1 + 2 + 4 + 32 + 64)
        #expect(elapsed.total == 255)
    }

    @Test func `fields that step back count as 0`() {
        let earlier = CPUTimes(SIMD8(100, 100, 100, 100, 100, 100, 100, 100))
        let later = CPUTimes(SIMD8(110, 0, 100, 120, 7, 100, 100, 100))
        let elapsed = later.elapsed(since: earlier)
        #expect(elapsed.busy == 10)
        #expect(elapsed.total == 30)
    }

    @Test func `times are not continuous while a processor goes offline or comes back`() throws {
        let machine = try MockMachine()
        let time = try machine.set(.guest(processors: 300))
        try time.set(Array(repeating: MockTicks(user: 1000, idle: 500_000), count: 300))
        var load = LoadReader(beneath: machine.roots.procfs)
        var earlier = try load.read()
        func isContinuous(after milliseconds: Int64) throws -> Bool {
            let now = try load.read()
            defer { earlier = now }
            return load.isContinuous(now, since: earlier, over: milliseconds * 1_000_000)
        }
        try time.advance(by: .seconds(2), busy: Ratio(0.5))
        #expect(try isContinuous(after: 2000))
        let all = time.ticks
        try time.set(all.dropLast() + [MockTicks(user: 1100, idle: 500_007)])
        #expect(try isContinuous(after: 1000), "the kernel's idle time may be a little less than before")
        try time.set(all.dropLast() + [MockTicks(user: 1100, idle: 7)])
        #expect(try !isContinuous(after: 1000), "an offline processor shows another idle time")
        try time.set(all.dropLast())
        #expect(try !isContinuous(after: 1000), "offline")
        try time.set(all)
        #expect(try !isContinuous(after: 1000), "back")
        try time.advance(by: .seconds(1), busy: Ratio(1))
        #expect(try isContinuous(after: 1000))
        try time.set(time.ticks.map { $0 + MockTicks(user: 100) } + all.map { _ in MockTicks(idle: 100) })
        #expect(try isContinuous(after: 1000), "twice as many, which have only counted that second")
    }

    @Test func `random texts never trap, and busy never exceeds the total`() {
        var random = SeededGenerator(seed: 7)
        var earlier = CPUTimes(SIMD8())
        for _ in 0..<20_000 {
            var bytes = Array("cpu ".utf8)
            for _ in 0..<Int(random.next() % 12) {
                bytes.append(UInt8(ascii: " "))
                bytes += Array(String(random.next() >> (random.next() % 64)).utf8)
            }
            if random.next() % 2 == 0 { bytes.append(UInt8(ascii: "\n")) }
            for _ in 0..<Int(random.next() % 3) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            let isWhole = random.next() % 2 == 0
            guard let later = try? CPUTimes(parsing: bytes.span, isWhole: isWhole, path: "stat") else { continue }
            let elapsed = later.elapsed(since: earlier)
            #expect(elapsed.busy <= elapsed.total)
            earlier = later
        }
    }
}
