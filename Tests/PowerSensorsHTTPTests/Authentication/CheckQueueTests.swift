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
        while let check = queue.popFirst() { names.append(check.name) }
        return names
    }

    @Test func `addresses take turns, and each of them keeps its order`() {
        var queue = Queue()
        for number in 1...4 { queue.append(Check("a\(number)"), from: "a", isKnown: false, attempts: 0) }
        for number in 1...2 { queue.append(Check("b\(number)"), from: "b", isKnown: false, attempts: 0) }
        queue.append(Check("c1"), from: "c", isKnown: false, attempts: 0)
        #expect(names(&queue) == ["a1", "b1", "c1", "a2", "b2", "a3", "a4"])
    }

    @Test func `an address that comes back waits for every other one`() {
        var queue = Queue()
        for name in ["a", "b"] { queue.append(Check(name), from: name, isKnown: false, attempts: 0) }
        #expect(queue.popFirst()?.name == "a")
        queue.append(Check("a again"), from: "a", isKnown: false, attempts: 0)
        #expect(names(&queue) == ["b", "a again"])
    }

    @Test func `an address that has had no turn yet comes before those that had`() {
        var queue = Queue()
        for name in ["a", "b", "c"] { queue.append(Check(name), from: name, isKnown: false, attempts: 0) }
        #expect(names(&queue) == ["a", "b", "c"])
        for name in ["a", "b", "c", "d"] { queue.append(Check(name), from: name, isKnown: false, attempts: 1) }
        #expect(names(&queue) == ["d", "a", "b", "c"])
    }

    @Test func `of one address, the connection that has tried the fewest passwords comes first`() {
        var queue = Queue()
        for (index, attempts) in [3, 1, 0, 1, 0].enumerated() {
            queue.append(Check("\(index)"), from: "a", isKnown: false, attempts: attempts)
        }
        #expect(names(&queue) == ["2", "4", "1", "3", "0"])
    }

    @Test func `known addresses come first, and have no more than every second turn`() {
        var queue = Queue()
        for name in ["a", "b", "c"] { queue.append(Check(name), from: name, isKnown: false, attempts: 0) }
        for number in 1...4 { queue.append(Check("k\(number)"), from: "k", isKnown: true, attempts: 0) }
        #expect(queue.hasKnown)
        #expect(names(&queue) == ["k1", "a", "k2", "b", "k3", "c", "k4"])
        #expect(!queue.hasKnown)
    }

    @Test func `a client that has gone leaves no turn behind`() {
        var queue = Queue()
        let gone = ["a", "b"].map { Check($0) }
        queue.append(gone[0], from: "a", isKnown: false, attempts: 0)
        queue.append(gone[1], from: "b", isKnown: true, attempts: 0)
        queue.append(Check("c"), from: "c", isKnown: false, attempts: 0)
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
        for _ in 0..<2000 {
            if Bool.random(using: &generator) {
                let address = "\(Int.random(in: 0..<6, using: &generator))"
                queue.append(Check(address), from: address, isKnown: false, attempts: 0)
                waiting[address, default: 0] += 1
            } else if let address = queue.popFirst()?.name {
                turnsMissed[address] = nil
                waiting[address, default: 0] -= 1
                for (other, count) in waiting where other != address && count > 0 {
                    turnsMissed[other, default: [:]][address, default: 0] += 1
                    #expect(turnsMissed[other]?[address] ?? .max < 2)
                }
            } else {
                #expect(waiting.values.allSatisfy { $0 == 0 })
            }
        }
    }
}
#endif
