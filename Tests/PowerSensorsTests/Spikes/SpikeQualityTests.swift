import Glibc
import PowerSensors
import PowerSensorsTestSupport
import Testing

/// How many spikes are found, and how many alarms are false, on synthetic days whose spikes are known: the table of
/// `Docs/Spikes.md`.
struct SpikeQualityTests {
    /// Powers, one a second, and the seconds at which spikes begin and end.
    struct Day {
        var powers: [Double] = []
        var spikes: [Range<Int>] = []
    }

    /// What a rule makes of some days.
    struct Quality: CustomStringConvertible {
        var seconds = 0
        var spikes = 0
        var found = 0
        /// Spikes told while there was none, or once more.
        var falseAlarms = 0
        /// The seconds from a spike's first second to the end of the interval with which it is told.
        var delays: [Int] = []

        static func + (left: Quality, right: Quality) -> Quality {
            Quality(
                seconds: left.seconds + right.seconds, spikes: left.spikes + right.spikes,
                found: left.found + right.found, falseAlarms: left.falseAlarms + right.falseAlarms,
                delays: left.delays + right.delays)
        }

        var description: String {
            let precision = Self.percent(found, of: found + falseAlarms)
            let aDay = (Double(falseAlarms) * 864_000 / Double(max(seconds, 1))).rounded() / 10
            let delay = delays.isEmpty ? "-" : "\(delays.sorted()[delays.count / 2]) s"
            return
                "\(spikes) | \(spikes == 0 ? "-" : "\(found)") | \(precision) | \(Self.percent(found, of: spikes)) | \(aDay) | \(delay)"
        }

        private static func percent(_ part: Int, of whole: Int) -> String {
            whole == 0 ? "-" : "\(Int((100 * Double(part) / Double(whole)).rounded())) %"
        }
    }

    enum Kind: String, CaseIterable {
        case steady = "a day idle, 40 W with noise of 2 W"
        case rough = "a day idle, 40 W with noise of 4 W, and every fiftieth second up to 9 W more"
        case drifting = "a day from 80 to 160 W and back, with noise of 3 %"
        case short = "six hours idle, and each quarter of an hour 60 W for 2 s"
        case small = "six hours idle, and each quarter of an hour 55 W for 20 s"
        case pairs = "six hours idle, and each quarter of an hour 90 W for 20 s, twice within a minute"
        case builds = "a day of a build server: 60 W, and each quarter of an hour 250 W for one to two minutes"
        case busy = "a day of a busy build server: 60 W, and most of the time 250 W"

        /// Its days, by several seeds.
        var days: [Day] { [7, 8].map(day) }

        private func day(_ seed: UInt64) -> Day {
            var noise = Noise(seed: seed)
            return switch self {
            case .steady: noise.day { _, noise in 40 + 2 * noise.normal() }
            case .rough:
                noise.day { _, noise in
                    40 + 4 * noise.normal() + (noise.uniform() < 0.02 ? 9 * noise.uniform() : 0)
                }
            case .drifting:
                noise.day { second, noise in
                    (120 - 40 * cos(2 * .pi * Double(second) / 86_400)) * (1 + 0.03 * noise.normal())
                }
            case .short: noise.day(spikes: [2], 40, 60, roughness: 2)
            case .small: noise.day(spikes: [20], 40, 55, roughness: 2)
            case .pairs: noise.day(spikes: [20, 20], 40, 90, roughness: 2)
            case .builds:
                noise.day(quarters: 96, spikes: [60 + Int(60 * noise.uniform())], 60, 250, roughness: 20)
            case .busy: noise.day(quarters: 96, spikes: [640], 60, 250, roughness: 20)
            }
        }
    }

    struct Noise {
        private var generator: SeededGenerator
        init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

        mutating func uniform() -> Double { Double.random(in: 0..<1, using: &generator) }

        /// Normal noise with a standard deviation of 1 (Box and Muller 1958).
        mutating func normal() -> Double { (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform()) }

        mutating func day(hours: Int = 24, _ power: (Int, inout Noise) -> Double) -> Day {
            Day(powers: (0..<hours * 3600).map { max(power($0, &self), 0) })
        }

        /// Some hours with spikes of some lengths, 15 s apart, at a random second of each quarter of an hour.
        mutating func day(
            quarters: Int = 24, spikes lengths: [Int], _ low: Double, _ high: Double, roughness: Double
        ) -> Day {
            var spikes: [Range<Int>] = []
            let room = 900 - lengths.reduce(0, +) - 15 * lengths.count
            for quarter in 0..<quarters {
                var begin = quarter * 900 + Int(Double(room) * uniform())
                for length in lengths where begin > 100 {
                    spikes.append(begin..<begin + length)
                    begin += length + 15
                }
            }
            let isHigh = spikes.reduce(into: Array(repeating: false, count: quarters * 900)) { all, spike in
                for second in spike { all[second] = true }
            }
            var day = day(hours: quarters / 4) { second, noise in
                (isHigh[second] ? high : low) + roughness / 2 * noise.normal()
            }
            day.spikes = spikes
            return day
        }
    }

    private func quality(_ day: Day, _ rule: SpikeRule) -> Quality {
        var detector = SpikeDetector(rule, of: Series.host)
        var told: [Int] = []
        for (second, power) in day.powers.enumerated() {
            let end = Series.instant(Int64(second + 1))
            if case .began? = detector.record(Watts(power), over: .seconds(1), until: end) { told.append(second) }
        }
        let delays = day.spikes.compactMap { spike in
            told.first(where: spike.contains).map { $0 - spike.lowerBound + 1 }
        }
        let alarms = told.filter { second in !day.spikes.contains { $0.contains(second) } }
        let repeated = day.spikes.map { spike in max(told.count(where: spike.contains) - 1, 0) }.reduce(0, +)
        return Quality(
            seconds: day.powers.count, spikes: day.spikes.count, found: delays.count,
            falseAlarms: alarms.count + repeated, delays: delays)
    }

    @Test(arguments: Kind.allCases) func `the documented figures hold`(kind: Kind) throws {
        let document = String(decoding: try #require(Self.document), as: UTF8.self)
        let days = kind.days
        for (name, rule) in [("eager", SpikeRule.eager), ("normal", .normal), ("calm", .calm)] {
            let sum = days.map { quality($0, rule) }.reduce(Quality(), +)
            let row = "| \(kind.rawValue) | \(name) | \(sum) |"
            #expect(document.contains(row), "Docs/Spikes.md should have this row: \(row)")
        }
    }

    @Test func `the documented figures of a recorded series hold`() throws {
        let document = String(decoding: try #require(Self.document), as: UTF8.self)
        for (name, rule) in [("eager", SpikeRule.eager), ("normal", .normal), ("calm", .calm)] {
            let told = spikes(in: RecordedPowers.watts, rule)
            let found = RecordedPowers.compiles.filter { compile in told.contains { $0.overlaps(compile) } }
            let others = told.filter { spike in !RecordedPowers.compiles.contains { spike.overlaps($0) } }
            let row = "| \(name) | \(RecordedPowers.compiles.count) | \(found.count) | \(others.count) |"
            #expect(document.contains(row), "Docs/Spikes.md should have this row: \(row)")
            // Each is a rise that a look at the powers shows too.
            for spike in told {
                let before = RecordedPowers.watts[max(spike.lowerBound - 300, 0)..<spike.lowerBound].sorted()
                let power = RecordedPowers.watts[spike.lowerBound]
                #expect(power > before[before.count / 2] + rule.minimum.rawValue, "\(spike)")
            }
        }
    }

    /// The seconds of each spike that is told.
    private func spikes(in powers: [Double], _ rule: SpikeRule) -> [Range<Int>] {
        var detector = SpikeDetector(rule, of: Series.host)
        var (begin, found): (Int?, [Range<Int>]) = (nil, [])
        for (second, power) in powers.enumerated() {
            let end = Series.instant(Int64(second + 1))
            switch detector.record(Watts(power), over: .seconds(1), until: end) {
            case .began?: begin = second
            case .ended?:
                if let start = begin.take() { found.append(start..<second) }
            case nil: break
            }
        }
        if let begin { found.append(begin..<powers.count) }
        return found
    }

    private static let document = try? WholeFile.bytes(
        "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/Docs/Spikes.md")
}
