import PowerSensors
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A folder that stands for procfs and goes away with its owner.
private final class TemporaryProcfs {
    let path: String

    init(_ files: [String: String]) throws {
        var template = Array("/tmp/power-sensors-estimator-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress, let name = unsafe mkdtemp(start) else { return nil }
            return unsafe String(cString: name)
        }
        path = try #require(made)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit {
        for name in ["cpuinfo", "meminfo", "stat"] { unsafe unlink("\(path)/\(name)") }
        unsafe rmdir(path)
    }

    /// Writes in place, so that an open descriptor shows the new text.
    func write(_ text: String, to name: String) throws {
        let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(file >= 0)
        let bytes = Array(text.utf8)
        #expect(unsafe Glibc.write(file, bytes, bytes.count) == bytes.count)
        close(file)
    }

    func estimator() throws -> Estimator { Estimator(roots: try SystemRoots(procfs: path)) }
}

private let turinGuest = (0..<2).map { number in
    """
    processor\t: \(number)
    vendor_id\t: AuthenticAMD
    cpu family\t: 26
    model\t\t: 2
    model name\t: AMD EPYC
    stepping\t: 1
    physical id\t: 0
    core id\t\t: \(number)
    cpu cores\t: 2
    flags\t\t: fpu sse2 hypervisor

    """
}.joined(separator: "\n")

private func read(_ reader: inout any SensorReader) -> [Reading] {
    [Reading](capacity: reader.channels.count) { readings in reader.read(into: &readings) }
}

struct EstimatorTests {
    @Test func `a guest gets one estimated channel of energy at the wall`() throws {
        let procfs = try TemporaryProcfs([
            "cpuinfo": turinGuest, "meminfo": "MemTotal: 4000000 kB\n", "stat": "cpu  1 2 3 4 5 6 7 8 9 10\n",
        ])
        let discovery = try procfs.estimator().discover()
        #expect(discovery.channels.count == 1)
        let channel = try #require(discovery.channels.first)
        #expect(channel.id == "estimator/host")
        #expect(channel.sensor == .estimator)
        #expect(channel.mechanism == "model")
        #expect(channel.quantity == .energy)
        #expect(channel.provenance == .estimated)
        #expect(channel.countsIn == .wall)
        #expect(channel.band == RelativeBand(low: 0.65, high: 1.35))
        #expect(channel.label == "turin, tier 1, guest share 2/640")
        #expect(channel.path == "stat")
        #expect(channel.component.kind == .host)
        #expect(channel.maximumPower == Watts(1000))
        #expect(discovery.findings.map(\.severity) == [.info])
        let text = try #require(discovery.findings.first?.text)
        for part in ["estimate", "tier 1", "turin", "found by its number", "2 of the 640", "−35 %", "+35 %"] {
            #expect(text.contains(part))
        }
    }

    @Test func `a large server may use four times its greatest power`() throws {
        let cpuinfo = (0..<64).map {
            "processor: \($0)\nvendor_id: GenuineIntel\ncpu family: 6\nmodel: 143\nphysical id: \($0 / 32)\ncore id: \($0)\n"
        }.joined()
        let procfs = try TemporaryProcfs([
            "cpuinfo": cpuinfo, "meminfo": "MemTotal: 268435456 kB\n", "stat": "cpu  1 2 3 4\n",
        ])
        let channel = try #require(try procfs.estimator().discover().channels.first)
        let server = ModelledServer(
            generation: .sapphireRapids,
            sockets: 2,
            cores: 64,
            memoryGigabytes: 256,
            isClient: false
        )
        #expect(channel.maximumPower == EstimatorModel.curve(of: server).maximum * 4)
        #expect(channel.maximumPower > Watts(1000))
    }

    @Test func `an unknown processor and unknown memory are warned of`() throws {
        let procfs = try TemporaryProcfs(["cpuinfo": "processor: 0\n", "stat": "cpu  1 2 3 4\n"])
        let discovery = try procfs.estimator().discover()
        #expect(discovery.channels.count == 1)
        #expect(discovery.findings.map(\.severity) == [.info, .warning, .warning])
        #expect(discovery.findings.map(\.reason) == ["estimated", "unknown", "absent"])
    }

    @Test(
        arguments: [
            ([:], "cpuinfo", "absent"),
            (["cpuinfo": "garbage"], "cpuinfo", "malformed"),
            (["cpuinfo": turinGuest], "stat", "absent"),
            (["cpuinfo": turinGuest, "stat": ""], "stat", "malformed"),
            (["cpuinfo": turinGuest, "stat": "cpu  1\n"], "stat", "malformed"),
        ] as [([String: String], String, String)]
    )
    func `without its files it has no channel and says why`(
        files: [String: String],
        subject: String,
        reason: String
    ) throws {
        let procfs = try TemporaryProcfs(files)
        let discovery = try procfs.estimator().discover()
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.count == 1)
        let finding = try #require(discovery.findings.first)
        #expect(finding.severity == .error)
        #expect(finding.subject == subject)
        #expect(finding.reason == reason)
        #expect(finding.remedy != nil)
    }

    @Test func `every channel gets exactly one reading, which grows with the time`() throws {
        let procfs = try TemporaryProcfs(["cpuinfo": turinGuest, "stat": "cpu  0 0 0 0\n"])
        let estimator = try procfs.estimator()
        let channels = estimator.discover().channels
        var reader = try estimator.open(channels)
        #expect(reader.channels == channels)
        let first = read(&reader)
        #expect(first.map(\.count) == [1])

        let began = SampleInstant.now
        usleep(20_000)
        try procfs.write("cpu  5 0 0 5\n", to: "stat")
        let second = read(&reader)
        #expect(second.count == 1)
        let count = try #require(second.first?.count)
        // At half load the guest's two threads take a few watts.
        let passed = Double(SampleInstant.now.monotonicNanoseconds - began.monotonicNanoseconds) / 1e9
        let power = MachineEstimate(try #require(machine())).curve.power(at: 0.5).rawValue
        #expect(Double(count) >= power * 0.02 * 1e6)
        #expect(Double(count) <= 2 + power * (passed + 1) * 1e6)
    }

    @Test func `a failed reading says why, and the next good one bridges the gap`() throws {
        let procfs = try TemporaryProcfs(["cpuinfo": turinGuest, "stat": "cpu  0 0 0 0\n"])
        let estimator = try procfs.estimator()
        var reader = try estimator.open(estimator.discover().channels)
        #expect(read(&reader).map(\.count) == [1])
        try procfs.write("garbage\n", to: "stat")
        #expect(read(&reader).map(\.status) == [.io(errno: EBADMSG)])
        try procfs.write("", to: "stat")
        #expect(read(&reader).map(\.status) == [.io(errno: ENODATA)])
        usleep(10_000)
        try procfs.write("cpu  1 0 0 1\n", to: "stat")
        let count = try #require(read(&reader).first?.count)
        #expect(count > 1)
    }

    @Test func `without a channel nothing is read`() throws {
        let procfs = try TemporaryProcfs(["cpuinfo": turinGuest])
        var reader = try procfs.estimator().open([])
        #expect(read(&reader).isEmpty)
    }

    private func machine() -> MachineDescription? {
        MachineDescription(cpuinfo: Array(turinGuest.utf8), meminfo: nil)
    }
}
