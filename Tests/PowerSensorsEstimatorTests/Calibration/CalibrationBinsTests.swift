import Foundation
import PowerSensors
import PowerSensorsTestSupport
import Testing

struct CalibrationBinsTests {
    private static func watts(_ load: Double) -> Double { 60 + 140 * (0.3 * load + 0.7 * load * load) }

    /// Windows as of days of production: nearly always idle, now and then busy.
    private static func learned(
        _ windows: Int, seed: UInt64 = 1, scale: Double = 1, most: Double = 1
    ) -> CalibrationBins {
        var random = SeededGenerator(seed: seed)
        var bins = CalibrationBins()
        for index in 0..<windows {
            let isBusy = index % 50 == 0
            let load =
                isBusy ? Double.random(in: 0...most, using: &random) : Double.random(in: 0...0.05, using: &random)
            // Now and then a spike that the load does not explain.
            let spike = index % 97 == 3 ? 1.6 : 1
            let noise = Double.random(in: 0.97...1.03, using: &random) * spike * scale
            bins.add(CalibrationPoint(load: load, power: Watts(watts(load) * noise)))
        }
        return bins
    }

    @Test func `days of mostly idle windows give the whole curve`() throws {
        let fit = try CalibrationFit(Self.learned(200_000))
        for (tenth, power) in fit.powers.enumerated() {
            #expect(abs(power.rawValue / Self.watts(Double(tenth) / 10) - 1) < 0.03, "at \(tenth)0 %: \(power)")
        }
        #expect(fit.error < 0.05)
        #expect(fit.counts.used + fit.counts.tested == 200_000)
    }

    @Test func `a profile is as far off what is learned as the machine has changed since`() throws {
        let learned = Self.learned(3000)
        let fit = try CalibrationFit(learned)
        let profile = Self.profile(fit)
        #expect(abs(profile.error(on: learned) - fit.error) < 1e-9)
        let changed = profile.error(on: Self.learned(3000, seed: 2, scale: 1.2))
        #expect(changed > 0.15 && changed < 0.25, "\(changed)")
    }

    private static func profile(_ fit: CalibrationFit) -> CalibrationProfile {
        let machine = MachineDescription(
            processor: ProcessorIdentity(vendor: .intel, family: 6, model: 85, stepping: 7, name: "Intel Xeon"),
            sockets: 1, cores: 8, threads: 16, memoryGigabytes: 64, isGuest: false)
        return CalibrationProfile(fit, of: .cpu, by: .rapl, on: CalibrationProfile.Hardware(machine))
    }

    @Test func `half a range replaces no whole curve that still fits`() throws {
        let whole = Self.profile(try CalibrationFit(Self.learned(20_000)))
        let half = Self.learned(20_000, seed: 2, scale: 1.02, most: 0.6)
        let fit = try CalibrationFit(half)
        #expect(fit.error < whole.error(on: half), "it fits its own half better")
        #expect(fit.isWorse(than: whole, on: half))
        let changed = Self.learned(20_000, seed: 2, scale: 1.2, most: 0.6)
        #expect(try !CalibrationFit(changed).isWorse(than: whole, on: changed), "the machine is another one")
        let better = Self.learned(20_000, seed: 2, scale: 1.02)
        #expect(try !CalibrationFit(better).isWorse(than: whole, on: better))
        let narrow = Self.profile(try CalibrationFit(Self.learned(20_000, most: 0.55)))
        #expect(!fit.isWorse(than: narrow, on: half), "what was learned at few loads gives way")
    }

    @Test func `what is kept does not grow with time`() throws {
        let encoder = JSONEncoder()
        let day = try encoder.encode(Self.learned(86_400)).count
        let week = try encoder.encode(Self.learned(604_800)).count
        #expect(week < 12_000 && abs(week - day) < 1000, "\(day) and \(week) bytes")
    }

    @Test func `what was learned goes on after a restart as if there had been none`() throws {
        var whole = CalibrationBins()
        var first = CalibrationBins()
        let points = (0..<400).map { index in
            CalibrationPoint(load: Double(index % 100) / 100, power: Watts(Self.watts(Double(index % 100) / 100)))
        }
        for point in points { whole.add(point) }
        for point in points.prefix(150) { first.add(point) }
        var second = try JSONDecoder().decode(CalibrationBins.self, from: JSONEncoder().encode(first))
        for point in points.dropFirst(150) { second.add(point) }
        #expect(second == whole)
    }

    @Test(arguments: [
        #"{}"#, #"{"windows":1,"used":[],"tested":[]}"#, #"{"windows":-1,"used":[[0,0,0,0]],"tested":[]}"#,
    ])
    func `sums that cannot be are refused`(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(CalibrationBins.self, from: Data(text.utf8))
        }
    }

    @Test func `sums with a load above 1 are refused`() throws {
        var text = String(decoding: try JSONEncoder().encode(Self.learned(100)), as: UTF8.self)
        let row = try #require(text.range(of: "[0,0,0,0]"))
        text.replaceSubrange(row, with: "[1,2,50,2500]")
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(CalibrationBins.self, from: Data(text.utf8))
        }
    }

    @Test func `a narrow load gives no curve, and nonsense is left out`() {
        var bins = CalibrationBins()
        for index in 0..<1000 {
            bins.add(CalibrationPoint(load: Double(index % 40) / 100, power: Watts(100 + Double(index % 40))))
        }
        #expect { try CalibrationFit(bins) } throws: { "\($0)".contains("load only went") }
        var empty = CalibrationBins()
        for load in [-1, 2, .nan] { empty.add(CalibrationPoint(load: load, power: Watts(50))) }
        for watts in [-1, 0, .infinity, .nan] { empty.add(CalibrationPoint(load: 0.5, power: Watts(watts))) }
        #expect(empty.windows == 0)
        #expect(throws: CalibrationError.tooFewPoints(0)) { try CalibrationFit(empty) }
    }

    @Test func `a machine that changed slowly is followed`() throws {
        var bins = Self.learned(200_000)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<400_000 {
            let load = Double.random(in: 0...1, using: &random)
            bins.add(CalibrationPoint(load: load, power: Watts(Self.watts(load) * 1.1)))
        }
        let fit = try CalibrationFit(bins)
        for (tenth, power) in fit.powers.enumerated() {
            #expect(abs(power.rawValue / Self.watts(Double(tenth) / 10) / 1.1 - 1) < 0.03, "at \(tenth)0 %: \(power)")
        }
    }
}
