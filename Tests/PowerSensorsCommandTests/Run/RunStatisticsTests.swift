import PowerSensorsCommand
import PowerSensorsTestSupport
import Testing

struct RunStatisticsTests {
    /// A value that is normally distributed, nearly: the sum of twelve uniform ones has a variance of 1.
    private static func noise(_ generator: inout SeededGenerator) -> Double {
        (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
    }

    @Test(arguments: [3, 5, 10, 40])
    func `the interval holds the true mean in 95 of 100 series`(runs: Int) throws {
        var generator = SeededGenerator(seed: 17)
        var hits = 0
        for _ in 0..<4000 {
            let values = (0..<runs).map { _ in 100 + 3 * Self.noise(&generator) }
            let interval = try #require(RunStatistics(values)?.interval)
            if interval.contains(100) { hits += 1 }
        }
        #expect((0.93...0.97).contains(Double(hits) / 4000))
    }

    @Test func `two percent are told apart, and where nothing differs at most 5 of 100 series say so`() throws {
        var generator = SeededGenerator(seed: 5)
        var (found, mistaken) = (0, 0)
        for _ in 0..<2000 {
            // Both share what drifts from round to round.
            let drift = (0..<20).map { _ in 1 + 0.05 * Self.noise(&generator) }
            let first = drift.map { 100 * $0 * (1 + 0.01 * Self.noise(&generator)) }
            let same = drift.map { 100 * $0 * (1 + 0.01 * Self.noise(&generator)) }
            let other = drift.map { 102 * $0 * (1 + 0.01 * Self.noise(&generator)) }
            if try #require(RunComparison(same, to: first)).isDifferent == true { mistaken += 1 }
            if try #require(RunComparison(other, to: first)).isDifferent == true { found += 1 }
        }
        #expect(found >= 1980)
        // Five in a hundred, and two standard deviations of that count.
        #expect(mistaken <= 120)
    }

    @Test func `a run that lies far outside is told and counts`() throws {
        let values = [10, 10.1, 9.9, 10.05, 30, 9.95, 10]
        #expect(RunStatistics.outliers(of: values) == [4])
        #expect(abs(try #require(RunStatistics(values)).mean - 90.0 / 7) < 1e-9)
        // One whose value is not known keeps its number.
        #expect(RunStatistics.outliers(of: [nil] + values.map(Optional.some)) == [5])
        #expect(RunStatistics.outliers(of: [5, 5, 5, 5, 5, 5]).isEmpty)
        // Five runs do not tell.
        #expect(RunStatistics.outliers(of: [10, 10.1, 9.9, 10.05, 30]).isEmpty)
    }

    @Test func `several runs far outside do not hide each other in a long series`() {
        let usual = (0..<28).map { 10 + 0.1 * Double($0 % 7) }
        let values: [Double] = [30] + usual + [31]
        #expect(RunStatistics.outliers(of: values) == [0, 29])
    }

    @Test(arguments: [3, 5, 6, 10, 20, 40])
    func `noise alone has an outlier in at most 5 of 100 series`(runs: Int) {
        var generator = SeededGenerator(seed: 8)
        var accused = 0
        for _ in 0..<2000 {
            let values = (0..<runs).map { _ in 100 + 3 * Self.noise(&generator) }
            if !RunStatistics.outliers(of: values).isEmpty { accused += 1 }
        }
        // Five in a hundred, and three standard deviations of that count.
        #expect(accused <= 130, "\(accused)")
        #expect(runs < RunStatistics.leastForOutliers ? accused == 0 : accused > 0)
    }

    @Test func `what is far is as far as in Grubbs' table`() {
        for (count, deviate) in [(6, 1.887), (10, 2.290), (20, 2.708), (30, 2.909), (100, 3.384)] {
            #expect(abs(RunStatistics.greatestDeviate(of: count) - deviate) < 0.001)
        }
    }

    @Test func `runs of another scope or provenance than the first have no part in the mean, and are told`() throws {
        let runs = ComparableRuns([nil, "wall estimated", "wall estimated", "cpu measured", "wall estimated"])
        #expect(runs.kind == "wall estimated")
        #expect(runs.leftOut == [3])
        #expect(RunStatistics(runs.values([nil, 100, 102, 7, 101]))?.mean == 101)
        // What is compared with them is to be the same.
        let others = ComparableRuns(["cpu measured", "wall estimated"], asOf: runs.kind)
        #expect(others.leftOut == [0] && others.values([7, 90]) == [nil, 90])
        // What is of no figure, as time, has no kind.
        #expect(ComparableRuns<String>([nil, nil]).values([1, 2]) == [1, 2])
    }

    @Test func `what is subtracted from all runs alike keeps the interval as wide as that is uncertain`() throws {
        var generator = SeededGenerator(seed: 4)
        var hits = 0
        for _ in 0..<2000 {
            // A baseline of 20 pieces of one second, which is subtracted from runs of 2 s.
            let powers = (0..<20).map { _ in 50 + 2 * Self.noise(&generator) }
            let pieces = try #require(RunStatistics(powers))
            let baseline = try #require(pieces.interval)
            let runs = (0..<10).map { _ in 140 + Self.noise(&generator) - 2 * pieces.mean }
            let statistics = RunStatistics(runs, commonError: baseline.upperBound - baseline.lowerBound)
            if try #require(statistics?.interval).contains(40) { hits += 1 }
        }
        // Taken as exact, it would be in about half of them.
        #expect((0.93...0.97).contains(Double(hits) / 2000), "\(hits)")
        let limits = [ClosedRange<Double>](repeating: 4...6, count: 3)
        #expect(RunStatistics([5, 5, 5], within: limits, commonError: 1)?.interval == 3...7)
    }

    @Test func `one run has a mean and no interval, and none has nothing`() throws {
        let one = try #require(RunStatistics([4]))
        #expect(one.mean == 4)
        #expect(one.interval == nil && one.deviation == nil)
        #expect(RunStatistics([]) == nil)
        #expect(RunComparison([nil, 3], to: [2, nil]) == nil)
    }

    @Test func `runs that are the same to the last digit are as uncertain as what each resolves`() throws {
        let limits = [ClosedRange<Double>](repeating: 4.5...5.25, count: 3)
        let statistics = try #require(RunStatistics([5, 5, 5], within: limits))
        #expect(statistics.interval == 4.5...5.25)
        #expect(statistics.deviation == 0)
        // Noise that is wider decides itself.
        #expect(RunStatistics([4, 5, 6], within: limits)?.interval == RunStatistics([4, 5, 6])?.interval)
        // One that is certain makes the others no more so.
        let mixed = try #require(RunStatistics([6, 6, 6], within: [3...9, nil, 3...9])?.interval)
        #expect(abs(mixed.lowerBound - 4) < 1e-9 && abs(mixed.upperBound - 8) < 1e-9)
        let none = try #require(RunStatistics([0, 40, 0, 40], within: [0...40, 0...80, 0...40, 0...80])?.interval)
        #expect(none.lowerBound <= 0 && none.upperBound >= 60)
    }

    @Test func `counts that differ by what a counter rounds show no difference`() throws {
        let (first, other) = ([Double?](repeating: 5, count: 5), [Double?](repeating: 5.1, count: 5))
        let limits = other.map { $0.map { ($0 - 0.2)...($0 + 0.2) } }
        #expect(try #require(RunComparison(other, to: first)).isDifferent == true)
        let rounded = try #require(RunComparison(other, within: limits, to: first, within: limits))
        #expect(rounded.isDifferent == false)
        // What differs by more is told all the same.
        let more = [Double?](repeating: 6, count: 5)
        let wider = more.map { $0.map { ($0 - 0.2)...($0 + 0.2) } }
        #expect(try #require(RunComparison(more, within: wider, to: first, within: limits)).isDifferent == true)
        // One round tells neither.
        #expect(try #require(RunComparison([6], to: [5])).isDifferent == nil)
    }

    @Test func `a ratio's interval holds all that wide bounds leave open`() throws {
        func repeated(_ range: ClosedRange<Double>) -> [ClosedRange<Double>?] { Array(repeating: range, count: 5) }
        let (large, small) = ([Double?](repeating: 7, count: 5), [Double?](repeating: 2.5, count: 5))
        let wide = try #require(
            RunComparison(large, within: repeated(3.5...10.5), to: small, within: repeated(1.25...3.75)))
        let interval = try #require(wide.interval)
        #expect(interval.lowerBound <= 3.5 / 3.75 + 1e-9 && interval.upperBound >= 10.5 / 1.25 - 1e-9)
        #expect(wide.isDifferent == false)
        // What may be nothing at all has no least multiple.
        let open = try #require(RunComparison(large, within: repeated(0...9), to: small, within: repeated(0...3)))
        #expect(open.interval == 0...Double.infinity && open.isDifferent == false)
    }

    @Test func `noise and what a counter rounds go over into each other`() throws {
        // The limits leave 0.02 of each value open, so a spread of a third of both is no step.
        func width(spread: Double) throws -> Double {
            let values = (0..<20).map { 5 * (1 + ($0 % 2 == 0 ? spread : -spread)) }
            let limits = values.map { ($0 * 0.98)...($0 * 1.02) }
            let first = [Double?](repeating: 5, count: 20)
            let comparison = RunComparison(
                values, within: limits, to: first, within: first.map { $0.map { ($0 * 0.98)...($0 * 1.02) } })
            let interval = try #require(comparison?.interval)
            return interval.upperBound - interval.lowerBound
        }
        let widths = try stride(from: 0.001, to: 0.2, by: 0.001).map(width)
        #expect(zip(widths, widths.dropFirst()).allSatisfy { abs($1 - $0) < 0.005 }, "\(widths)")
        #expect(try width(spread: 0.2) > 2 * width(spread: 0.001))
    }

    @Test func `the interval of what cannot be negative begins at 0`() throws {
        let values = [0.1, 5, 0.2]
        #expect(try #require(RunStatistics(values)?.interval).lowerBound < 0)
        let interval = try #require(RunStatistics(values, notBelow: 0)?.interval)
        #expect(interval.lowerBound == 0 && interval.upperBound > 5)
    }

    @Test func `quantiles are those of Student's distribution`() {
        for (count, value) in [(1, 12.706), (10, 2.228), (30, 2.042), (31, 2.0395), (60, 2.0003), (120, 1.9799)] {
            #expect(abs(StudentsDistribution.quantile975(degreesOfFreedom: count) - value) < 0.001)
        }
    }
}
