import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct GuestPublisherTests {
    @Test func `a guest's energy is in its record and its tree`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        #expect(publisher.publish([ShareBed.guest("web", joules: 100, dram: 10)], at: clock.next()).isEmpty)
        #expect(publisher.publish([ShareBed.guest("web", joules: 350, dram: 15)], at: clock.next()).isEmpty)
        let record = try bed.record(of: "web")
        #expect(record.sequence == 2 && record.nanoseconds == 5_000_000_000 && record.period == 5_000_000_000)
        #expect(record.policy == .active && record.hops == 1 && record.origin == .measured)
        #expect(
            record.entries == [
                .init(domain: .package, energy: 350_000_000_000), .init(domain: .dram, energy: 15_000_000_000),
            ])
        for zone in [
            "web/class/powercap/intel-rapl:0", "web/class/powercap/intel-rapl/intel-rapl:0", "web/intel-rapl:0",
        ] {
            #expect(try bed.count(of: zone) == 350_000_000)
            #expect(try bed.tree.text(of: "share/\(zone)/name") == "package-0\n")
        }
        for zone in [
            "class/powercap/intel-rapl:0:0", "class/powercap/intel-rapl/intel-rapl:0/intel-rapl:0:0", "intel-rapl:0:0",
        ] {
            #expect(try bed.count(of: "web/\(zone)") == 15_000_000)
            #expect(try bed.tree.text(of: "share/web/\(zone)/name") == "dram\n")
            #expect(try bed.tree.text(of: "share/web/\(zone)/max_energy_range_uj") == "9223372036854775807\n")
            #expect(try bed.tree.text(of: "share/web/\(zone)/enabled") == "1\n")
        }
    }

    @Test func `files and folders have the right modes and group, whatever the umask`() async throws {
        let bed = try ShareBed()
        let (path, users) = (bed.path, bed.configuration.users)
        let group = geteuid() == 0 ? UInt32(4242) : getegid()
        await #expect(processExitsWith: .success) {
            [path = path as String, users = users as Set<UInt32>, group = group as UInt32] in
            umask(0o077)
            var publisher = try GuestPublisher(folder: path, configuration: GuestConfiguration(users: users))
            let findings = publisher.publish([ShareBed.guest("web", joules: 1, dram: 1, group: group)], at: 1)
            try #require(findings.isEmpty)
        }
        #expect(try bed.state(at: "share").mode & 0o7777 == 0o711)
        for folder in ["", "/class", "/class/powercap", "/class/powercap/intel-rapl:0", "/intel-rapl:0:0"] {
            #expect(try bed.state(at: "share/web\(folder)").mode & 0o7777 == 0o750)
            #expect(try bed.group(of: "share/web\(folder)") == group)
        }
        for file in ["share", "intel-rapl:0/energy_uj", "class/powercap/intel-rapl:0:0/name"] {
            #expect(try bed.state(at: "share/web/\(file)").mode & 0o7777 == 0o640)
            #expect(try bed.group(of: "share/web/\(file)") == group)
        }
    }

    @Test func `permissions are removed but never added`() throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var first: GuestPublisher? = try bed.publisher()
        _ = first?.publish([ShareBed.guest("web", joules: 1)], at: clock.next())
        first = nil
        try bed.tree.setPermissions(0o700, of: "share")
        try bed.tree.setPermissions(0o755, of: "share/web")
        try bed.tree.setPermissions(0o500, of: "share/web/class")
        try bed.tree.setPermissions(0o604, of: "share/web/share")
        var second = try bed.publisher()
        #expect(second.publish([ShareBed.guest("web", joules: 1)], at: clock.next()).isEmpty)
        #expect(try bed.state(at: "share").mode & 0o7777 == 0o700)
        #expect(try bed.state(at: "share/web").mode & 0o7777 == 0o750)
        #expect(try bed.state(at: "share/web/class").mode & 0o7777 == 0o500)
        #expect(try bed.state(at: "share/web/share").mode & 0o7777 == 0o600)
    }

    @Test func `energy is published in whole millijoules, with its bounds if it has any`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        var guest = ShareBed.guest("web", joules: 0)
        _ = publisher.publish([guest], at: clock.next())
        guest.package = 2_999_999
        let band = RelativeBand(low: 0.5, high: 1.5)
        _ = publisher.publish([guest], status: .partial, band: band, at: clock.next())
        #expect(
            try bed.record(of: "web").entries == [
                .init(domain: .package, energy: 2_000_000, low: 1_000_000, high: 5_000_000, status: .partial)
            ])
        #expect(try bed.count(of: "web/intel-rapl:0") == 2_000)
        // A figure that is unknown neither adds to the sum nor resets it.
        _ = publisher.publish([guest], status: .absent, at: clock.next())
        let entry = try #require(try bed.record(of: "web").entries.first)
        #expect(entry.energy == 2_000_000 && entry.status == .absent)
    }

    @Test func `no energy is lost when the record's sum and the tree's count wrap`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        var guest = ShareBed.guest("web", joules: 0)
        // A millijoule before 2⁶³ µJ, which is a multiple of 2⁶⁴ nJ.
        let wrap: UInt128 = 1000 << 63
        guest.package = wrap - 1_000_000
        _ = publisher.publish([guest], at: clock.next())
        let (energy, count) = (try bed.record(of: "web").entries[0].energy, try bed.count(of: "web/intel-rapl:0"))
        guest.package = wrap + 3_000_000_000
        _ = publisher.publish([guest], at: clock.next())
        #expect(try bed.record(of: "web").entries[0].energy &- energy == 3_001_000_000)
        #expect(try bed.count(of: "web/intel-rapl:0") == (count + 3_001_000) & UInt64(Int64.max))
    }

    @Test func `a machine whose energy falls is counted from its new start`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        for joules: UInt64 in [5, 9, 2, 3] {
            _ = publisher.publish([ShareBed.guest("web", joules: joules)], at: clock.next())
        }
        #expect(try bed.record(of: "web").entries.first?.energy == 10_000_000_000)
    }

    @Test func `a restarted publisher's counters continue, and its records have a new epoch`() throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var last: (count: UInt64, epoch: ShareRecord.Epoch)?
        for round in 0..<3 {
            var publisher = try bed.publisher()
            // The source restarts as well, at 0.
            _ = publisher.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
            let record = try bed.record(of: "web")
            #expect(record.sequence == 1 && record.entries.first?.energy == 0)
            if let last {
                #expect(try bed.count(of: "web/intel-rapl:0") == last.count, "round \(round)")
                #expect(record.epoch != last.epoch)
            }
            _ = publisher.publish([ShareBed.guest("web", joules: 7)], at: clock.next())
            let counted = try bed.count(of: "web/intel-rapl:0")
            #expect(counted == UInt64(round + 1) * 7_000_000)
            last = (counted, record.epoch)
        }
    }

    @Test(arguments: ["", "\n", "-5\n", "junk", "99999999999999999999999\n", "9223372036854775808\n"])
    func `a counter file without a number is continued from another copy`(text: String) throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var first: GuestPublisher? = try bed.publisher()
        _ = first?.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        _ = first?.publish([ShareBed.guest("web", joules: 7)], at: clock.next())
        first = nil
        try bed.tree.write(text, to: "share/web/intel-rapl:0/energy_uj")
        var second = try bed.publisher()
        _ = second.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        #expect(try bed.count(of: "web/intel-rapl:0") == 7_000_000)
        #expect(try bed.count(of: "web/class/powercap/intel-rapl:0") == 7_000_000)
    }

    @Test func `a count that is not in whole millijoules is rounded up`() throws {
        let bed = try ShareBed()
        try bed.tree.makeDirectory("share/web/intel-rapl:0")
        try bed.tree.write("1234567", to: "share/web/intel-rapl:0/energy_uj")
        for folder in ["share", "share/web", "share/web/intel-rapl:0"] {
            try bed.tree.setPermissions(0o750, of: folder)
        }
        var publisher = try bed.publisher()
        _ = publisher.publish([ShareBed.guest("web", joules: 0)], at: 1)
        #expect(try bed.count(of: "web/intel-rapl:0") == 1_235_000)
    }

    @Test func `a restarted machine has a new epoch, and its tree's counters continue`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        _ = publisher.publish([ShareBed.guest("web", joules: 10)], at: clock.next())
        _ = publisher.publish([ShareBed.guest("web", joules: 15)], at: clock.next())
        let before = try bed.record(of: "web")
        _ = publisher.publish([ShareBed.guest("web", joules: 2, pid: 9)], at: clock.next())
        let after = try bed.record(of: "web")
        #expect(after.epoch != before.epoch && after.sequence == 1)
        #expect(after.entries.first?.energy == 2_000_000_000)
        #expect(try bed.count(of: "web/intel-rapl:0") == 17_000_000)
        _ = publisher.publish([ShareBed.guest("web", joules: 3, pid: 9)], at: clock.next())
        #expect(try bed.count(of: "web/intel-rapl:0") == 18_000_000)
    }

    @Test func `other domains have a new epoch, and the whole machine's is called host`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        var guest = ShareBed.guest("web", joules: 10)
        _ = publisher.publish([guest], at: clock.next())
        let first = try bed.record(of: "web").epoch
        guest.dram = 5
        _ = publisher.publish([guest], at: clock.next())
        let second = try bed.record(of: "web")
        #expect(second.epoch != first && second.entries.map(\.domain) == [.package, .dram])
        guest.isWholeMachine = true
        guest.dram = nil
        _ = publisher.publish([guest], origin: .estimated, hops: 2, at: clock.next())
        let third = try bed.record(of: "web")
        #expect(third.epoch != second.epoch && third.origin == .estimated && third.hops == 3)
        #expect(third.entries.map(\.domain) == [.host, .dram] && third.entries.last?.status == .absent)
        #expect(try bed.tree.text(of: "share/web/intel-rapl:0/name") == "psys\n")
    }

    @Test func `domains that are known later do not add their earlier energy to the tree`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        _ = publisher.publish([ShareBed.guest("web", joules: 100)], at: clock.next())
        _ = publisher.publish([ShareBed.guest("web", joules: 150)], at: clock.next())
        let epoch = try bed.record(of: "web").epoch
        _ = publisher.publish([ShareBed.guest("web", joules: 160, dram: 5)], at: clock.next())
        #expect(try bed.record(of: "web").epoch != epoch)
        #expect(try bed.count(of: "web/intel-rapl:0") == 160_000_000)
        var whole = ShareBed.guest("web", joules: 170, dram: 6)
        whole.isWholeMachine = true
        _ = publisher.publish([whole], at: clock.next())
        #expect(try bed.count(of: "web/intel-rapl:0") == 170_000_000)
    }

    @Test func `a record's period is no shorter than its source's`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        _ = publisher.publish([ShareBed.guest("web", joules: 1)], slowest: .seconds(20), at: clock.next())
        #expect(try bed.record(of: "web").period == 20_000_000_000)
    }

    @Test func `a folder with a file that is not a record is not removed`() throws {
        let bed = try ShareBed(grace: .zero)
        try bed.tree.write("mine\n", to: "share/foo/share")
        try bed.tree.write("mine\n", to: "share/foo/intel-rapl:0/name")
        try bed.tree.setPermissions(0o755, of: "share")
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        for _ in 0..<3 { _ = publisher.publish([], at: clock.next()) }
        #expect(try bed.tree.text(of: "share/foo/share") == "mine\n")
        #expect(try bed.tree.text(of: "share/foo/intel-rapl:0/name") == "mine\n")
    }

    @Test func `nothing is published more often than once a second`() throws {
        #expect(GuestConfiguration(users: [], period: .milliseconds(1)).period == .seconds(1))
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        let isPublished = (0..<20).map { step in
            publisher.round([ShareBed.guest("web", joules: 1)], at: Int64(step) * 100_000_000) != nil
        }
        #expect(try bed.record(of: "web").sequence == 3)
        #expect(isPublished.count(where: \.self) == 3, "a round that comes too soon says so, not that all is well")
    }

    @Test func `an ended machine's folder is removed after the grace period, but foreign files stay`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        let guests = [ShareBed.guest("web", joules: 1, dram: 1), ShareBed.guest("db", joules: 1)]
        _ = publisher.publish(guests, at: clock.next())
        try bed.tree.write("mine", to: "share/db/intel-rapl:0/note")
        try bed.tree.link("share/db/link", to: "../../outside")
        let before = try bed.outside()
        #expect(publisher.publish([], at: clock.next(after: 59)).isEmpty)
        #expect(try bed.tree.names(in: "share") == ["db", "web"])
        let findings = publisher.publish([], at: clock.next(after: 1))
        #expect(findings.count == 1 && findings.allSatisfy { $0.subject.hasSuffix("share/db/intel-rapl:0") })
        #expect(try bed.tree.names(in: "share") == ["db"])
        #expect(try bed.tree.names(in: "share/db") == ["intel-rapl:0", "link"])
        #expect(try bed.tree.names(in: "share/db/intel-rapl:0") == ["note"])
        #expect(try bed.outside() == before)
        #expect(publisher.publish([], at: clock.next()).isEmpty, "it is said once")
    }

    @Test func `a listed machine's folder exists before it starts and after it ends`() throws {
        let bed = try ShareBed(names: ["web"])
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        let folder = try bed.state(at: "share/web")
        #expect(folder.mode == S_IFDIR | 0o750)
        #expect(publisher.publish([], at: clock.next()).isEmpty)
        for _ in 0..<2 {
            _ = publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next())
            #expect(try bed.tree.names(in: "share/web") == ["class", "intel-rapl:0", "share"])
            #expect(publisher.publish([], at: clock.next(after: 60)).isEmpty)
            #expect(try bed.tree.names(in: "share/web") == [])
        }
        #expect(try bed.state(at: "share/web").inode == folder.inode)
        try bed.tree.remove("share/web")
        _ = publisher.publish([], at: clock.next())
        #expect(try bed.tree.names(in: "share") == ["web"])
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to give files away"))
    func `a listed machine's folder has the expected group until it has its process's`() throws {
        let bed = try ShareBed(names: ["web"])
        var configuration = bed.configuration
        configuration.waitingGroup = 54_321
        var publisher = try GuestPublisher(folder: bed.path, configuration: configuration)
        var clock = PublisherClock()
        #expect(try bed.group(of: "share/web") == 54_321)
        _ = publisher.publish([ShareBed.guest("web", joules: 1, group: 54_322)], at: clock.next())
        #expect(try bed.group(of: "share/web") == 54_322 && bed.group(of: "share/web/share") == 54_322)
        for seconds: Int64 in [60, 5, 5] { _ = publisher.publish([], at: clock.next(after: seconds)) }
        #expect(try bed.group(of: "share/web") == 54_321)
    }

    @Test func `the counters of a machine that returns within the grace period continue`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        _ = publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next())
        let epoch = try bed.record(of: "web").epoch
        _ = publisher.publish([], at: clock.next(after: 30))
        _ = publisher.publish([ShareBed.guest("web", joules: 3)], at: clock.next(after: 40))
        let record = try bed.record(of: "web")
        #expect(record.epoch == epoch && record.entries.first?.energy == 3_000_000_000)
    }

    @Test func `an earlier publisher's folders are removed after the grace period, others stay`() throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var first: GuestPublisher? = try bed.publisher()
        _ = first?.publish([ShareBed.guest("web", joules: 1), ShareBed.guest("db", joules: 1)], at: clock.next())
        first = nil
        try bed.tree.makeDirectory("share/other")
        var second = try bed.publisher()
        _ = second.publish([ShareBed.guest("db", joules: 1)], at: clock.next())
        _ = second.publish([ShareBed.guest("db", joules: 1)], at: clock.next(after: 59))
        #expect(try bed.tree.names(in: "share") == ["db", "other", "web"])
        _ = second.publish([ShareBed.guest("db", joules: 1)], at: clock.next(after: 1))
        #expect(try bed.tree.names(in: "share") == ["db", "other"])
    }

    @Test func `more guests than descriptors may stay open for are still published to`() async throws {
        let bed = try ShareBed(budget: 30)
        let (path, configuration) = (bed.path, bed.configuration.users)
        await #expect(processExitsWith: .success) {
            [path = path as String, users = configuration as Set<UInt32>] in
            var configuration = GuestConfiguration(users: users)
            configuration.descriptorBudget = DescriptorBudget { 30 }
            var publisher = try GuestPublisher(folder: path, configuration: configuration)
            var clock = PublisherClock()
            // Enough descriptors for a single guest.
            var limit = rlimit(rlim_cur: rlim_t(try openDescriptors() + 20), rlim_max: 1024)
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            for joules: UInt64 in [0, 5] {
                let guests = (0..<20).map { ShareBed.guest("web-\($0)", joules: joules, dram: joules) }
                try #require(publisher.publish(guests, at: clock.next()).isEmpty)
            }
        }
        let record = try bed.record(of: "web-7")
        #expect(record.sequence == 2 && record.entries.first?.energy == 5_000_000_000)
    }

    @Test func `only one publisher writes to a folder`() throws {
        let bed = try ShareBed()
        let first = try bed.publisher()
        let error = try #require(throws: ShareFault.self) { _ = try bed.publisher() }
        #expect(error.description.hasPrefix("\(bed.path): ") && error.problem == .taken)
        _ = first
    }
}

private func openDescriptors() throws -> Int {
    try SystemRoot(path: "/proc/self/fd", mountPoint: "/proc/self/fd").list("").count
}
