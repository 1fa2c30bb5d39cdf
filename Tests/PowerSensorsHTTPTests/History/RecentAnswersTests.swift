#if Exporters
import PowerSensorsHTTP
import PowerSensorsTestSupport
import Testing

struct RecentAnswersTests {
    private typealias Answers = RecentAnswers<Int, String>

    @Test func `an answer is used again until it is old`() {
        var answers = Answers(maximumAge: 5, maximumSize: 100)
        answers.insert("a", of: 10, to: 1, at: 0)
        #expect(answers.answer(1, at: 4) == "a" && answers.answer(2, at: 4) == nil)
        #expect(answers.answer(1, at: 5) == nil)
        answers.insert("b", of: 20, to: 1, at: 4)
        #expect(answers.answer(1, at: 6) == "b" && answers.size == 20)
        answers.removeOld(at: 8)
        #expect(!answers.isEmpty)
        answers.removeOld(at: 9)
        #expect(answers.isEmpty && answers.size == 0)
    }

    @Test func `the oldest make room, and what is too large is not kept`() {
        var answers = Answers(maximumAge: 100, maximumSize: 100)
        for (number, size) in [40, 40, 30, 101].enumerated() {
            answers.insert("x", of: size, to: number, at: UInt64(number))
        }
        #expect((0..<4).map { answers.answer($0, at: 4) != nil } == [false, true, true, false])
        #expect(answers.size == 70)
    }

    @Test(arguments: 0..<10)
    func `it never has more than its room`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var answers = Answers(maximumAge: 20, maximumSize: 100)
        for now in 0..<500 as Range<UInt64> {
            let (query, size) = (Int.random(in: 0..<8, using: &random), Int.random(in: 0...120, using: &random))
            answers.insert("\(now)", of: size, to: query, at: now)
            #expect(answers.size <= 100)
            #expect(answers.answer(query, at: now) == (size <= 100 ? "\(now)" : nil))
        }
    }
}
#endif
