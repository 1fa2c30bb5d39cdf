import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Foreign files in a share: nothing outside is written, and nothing hangs.
struct GuestAttackTests {
    /// Something that an attacker puts in the place of a file of the share.
    enum Trap: CaseIterable, CustomTestStringConvertible {
        case link, danglingLink, hardLink, pipe, device, writable, foreign

        var testDescription: String { "\(self)" }

        /// Whether only root can set it.
        var needsRoot: Bool { self == .device || self == .foreign }

        func set(at path: String, in bed: ShareBed) throws {
            let place = "\(bed.tree.path)/\(path)"
            unsafe unlink(place)
            let canary = "\(bed.tree.path)/outside/canary"
            switch self {
            case .link: try #require(unsafe symlink(canary, place) == 0)
            case .danglingLink: try #require(unsafe symlink("\(bed.tree.path)/outside/new", place) == 0)
            case .hardLink: try #require(unsafe linkat(AT_FDCWD, canary, AT_FDCWD, place, 0) == 0)
            case .pipe: try #require(unsafe mkfifo(place, 0o600) == 0)
            // The device number of /dev/null: major 1, minor 3.
            case .device: try #require(unsafe mknod(place, S_IFCHR | 0o600, dev_t(0x103)) == 0)
            case .writable:
                try bed.tree.write("5", to: path)
                try bed.tree.setPermissions(0o666, of: path)
            case .foreign:
                try bed.tree.write("5", to: path)
                try #require(unsafe chown(place, 54_321, 54_321) == 0)
            }
        }
    }

    private static let files = ["share/web/share", "share/web/intel-rapl:0/energy_uj", "share/web/intel-rapl:0/name"]

    private static var traps: [Trap] { Trap.allCases.filter { !$0.needsRoot || geteuid() == 0 } }

    @Test(arguments: traps, files)
    func `anything in the place of a file is replaced, and nothing is written through it`(
        trap: Trap, file: String
    ) throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var first: GuestPublisher? = try bed.publisher()
        _ = first?.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        first = nil
        try trap.set(at: file, in: bed)
        let before = try bed.outside()
        var publisher = try bed.publisher()
        let findings = publisher.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        try expectReplaced(bed, file, before, trap, findings)
        // Again, while the publisher runs and has its files open.
        try trap.set(at: file, in: bed)
        let between = try bed.outside()
        let again = publisher.publish([ShareBed.guest("web", joules: 5)], at: clock.next())
        // Constant files are only checked when their folder is opened.
        if file.hasSuffix("/name") { return #expect(try bed.outside() == between) }
        try expectReplaced(bed, file, between, trap, again)
        #expect(try bed.record(of: "web").entries.first?.energy == 5_000_000_000)
        #expect(try bed.count(of: "web/intel-rapl:0") == 5_000_000)
    }

    private func expectReplaced(
        _ bed: ShareBed, _ file: String, _ before: [String: ShareBed.FileState], _ trap: Trap, _ findings: [Finding]
    ) throws {
        let state = try bed.state(at: file)
        #expect(state.mode == S_IFREG | 0o640 && state.owner == geteuid())
        #expect(findings.map(\.reason.name) == ["replaced"])
        #expect(findings.first?.subject == "\(bed.tree.path)/\(file)")
        #expect(try bed.outside() == before)
    }

    private static let folders = ["web", "web/class", "web/class/powercap/intel-rapl:0", "web/intel-rapl:0"]

    @Test(arguments: folders)
    func `a link in the place of a folder is left alone, and other guests are published to`(folder: String) throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var publisher = try bed.publisher()
        let guests = { (joules: UInt64) in
            [ShareBed.guest("db", joules: joules), ShareBed.guest("web", joules: joules, dram: joules)]
        }
        _ = publisher.publish(guests(0), at: clock.next())
        let place = "\(bed.path)/\(folder)"
        try #require(unsafe rename(place, "\(bed.tree.path)/outside/moved") == 0)
        try #require(unsafe symlink("\(bed.tree.path)/outside/moved", place) == 0)
        let before = try bed.outside()
        let findings = publisher.publish(guests(5), at: clock.next())
        #expect(findings.contains { $0.subject == place && $0.reason == .refused && $0.remedy != nil })
        #expect(try bed.outside() == before, "what was moved away is written no more")
        #expect(try bed.record(of: "db").entries.first?.energy == 5_000_000_000)
        // Once the link is removed, the guest is published to again.
        try #require(unsafe unlink(place) == 0)
        _ = publisher.publish(guests(6), at: clock.next())
        #expect(publisher.publish(guests(7), at: clock.next()).isEmpty)
        #expect(try bed.count(of: "web/intel-rapl:0") == 7_000_000)
        #expect(try bed.outside() == before)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to give a folder away"))
    func `a guest's folder that another user owns or may write to is left alone`() throws {
        let bed = try ShareBed()
        for name in ["web", "db"] { try bed.tree.makeDirectory("share/\(name)") }
        try bed.tree.setPermissions(0o711, of: "share")
        try bed.tree.setPermissions(0o770, of: "share/db")
        try #require(unsafe chown("\(bed.path)/web", 54_321, 54_321) == 0)
        var publisher = try bed.publisher()
        let findings = publisher.publish([ShareBed.guest("db", joules: 1), ShareBed.guest("web", joules: 1)], at: 1)
        #expect(findings.map(\.text).map { $0.prefix(19) } == ["Its mode 770 lets o", "It belongs to user "])
        #expect(try bed.tree.names(in: "share/web") == [] && bed.tree.names(in: "share/db") == [])
        #expect(try bed.state(at: "share/web").mode & 0o7777 == 0o755)
    }

    @Test func `publishing in a link, a file or a folder open to others is refused with the remedy`() throws {
        let bed = try ShareBed()
        func refusal(_ path: String) throws -> String {
            let publisher = { _ = try GuestPublisher(folder: path, configuration: bed.configuration) }
            return try #require(throws: ShareFault.self, performing: publisher).description
        }
        try bed.tree.link("link", to: "outside/folder")
        for path in ["\(bed.tree.path)/link", "\(bed.tree.path)/link/", "\(bed.tree.path)/outside/canary"] {
            #expect(try refusal(path).contains("It is a link or a file where a folder should be"))
        }
        try bed.tree.makeDirectory("open")
        try bed.tree.setPermissions(0o1777, of: "open")
        #expect(
            try refusal("\(bed.tree.path)/open").hasSuffix(
                "lets others write to it. Name a folder that only this program uses."))
        #expect(
            try refusal("\(bed.tree.path)/missing/share")
                .contains("No such file or directory. Create its parent folder"))
        #expect(try bed.state(at: "open").mode & 0o7777 == 0o1777)
    }

    @Test func `another file of this user in the place of a file is noticed, and written to`() throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var publisher = try bed.publisher()
        _ = publisher.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        try bed.tree.replace("share/web/share", with: String(repeating: "x", count: 9000))
        let findings = publisher.publish([ShareBed.guest("web", joules: 5)], at: clock.next())
        #expect(findings.map(\.reason.name) == ["replaced"])
        #expect(try bed.record(of: "web").entries.first?.energy == 5_000_000_000)
        #expect(try bed.state(at: "share/web/share").mode & 0o7777 == 0o640)
    }

    @Test func `a path that is redirected later is not followed`() throws {
        let bed = try ShareBed()
        try bed.tree.makeDirectory("way")
        let root = bed.tree.path
        var publisher = try GuestPublisher(folder: "\(root)/way/guests", configuration: bed.configuration)
        var clock = PublisherClock()
        _ = publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next())
        try #require(unsafe rename("\(root)/way", "\(root)/moved") == 0)
        try bed.tree.link("way", to: "\(root)/outside/folder")
        for round in 2...3 { _ = publisher.publish([ShareBed.guest("web", joules: UInt64(round))], at: clock.next()) }
        #expect(try bed.tree.names(in: "outside/folder").isEmpty)
        #expect(try bed.tree.text(of: "moved/guests/web/intel-rapl:0/energy_uj").hasPrefix("3000000 "))
    }

    @Test func `the publisher's own folder is checked before each round`() throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var publisher = try bed.publisher()
        _ = publisher.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        let epoch = try bed.record(of: "web").epoch
        try #require(unsafe rename(bed.path, "\(bed.tree.path)/outside/moved") == 0)
        try bed.tree.link("share", to: "outside/folder")
        let before = try bed.outside()
        #expect(
            publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next()).map(\.reason.name) == ["refused"])
        #expect(try bed.outside() == before)
        try bed.tree.remove("share")
        #expect(publisher.publish([ShareBed.guest("web", joules: 2)], at: clock.next()).isEmpty)
        #expect(try bed.record(of: "web").epoch != epoch)
        #expect(try bed.outside() == before)
    }

    @Test func `a folder that is removed between two rounds is created again, with a new epoch`() throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var publisher = try bed.publisher()
        _ = publisher.publish([ShareBed.guest("web", joules: 0)], at: clock.next())
        let epoch = try bed.record(of: "web").epoch
        try bed.tree.remove("share/web")
        let findings = publisher.publish([ShareBed.guest("web", joules: 5)], at: clock.next())
        #expect(findings.map(\.reason.name) == ["replaced"])
        let record = try bed.record(of: "web")
        #expect(record.epoch != epoch && record.sequence == 1)
        try bed.tree.remove("share/web/class")
        #expect(
            publisher.publish([ShareBed.guest("web", joules: 6)], at: clock.next()).map(\.reason.name) == ["replaced"])
        #expect(try bed.tree.text(of: "share/web/class/powercap/intel-rapl:0/name") == "package-0\n")
        #expect(try bed.record(of: "web").epoch == record.epoch)
    }

    @Test(arguments: ["web", "web/intel-rapl:0"])
    func `removing a guest's files follows no link`(folder: String) throws {
        let bed = try ShareBed()
        var clock = PublisherClock()
        var publisher = try bed.publisher()
        _ = publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next())
        let place = "\(bed.path)/\(folder)"
        try #require(unsafe rename(place, "\(bed.tree.path)/outside/moved") == 0)
        try #require(unsafe symlink("\(bed.tree.path)/outside/moved", place) == 0)
        let before = try bed.outside()
        let findings = publisher.publish([], at: clock.next(after: 100))
        #expect(findings.map(\.subject) == [place])
        #expect(try bed.outside() == before)
        #expect(try bed.state(at: "share/\(folder)").mode & S_IFMT == S_IFLNK)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to become others"))
    func `only a guest's group may read its figures, and no guest the names of others`() async throws {
        let bed = try ShareBed()
        try bed.tree.setPermissions(0o711, of: "")
        var publisher = try bed.publisher()
        let guests = [("web", UInt32(54_321)), ("db", 54_322)].map { name, group in
            ShareBed.guest(name, joules: 1, dram: 1, group: group)
        }
        #expect(publisher.publish(guests, at: 1).isEmpty)
        let path = bed.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            try #require(setgroups(0, nil) == 0 && setgid(54_321) == 0 && setuid(60_000) == 0)
            func opens(_ name: String) -> Bool { unsafe open("\(path)/\(name)", O_RDONLY) >= 0 }
            try #require(opens("web/share") && opens("web/class/powercap/intel-rapl:0/energy_uj") && opens("web"))
            for name in ["", "db", "db/share", "db/intel-rapl:0/energy_uj", "db/intel-rapl:0:0/energy_uj"] {
                try #require(!opens(name), "\(name)")
            }
            for name in ["web/share", "web/intel-rapl:0/energy_uj"] {
                try #require(unsafe open("\(path)/\(name)", O_RDWR) < 0)
            }
            try #require(unsafe unlink("\(path)/web/share") < 0 && rename("\(path)/web", "\(path)/x") < 0)
        }
    }
}
