#if Exporters
import PowerSensorsGzip
import PowerSensorsTesting
import Testing

struct GzipCompressorTests {
    @Test func `what is compressed is what gunzip unpacks, page after page`() async throws {
        let gzip = try #require(GzipCompressor())
        var generator = SeededGenerator(seed: 1)
        for length in [1, 100, 10_000, 1_000_000] {
            // Half of it repeats itself, half of it cannot be compressed.
            let noise = (0..<length / 2).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let page = Array(String(repeating: "power_watts{a=\"b\"} 1\n", count: length / 40 + 1).utf8) + noise
            let compressed = try #require(gzip.compress(page))
            let folder = try Folder()
            try folder.write("page.gz", compressed)
            let unpacked = try await folder.shell("gunzip --keep page.gz && cmp page page.gz; wc -c <page; cksum <page")
            try folder.write("expected", page)
            let expected = try await folder.shell("cmp expected page && cksum <expected")
            #expect(expected.exitCode == 0)
            #expect(unpacked.output.contains(expected.output))
        }
    }

    @Test func `what cannot be compressed is packed all the same, again and again`() throws {
        let gzip = try #require(GzipCompressor())
        var generator = SeededGenerator(seed: 2)
        for length in 1..<200 {
            let noise = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            #expect(gzip.compress(noise) != nil)
        }
    }

    @Test func `a page of metrics gets several times smaller`() throws {
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
