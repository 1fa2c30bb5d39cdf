#if Exporters
import PowerSensorsExporters
import PowerSensorsTestSupport
import Subprocess
import Testing

struct GzipCompressorTests {
    @Test func `gunzip restores what was compressed, page after page`() async throws {
        let gzip = try #require(GzipCompressor())
        var generator = SeededGenerator(seed: 1)
        for length in [1, 100, 10_000, 1_000_000] {
            // The first half is repetitive, the second one incompressible.
            let noise = (0..<length / 2).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let page = Array(String(repeating: "power_watts{a=\"b\"} 1\n", count: length / 40 + 1).utf8) + noise
            let compressed = try #require(gzip.compress(page))
            let gunzip = try await Subprocess.run(
                .name("gunzip"), input: .array(compressed), output: .bytes(limit: 1 << 21), error: .discarded)
            #expect(gunzip.terminationStatus.isSuccess)
            #expect(gunzip.standardOutput == page)
        }
    }

    @Test func `incompressible input is compressed too, repeatedly`() throws {
        let gzip = try #require(GzipCompressor())
        var generator = SeededGenerator(seed: 2)
        for length in 1..<200 {
            let noise = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            #expect(gzip.compress(noise) != nil)
        }
    }

    @Test func `a page of metrics becomes several times smaller`() throws {
        let gzip = try #require(GzipCompressor())
        let page = (0..<200).map {
            "powersensors_domain_power_watts{domain=\"core\",socket=\"0\",core=\"\($0)\"} \($0).25\n"
        }
        let bytes = Array(page.joined().utf8)
        let compressed = try #require(gzip.compress(bytes))
        #expect(compressed.count * 5 < bytes.count)
    }
}
#endif
