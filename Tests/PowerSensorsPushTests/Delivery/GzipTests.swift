#if Exporters
import PowerSensorsPush
import Subprocess
import Testing

struct GzipTests {
    @Test(arguments: [0, 1, 1000, 1 << 20])
    func `gzip itself reads what was compressed`(count: Int) async throws {
        var generator = SplitMix(seed: UInt64(count))
        let bytes = (0..<count).map { _ in UInt8(ascii: "a") + UInt8(generator.next() % 20) }
        let compressed = try gzipped(bytes)
        let result = try await Subprocess.run(
            .name("gzip"), arguments: ["-dc"], input: .array(compressed), output: .bytes(limit: 1 << 21))
        #expect(result.terminationStatus.isSuccess)
        #expect(result.standardOutput == bytes)
    }
}
#endif
