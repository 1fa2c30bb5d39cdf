#if Exporters
import PowerSensors
import PowerSensorsPush
import PowerSensorsTestSupport
import Testing

struct LokiQueueTests {
    private func entry(_ number: Int, bytes: Int = 20) -> LokiQueue.Entry {
        LokiQueue.Entry(
            nanoseconds: Int64(number), provenance: .measured, json: Array(repeating: UInt8(ascii: "x"), count: bytes))
    }

    @Test func `the oldest lines are dropped first, but not those in flight`() {
        var lines = LokiBacklog(limit: 1000)
        #expect((0..<10).map { lines.append(entry($0), to: .host) } == Array(repeating: 0, count: 10))
        #expect(lines.append(entry(10), to: .host) == 1)
        #expect(lines[.host].nextBatch(maximumBytes: 63).map(\.nanoseconds) == [1, 2, 3])
        #expect(lines.append(entry(11), to: .host) == 1)
        #expect(lines[.host].complete(removing: false) == 3)
        #expect(
            lines[.host].nextBatch(maximumBytes: .max).map(\.nanoseconds) == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11])
    }

    @Test func `a line that exceeds the limits alone is still sent`() {
        var lines = LokiBacklog(limit: 100)
        #expect(lines.append(entry(0, bytes: 500), to: .host) == 0)
        #expect(lines[.host].nextBatch(maximumBytes: 10).count == 1)
    }

    @Test func `lines of consumers are dropped before any of the host`() {
        var lines = LokiBacklog(limit: 1000)
        for number in 0..<5 {
            #expect(lines.append(entry(number), to: .host) == 0)
            #expect(lines.append(entry(number), to: .consumers) == 0)
        }
        #expect((5..<8).map { lines.append(entry($0), to: .host) } == [1, 1, 1])
        #expect(lines[.consumers].nextBatch(maximumBytes: .max).map(\.nanoseconds) == [3, 4])
        #expect(lines[.consumers].complete(removing: false) == 2)
        #expect((8..<12).map { lines.append(entry($0), to: .host) } == [1, 1, 1, 1])
        #expect(lines[.consumers].count == 0)
        #expect(lines.append(entry(12), to: .consumers) == 1, "it finds no room itself")
        #expect(lines[.host].nextBatch(maximumBytes: .max).map(\.nanoseconds) == Array(2..<12))
    }

    @Test(arguments: 0..<30)
    func `they behave like two lists in bounded memory`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = 3000
        var lines = LokiBacklog(limit: limit)
        var model: [LokiBacklog.Part: [Int64]] = [.host: [], .consumers: []]
        var inFlight: [LokiBacklog.Part: Int] = [.host: 0, .consumers: 0]
        var next = 0
        for _ in 0..<2000 {
            let part: LokiBacklog.Part = Bool.random(using: &generator) ? .host : .consumers
            let flying = inFlight[part] ?? 0
            switch Int.random(in: 0..<8, using: &generator) {
            case 0 where flying == 0:
                let batch = lines[part].nextBatch(maximumBytes: Int.random(in: 1...400, using: &generator))
                inFlight[part] = batch.count
                #expect(batch.map(\.nanoseconds) == model[part].map { Array($0.prefix(batch.count)) })
            case 1:
                let isDelivered = Bool.random(using: &generator)
                #expect(lines[part].complete(removing: isDelivered) == flying)
                if isDelivered { model[part]?.removeFirst(flying) }
                inFlight[part] = 0
            case 2 where flying == 0:
                let bound = Int64(next - Int.random(in: 0...30, using: &generator))
                let old = model[part]?.prefix { $0 < bound }.count ?? 0
                #expect(lines[part].removeFirst(before: bound) == old)
                model[part]?.removeFirst(old)
            default:
                var dropped = lines.append(entry(next, bytes: Int.random(in: 1...60, using: &generator)), to: part)
                model[part]?.append(Int64(next))
                for part in [LokiBacklog.Part.consumers, .host] {
                    let flying = inFlight[part] ?? 0
                    let count = min(dropped, (model[part]?.count ?? 0) - flying)
                    model[part]?.removeSubrange(flying..<(flying + count))
                    dropped -= count
                }
                #expect(dropped == 0)
                next += 1
            }
            #expect(lines.count == model.values.reduce(0) { $0 + $1.count })
            #expect(lines.bytes <= limit || inFlight.values.contains { $0 > 0 })
        }
        for part in LokiBacklog.Part.allCases {
            _ = lines[part].complete(removing: false)
            #expect(lines[part].nextBatch(maximumBytes: .max).map(\.nanoseconds) == model[part])
        }
    }
}
#endif
