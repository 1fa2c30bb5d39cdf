import PowerSensors
import PowerSensorsExporters
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// File systems that cannot be written: the guests' figures stop, a finding says why, and they resume afterwards.
@Suite(.enabled(if: Mount.isAllowed, "needs root and the right to mount"))
struct GuestFaultTests {
    @Test func `a full disk is reported until there is room`() throws {
        let bed = try ShareBed()
        let disk = try Mount("\(bed.tree.path)/disk", size: "128k")
        let folder = "\(disk.path)/share"
        var publisher = try GuestPublisher(folder: folder, configuration: bed.configuration)
        var clock = PublisherClock()
        func publish(_ joules: UInt64) -> [Finding] {
            publisher.publish(
                ["db", "web"].map { ShareBed.guest($0, joules: joules, dram: joules) }, at: clock.next())
        }
        for joules: UInt64 in [0, 1] {
            let findings = publish(joules)
            #expect(findings.count == 1)
            #expect(findings.first?.subject.hasPrefix("\(folder)/web/") == true)
            #expect(findings.first?.text.contains("No space left") == true)
            #expect(findings.first?.remedy == "Make room on its file system.")
        }
        try disk.change(size: "1m")
        #expect(publish(3).isEmpty)
        let tree = try SystemRoot(path: folder, mountPoint: folder)
        for guest in ["db", "web"] {
            let record = try ShareRecord.decode(try tree.bytes("\(guest)/share"))
            #expect(record.entries.first?.energy == 3_000_000_000, "\(guest)")
            #expect(try tree.text("\(guest)/class/powercap/intel-rapl:0/energy_uj") == "3000000")
            #expect(try tree.text("\(guest)/class/powercap/intel-rapl:0/name") == "package-0")
        }
    }

    @Test func `a read-only file system is reported until it is writable`() throws {
        let bed = try ShareBed()
        let disk = try Mount("\(bed.tree.path)/disk", size: "1m")
        var publisher = try GuestPublisher(folder: "\(disk.path)/share", configuration: bed.configuration)
        var clock = PublisherClock()
        try disk.change(isReadOnly: true)
        let findings = publisher.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        #expect(findings.map(\.subject) == ["\(disk.path)/share/web"])
        #expect(findings.first?.text.contains("Read-only file system") == true)
        #expect(findings.first?.remedy?.contains("writable") == true)
        let error = try #require(throws: ShareFault.self) {
            _ = try GuestPublisher(folder: "\(disk.path)/other", configuration: bed.configuration)
        }
        #expect(error.description.contains("Read-only file system"))
        try disk.change(isReadOnly: false)
        #expect(publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next()).isEmpty)
    }

    @Test func `a file system mounted over a guest's folder is noticed`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        _ = publisher.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        let epoch = try bed.record(of: "web").epoch
        let cover = try Mount("\(bed.path)/web", size: "1m", mode: "0755")
        _ = publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next())
        #expect(try bed.record(of: "web").epoch != epoch)
        #expect(try bed.state(at: "share/web").mode & 0o7777 == 0o750)
        _ = cover
    }
}
