#if Exporters
import PowerSensors
import PowerSensorsPush
import PowerSensorsTestSupport
import Testing

struct LokiKeysTests {
    @Test func `keys are derived from channel ids`() {
        let ids = [
            "rapl/package-0", "rapl/package-0/core", "rapl/package-0-die-1/dram", "rapl/psys", "estimator/wall",
            "rapl/cpu", "hwmon/nvme-0/temp1", "rapl/0", "rapl/ü", "rapl/a b", "rapl/a_b", "alien",
        ]
        let channels = ids.map {
            PushSamples.channel($0, sensor: SensorName(String($0.prefix { $0 != "/" })))
        }
        #expect(
            lokiKeys(for: channels) == [
                "package0", "package0_core", "package0_die1_dram", "psys", "estimator_wall", "rapl_cpu", "nvme0_temp1",
                "rapl_0", "rapl", "a_b", "rapl_a_b", "alien",
            ])
    }

    @Test(arguments: 0..<20)
    func `keys are valid in LogQL and unique for any ids`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let scalars: [Unicode.Scalar] = ["a", "B", "0", "9", "-", "/", "_", " ", "é", "\"", "\u{0}"]
        let channels = (0..<200).map { _ in
            let id = (0..<Int.random(in: 0...6, using: &generator)).compactMap { _ in
                scalars.randomElement(using: &generator)
            }
            return PushSamples.channel("s/" + String(String.UnicodeScalarView(id)), sensor: SensorName("s"))
        }
        let keys = lokiKeys(for: channels)
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.wholeMatch(of: /[A-Za-z][A-Za-z0-9_]*/) != nil })
    }
}
#endif
