#if Exporters
import PowerSensorsHTTP
import PowerSensorsTestSupport
import Testing

struct CheckQueueTests {
    private final class Check {
        let name: String
        init(_ name: String) { self.name = name }
    }

    private typealias Queue = CheckQueue<String, Check>

    private func names(_ queue: inout Queue) -> [String] {
        var names: [String] = []
        while let check = queue.popFirst(known: ["k"]) { names.append(check.name) }
        return names
    }

    /// The addresses of the checks, by which their names begin, in turn.
    private func addresses(_ queue: inout Queue) -> [String] { names(&queue).map { String($0.prefix(1)) } }

    @Test func `addresses take turns`() {
        var queue = Queue()
        for number in 1...4 { queue.append(Check("a\(number)"), from: "a", attempts: 0) }
        for number in 1...2 { queue.append(Check("b\(number)"), from: "b", attempts: 0) }
        queue.append(Check("c1"), from: "c", attempts: 0)
        #expect(addresses(&queue) == ["a", "b", "c", "a", "b", "a", "a"])
    }

    @Test func `of one address, any check may come first`() {
        let first = (0..<100 as Range<UInt64>).map { seed in
            var (queue, generator) = (Queue(), SeededGenerator(seed: seed))
            for number in 0..<4 { queue.append(Check("\(number)"), from: "a", attempts: 0) }
            return queue.popFirst(known: [], using: &generator)?.name
        }
        #expect(Set(first) == ["0", "1", "2", "3"])
    }

    @Test func `an address that comes back waits for every other one`() {
        var queue = Queue()
        for name in ["a", "b"] { queue.append(Check(name), from: name, attempts: 0) }
        #expect(queue.popFirst(known: ["k"])?.name == "a")
        queue.append(Check("a again"), from: "a", attempts: 0)
        #expect(names(&queue) == ["b", "a again"])
    }

    @Test func `an address that has had no turn yet comes before those that had`() {
        var queue = Queue()
        for name in ["a", "b", "c"] { queue.append(Check(name), from: name, attempts: 0) }
        #expect(names(&queue) == ["a", "b", "c"])
        for name in ["a", "b", "c", "d"] { queue.append(Check(name), from: name, attempts: 1) }
        #expect(names(&queue) == ["d", "a", "b", "c"])
    }

    @Test func `a newcomer does not wait for a crowd that was there before, nor the crowd for newcomers`() {
        var queue = Queue()
        for number in 0..<200 { queue.append(Check("\(number)"), from: "\(number)", attempts: 0) }
        var served: [String] = []
        for number in 0..<400 {
            queue.append(Check("new \(number)"), from: "new \(number)", attempts: 0)
            if let check = queue.popFirst(known: ["k"]) { served.append(check.name) }
        }
        #expect(served.prefix(4) == ["0", "1", "new 2", "new 3"])
        for number in 0..<200 { #expect(served.contains("\(number)")) }
    }

    @Test func `of one address, the connection that has tried the fewest passwords comes first`() {
        var queue = Queue()
        for (index, attempts) in [3, 1, 0, 1, 0].enumerated() {
            queue.append(Check("\(index)"), from: "a", attempts: attempts)
        }
        let names = names(&queue)
        #expect(Set(names[..<2]) == ["2", "4"])
        #expect(Set(names[2..<4]) == ["1", "3"])
        #expect(names[4] == "0")
    }

    @Test func `known addresses come first, and have no more than every second turn`() {
        var queue = Queue()
        for name in ["a", "b", "c"] { queue.append(Check(name), from: name, attempts: 0) }
        for number in 1...4 { queue.append(Check("k\(number)"), from: "k", attempts: 0) }
        #expect(queue.hasCheck(from: ["k", "x"]))
        #expect(addresses(&queue) == ["k", "a", "k", "c", "k", "b", "k"])
        #expect(!queue.hasCheck(from: ["k", "x"]))
    }

    @Test func `a client that has gone leaves no turn behind`() {
        var queue = Queue()
        let gone = ["a", "k"].map { Check($0) }
        queue.append(gone[0], from: "a", attempts: 0)
        queue.append(gone[1], from: "k", attempts: 0)
        queue.append(Check("c"), from: "c", attempts: 0)
        queue.remove(gone[0])
        queue.remove(gone[1])
        #expect(names(&queue) == ["c"])
    }

    /// Compares with the rule itself: of addresses that wait, none has two turns while another has none.
    @Test(arguments: 0..<20)
    func `no address waits for two turns of another`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = Queue()
        var waiting: [String: Int] = [:]
        var turnsMissed: [String: [String: Int]] = [:]
        // An expectation for each would take most of the time.
        var (mostMissed, isForgotten) = (0, false)
        for _ in 0..<2000 {
            if Bool.random(using: &generator) {
                let address = "\(Int.random(in: 0..<6, using: &generator))"
                queue.append(Check(address), from: address, attempts: 0)
                waiting[address, default: 0] += 1
            } else if let address = queue.popFirst(known: ["k"])?.name {
                turnsMissed[address] = nil
                waiting[address, default: 0] -= 1
                for (other, count) in waiting where other != address && count > 0 {
                    turnsMissed[other, default: [:]][address, default: 0] += 1
                    mostMissed = max(mostMissed, turnsMissed[other]?[address] ?? .max)
                }
            } else {
                isForgotten = isForgotten || waiting.values.contains { $0 != 0 }
            }
        }
        #expect(mostMissed <= 1)
        #expect(!isForgotten)
    }
}
#endif
