#if Exporters
import PowerSensorsPush
import Testing

struct LokiQueueTests {
    private func entry(_ number: Int, bytes: Int = 20) -> LokiQueue.Entry {
        LokiQueue.Entry(nanoseconds: Int64(number), stream: 0, json: Array(repeating: UInt8(ascii: "x"), count: bytes))
    }

    @Test func `the oldest go first, and what is on its way stays`() {
        var queue = LokiQueue(limit: 1000)
        #expect((0..<10).map { queue.append(entry($0)) } == Array(repeating: 0, count: 10))
        #expect(queue.append(entry(10)) == 1)
        #expect(queue.take(bytes: 63).map(\.nanoseconds) == [1, 2, 3])
        #expect(queue.append(entry(11)) == 1)
        #expect(queue.settle(removing: false) == 3)
        #expect(queue.take(bytes: .max).map(\.nanoseconds) == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11])
    }

    @Test func `a line that alone is too large still goes on its way`() {
        var queue = LokiQueue(limit: 100)
        #expect(queue.append(entry(0, bytes: 500)) == 0)
        #expect(queue.take(bytes: 10).count == 1)
    }

    @Test(arguments: 0..<30)
    func `it is a plain list in bounded memory, whatever comes`(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        let limit = 2000
        var queue = LokiQueue(limit: limit)
        var model: [Int64] = []
        var travelling = 0
        var next = 0
        for _ in 0..<2000 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0 where travelling == 0:
                let taken = queue.take(bytes: Int.random(in: 1...400, using: &generator))
                travelling = taken.count
                #expect(Array(taken.map(\.nanoseconds)) == Array(model.prefix(travelling)))
            case 1:
                let isDelivered = Bool.random(using: &generator)
                #expect(queue.settle(removing: isDelivered) == travelling)
                if isDelivered { model.removeFirst(travelling) }
                travelling = 0
            case 2 where travelling == 0:
                let bound = Int64(next - Int.random(in: 0...30, using: &generator))
                let old = model.prefix { $0 < bound }.count
                #expect(queue.removeFirst(before: bound) == old)
                model.removeFirst(old)
            default:
                let dropped = queue.append(entry(next, bytes: Int.random(in: 1...60, using: &generator)))
                model.append(Int64(next))
                model.removeSubrange(travelling..<(travelling + dropped))
                next += 1
            }
            #expect(queue.count == model.count)
            #expect(queue.bytes <= limit || travelling > 0)
        }
        _ = queue.settle(removing: false)
        #expect(queue.take(bytes: .max).map(\.nanoseconds) == model)
    }
}
#endif
