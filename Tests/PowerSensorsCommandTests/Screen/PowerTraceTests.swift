import PowerSensors
import PowerSensorsCommand
import Testing

/// The last minutes as columns.
struct PowerTraceTests {
    private func instant(_ seconds: Double) -> SampleInstant {
        let nanoseconds = Int64(seconds * 1e9)
        return SampleInstant(boottimeNanoseconds: nanoseconds, monotonicNanoseconds: nanoseconds)
    }

    private func trace(_ powers: [Double?], every interval: Double = 2, from start: Double = 1000) -> PowerTrace {
        var trace = PowerTrace(interval: .seconds(interval))
        for (index, power) in powers.enumerated() {
            trace.record(
                power.map { Watts($0) }, over: .seconds(interval), until: instant(start + Double(index + 1) * interval))
        }
        return trace
    }

    @Test func `each column is the mean of its time, the newest last`() {
        // 150 columns of 2 s are the five minutes that are shown at least.
        #expect(trace([10, 20, 30]).columns(150).suffix(4) == [.gap, .power(10), .power(20), .power(30)])
        let merged = trace((0..<300).map { Double($0 % 2) * 10 }, from: 1200).columns(75)
        #expect(Set(merged) == [.power(5)])
        #expect(trace([1]).span(columns: 75) == .seconds(300) && trace([1]).span(columns: 150) == .seconds(300))
        #expect(trace([1]).span(columns: 200) == .seconds(400))
    }

    @Test func `what is unknown is a gap, in whatever column it falls, and 0 W is none`() {
        #expect(trace([10, nil, 0, 30]).columns(150).suffix(4) == [.power(10), .gap, .power(0), .power(30)])
        let merged = trace([10, 10, nil, 10, 10, 10, 10, 10], from: 1200).columns(75)
        #expect(merged.filter { $0 == .gap }.count >= 1 + 75 - 4)
        #expect(Bars.vertical([.power(10), .gap, .power(0)], of: 10, height: 2) == ["█  ", "█ ▁"])
    }

    @Test func `a snapshot after a long time fills it, or leaves it open`() {
        var known = trace([10])
        known.record(Watts(20), over: .seconds(8), until: instant(1010))
        #expect(known.columns(150).suffix(5) == [.power(10)] + [.power(20)].repeated(4))
        var open = trace([10])
        open.record(nil, over: .seconds(8), until: instant(1010))
        #expect(open.columns(150).suffix(5) == [.power(10)] + [.gap].repeated(4))
        var suspended = trace([10])
        suspended.record(Watts(20), over: .seconds(1e9), until: instant(1e9))
        #expect(Set(suspended.columns(150)) == [.power(20)])
    }

    @Test func `snapshots that come oftener than once a second are means, and jitter makes no gap`() {
        let often = trace((0..<3000).map { Double($0 % 10) }, every: 0.1)
        #expect(
            often.columns(100).suffix(50).allSatisfy {
                if case .power(let power) = $0 { abs(power - 4.5) < 0.5 } else { false }
            })
        var late = PowerTrace(interval: .seconds(2))
        var last = 1000.0
        for index in 1...200 {
            let moment = 1000 + Double(index) * 2 + Double(index * 7919 % 100) / 1000
            late.record(Watts(5), over: .seconds(moment - last), until: instant(moment))
            last = moment
        }
        #expect(Set(late.columns(150)) == [.power(5)])
    }

    @Test func `a bar is as long as its part, and at least visible`() {
        #expect(Bars.horizontal(50, of: 100, width: 10) == "█████")
        #expect(Bars.horizontal(0.001, of: 100, width: 10) == "▌")
        #expect(Bars.horizontal(0, of: 100, width: 10).isEmpty && Bars.horizontal(1, of: 0, width: 10).isEmpty)
        #expect(Bars.horizontal(500, of: 100, width: 10).count == 10)
    }

    @Test func `a power that is unknown or shown as 0 has no bar`() {
        #expect(Bars.horizontal(power: Watts(50), of: 100, width: 10) == "█████")
        #expect(Bars.horizontal(power: Watts(0.0006), of: 100, width: 10) == "▌")
        for power in [nil, Watts(0), Watts(0.000_004)] {
            #expect(Bars.horizontal(power: power, of: 100, width: 10).isEmpty, "\(String(describing: power))")
        }
    }
}

extension Array {
    fileprivate func repeated(_ count: Int) -> [Element] { (0..<count).flatMap { _ in self } }
}
