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
        var queue = LokiQueue(limit: 1000)
        #expect((0..<10).map { queue.append(entry($0)) } == Array(repeating: 0, count: 10))
        #expect(queue.append(entry(10)) == 1)
        #expect(queue.nextBatch(maximumBytes: 63).map(\.nanoseconds) == [1, 2, 3])
        #expect(queue.append(entry(11)) == 1)
        #expect(queue.complete(removing: false) == 3)
        #expect(queue.nextBatch(maximumBytes: .max).map(\.nanoseconds) == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11])
    }

    @Test func `a line that exceeds the limits alone is still sent`() {
        var queue = LokiQueue(limit: 100)
        #expect(queue.append(entry(0, bytes: 500)) == 0)
        #expect(queue.nextBatch(maximumBytes: 10).count == 1)
    }

    @Test(arguments: 0..<30)
    func `it behaves like a list in bounded memory`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limit = 2000
        var queue = LokiQueue(limit: limit)
        var model: [Int64] = []
        var inFlight = 0
        var next = 0
        for _ in 0..<2000 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0 where inFlight == 0:
                let batch = queue.nextBatch(maximumBytes: Int.random(in: 1...400, using: &generator))
                inFlight = batch.count
                #expect(Array(batch.map(\.nanoseconds)) == Array(model.prefix(inFlight)))
            case 1:
                let isDelivered = Bool.random(using: &generator)
                #expect(queue.complete(removing: isDelivered) == inFlight)
                if isDelivered { model.removeFirst(inFlight) }
                inFlight = 0
            case 2 where inFlight == 0:
                let bound = Int64(next - Int.random(in: 0...30, using: &generator))
                let old = model.prefix { $0 < bound }.count
                #expect(queue.removeFirst(before: bound) == old)
                model.removeFirst(old)
            default:
                let dropped = queue.append(entry(next, bytes: Int.random(in: 1...60, using: &generator)))
                model.append(Int64(next))
                model.removeSubrange(inFlight..<(inFlight + dropped))
                next += 1
            }
            #expect(queue.count == model.count)
            #expect(queue.bytes <= limit || inFlight > 0)
        }
        _ = queue.complete(removing: false)
        #expect(queue.nextBatch(maximumBytes: .max).map(\.nanoseconds) == model)
    }
}
#endif
