import Foundation
import PowerSensors
import Testing

struct MergedCalibrationTests {
    /// A machine whose power is that of its kind, times a factor of its own.
    private static func profile(
        _ factor: Double, threads: Int = 16, scope: Scope = .cpu
    ) throws -> CalibrationProfile {
        let points = (0..<110).map { index in
            let load = Double(index % 11) / 10
            return CalibrationPoint(load: load, power: Watts((100 + 200 * load * load) * factor))
        }
        let machine = MachineDescription(
            processor: ProcessorIdentity(vendor: .intel, family: 6, model: 85, stepping: 7, name: "Intel Xeon"),
            sockets: 1, cores: threads / 2, threads: threads, memoryGigabytes: 64, isGuest: false)
        return CalibrationProfile(
            try CalibrationFit(points), of: scope, by: .rapl, on: CalibrationProfile.Hardware(machine))
    }

    @Test func `three machines are merged into their mean, with the error of each left out`() throws {
        let merged = try MergedCalibration([Self.profile(0.96), Self.profile(1), Self.profile(1.04)])
        #expect(abs(merged.profile.idle.rawValue / 100 - 1) < 0.02)
        #expect(abs(merged.profile.maximum.rawValue / 300 - 1) < 0.02)
        // Left out, the first is 1.02 of the kind by the others and 0.96 in truth: 6.25 % off; the last 5.8 %; the middle 0.
        #expect(abs(merged.errors[0] - 0.06 / 0.96) < 0.002, "\(merged.errors)")
        #expect(abs(merged.errors[2] - 0.06 / 1.04) < 0.002)
        #expect(merged.errors[1] < 0.002)
        #expect(merged.error == merged.errors.reduce(0, +) / 3)
        #expect(merged.profile.error >= merged.error)
        #expect(merged.profile.machines == 3)
    }

    @Test func `a merged profile is a profile, also in a file`() throws {
        let merged = try MergedCalibration([Self.profile(0.9), Self.profile(1.1)]).profile
        let read = try JSONDecoder().decode(CalibrationProfile.self, from: JSONEncoder().encode(merged))
        #expect(read == merged)
        let single = String(decoding: try JSONEncoder().encode(Self.profile(1)), as: UTF8.self)
        #expect(!single.contains("members"))
        let more = try MergedCalibration([merged, Self.profile(1)])
        #expect(more.profile.machines == 3)
    }

    @Test func `a merged profile counts as its machines, and none counts twice`() throws {
        let pair = try MergedCalibration([Self.profile(0.96), Self.profile(0.98)]).profile
        let three = try MergedCalibration([pair, Self.profile(1.06)])
        #expect(abs(three.profile.idle.rawValue / 100 - 1) < 0.02)
        #expect(abs(three.errors[1] - (1.06 - 0.97) / 1.06) < 0.002, "\(three.errors)")
        #expect(throws: MergedCalibration.Failure.twice(1)) {
            try MergedCalibration([Self.profile(1), Self.profile(1)])
        }
    }

    @Test func `a member of a merged profile is not merged with it again`() throws {
        let pair = try MergedCalibration([Self.profile(0.96), Self.profile(0.98)]).profile
        let read = try JSONDecoder().decode(CalibrationProfile.self, from: JSONEncoder().encode(pair))
        #expect(throws: MergedCalibration.Failure.twice(1)) { try MergedCalibration([read, Self.profile(0.98)]) }
        let other = try MergedCalibration([Self.profile(0.98), Self.profile(1.02)]).profile
        #expect(throws: MergedCalibration.Failure.twice(1)) { try MergedCalibration([read, other]) }
    }

    @Test func `a profile of another stepping is refused, with its number`() throws {
        let text = String(decoding: try JSONEncoder().encode(Self.profile(1.1)), as: UTF8.self)
            .replacing("\"stepping\":7", with: "\"stepping\":6")
        let other = try JSONDecoder().decode(CalibrationProfile.self, from: Data(text.utf8))
        #expect {
            try MergedCalibration([Self.profile(1), other])
        } throws: {
            "\($0)".contains("model 85, stepping 6 instead of intel family 6, model 85, stepping 7")
        }
    }

    @Test func `each of two is as far off as it is, and an idle power of nearly 0 does not matter`() throws {
        for factors in [(1, 1.3), (1.3, 1)] {
            #expect(throws: MergedCalibration.Failure.self) {
                try MergedCalibration([Self.profile(factors.0), Self.profile(factors.1)])
            }
        }
        _ = try MergedCalibration([Self.profile(1), Self.profile(1.2)])
        let profiles = try [0.0, 0.1, 0.2].map { idle in
            let text = String(decoding: try JSONEncoder().encode(Self.profile(1)), as: UTF8.self)
                .replacing(/"idle_w":[0-9.]+/, with: "\"idle_w\":\(idle)")
            return try JSONDecoder().decode(CalibrationProfile.self, from: Data(text.utf8))
        }
        #expect(try MergedCalibration(profiles).error < 0.02)
    }

    @Test func `a machine far off the others is refused, and not one of them`() throws {
        let profiles = try [Self.profile(1), Self.profile(1.02), Self.profile(10), Self.profile(0.98)]
        #expect {
            try MergedCalibration(profiles)
        } throws: {
            guard case MergedCalibration.Failure.tooFarOff(2, let deviation) = $0 else { return false }
            return deviation > 8 && "\($0)".contains("% off the others")
        }
        #expect(throws: MergedCalibration.Failure.self) { try MergedCalibration([Self.profile(1), Self.profile(2)]) }
    }

    @Test func `machines of different kinds, and different scopes, are not merged`() throws {
        #expect(throws: MergedCalibration.Failure.tooFew) { try MergedCalibration([]) }
        #expect(throws: MergedCalibration.Failure.tooFew) { try MergedCalibration([Self.profile(1)]) }
        #expect {
            try MergedCalibration([Self.profile(1), Self.profile(1, threads: 32)])
        } throws: { "\($0)".contains("32 threads instead of") }
        #expect(throws: MergedCalibration.Failure.otherScope(1, .platform, .cpu)) {
            try MergedCalibration([Self.profile(1), Self.profile(1, scope: .platform)])
        }
    }
}
