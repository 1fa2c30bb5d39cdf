#if Exporters
import Glibc
import PowerSensorsPush
import PowerSensorsTesting
import Testing

/// Files with passwords, tokens and authorities.
struct PushCredentialsTests {
    private func problem(_ configuration: LokiConfiguration) -> String? {
        do throws(PushSetupError) {
            _ = try LokiExporter("http://host", node: "n1", configuration: configuration)
            return nil
        } catch {
            return error.problem
        }
    }

    private func problem(token path: String) -> String? {
        var configuration = LokiConfiguration()
        configuration.credentials = .bearer(tokenFile: path)
        return problem(configuration)
    }

    @Test(
        arguments: [
            (Array("\u{FEFF} token\r\n".utf8), nil), (Array(repeating: 0x61, count: 4096), nil),
            (Array(repeating: 0x61, count: 4097), "the file is larger than 4 KiB"),
            (Array(" \t\r\n".utf8), "the file is empty"), (Array("\u{FEFF}".utf8), "the file is empty"),
            ([0xFF, 0xFE, 0x61, 0x00], "the file is not in UTF-8"),
            ([0x0B, 0x61], "it is empty, or contains characters that a header cannot carry"),
        ] as [([UInt8], String?)])
    func `a token's file is UTF-8 with or without a byte order mark`(bytes: [UInt8], expected: String?) throws {
        let folder = try MockTree()
        try folder.write(bytes: bytes, to: "token")
        #expect(problem(token: "\(folder.path)/token") == expected)
    }

    @Test func `a token in a pipe is refused, without waiting for it`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/pipe"
        let failure = unsafe mkfifo(path, 0o600)
        try #require(failure == 0)
        #expect(problem(token: path) == "it must be a file, since it is read again for each request")
    }

    @Test func `authorities of more than a megabyte are refused, and not cut`() throws {
        let folder = try MockTree()
        var configuration = LokiConfiguration()
        configuration.certificateAuthorityFile = "\(folder.path)/authorities"
        for (count, expected) in [
            (1 << 20, "the file has no certificate in PEM format"), ((1 << 20) + 1, "the file is larger than 1024 KiB"),
        ] {
            try folder.write(bytes: Array(repeating: 0x0A, count: count), to: "authorities")
            #expect(problem(configuration) == expected)
        }
    }
}
#endif
