import PowerSensors
import PowerSensorsTesting
import Testing

struct HostEnvironmentTests {
    @Test(arguments: [
        ("6.12.95+deb12-amd64\n", KernelRelease(6, 12)), ("5.2.0", KernelRelease(5, 2)),
        ("7.0-rc1", KernelRelease(7, 0)),
    ])
    func `a kernel's release is parsed by its first two numbers`(text: String, release: KernelRelease) {
        #expect(KernelRelease(text) == release)
    }

    @Test(arguments: ["", "6", "six.one", "6.", ".1", "-1.2", "99999999999999999999.1"])
    func `any other text is not a release`(text: String) {
        #expect(KernelRelease(text) == nil)
    }

    @Test func `releases are ordered by their numbers`() {
        #expect(KernelRelease(5, 10) < KernelRelease(5, 11))
        #expect(KernelRelease(5, 9) < KernelRelease(5, 11))
        #expect(KernelRelease(5, 99) < KernelRelease(6, 0))
    }

    @Test func `a mount table says where a file system is mounted, even with spaces in names`() {
        let table = MountTable(
            Array(
                """
                22 27 0:21 / /sys ro,nosuid shared:7 - sysfs sysfs rw
                23 22 0:6 / /sys/kernel/security rw - securityfs securityfs rw
                90 27 0:21 / /host\\040of\\040all/sys ro - sysfs sysfs rw
                91 27 0:21 / /odd rw master:1 propagate_from:2 - sysfs sysfs rw
                torn line - sysfs
                92 27 0:21
                """.utf8))
        #expect(table.points(of: "sysfs") == ["/sys", "/host of all/sys", "/odd"])
        #expect(table.points(of: "securityfs") == ["/sys/kernel/security"])
        #expect(table.points(of: "ext4") == [])
    }

    @Test func `a mount table says what is mounted, with its options, and what contains a folder`() throws {
        let table = MountTable(
            Array(
                """
                27 1 0:2 / / rw - ext4 /dev/vda rw,errors=remount-ro
                90 27 0:50 / /run/share ro shared:2 - 9p my\\040tag ro,cache=loose,trans=virtio
                91 27 0:51 / /run/share ro - virtiofs second ro
                92 27 0:52 / /bare rw - tmpfs
                """.utf8))
        #expect(table.mounts.map(\.source) == ["/dev/vda", "my tag", "second", ""])
        #expect(table.mounts[1].options == ["ro", "cache=loose", "trans=virtio"])
        #expect(table.mounts[3].options == [])
        #expect(table.mount(holding: "/run/share")?.source == "second", "the later hides the earlier")
        #expect(table.mount(holding: "/run/share/a/b")?.source == "second")
        #expect(table.mount(holding: "/run/shared")?.source == "/dev/vda")
    }

    @Test func `the user and capabilities are read from the process's status`() throws {
        let machine = try MockMachine()
        try machine.procfs.write(
            "Name:\tagent\nUid:\t1000\t65534\t1000\t1000\nGid:\t100\t101\t100\t100\nCapEff:\t0000004000000004\n",
            to: "thread-self/status")
        let environment = HostEnvironment(machine.roots)
        #expect(environment.user == 65534)
        #expect(environment.group == 101)
        #expect(environment.has(2) && environment.has(38) && !environment.has(1))
    }

    @Test func `nothing is known about an empty machine`() throws {
        let environment = HostEnvironment(try MockMachine().roots)
        #expect(environment.kernel == nil)
        #expect(environment.processor == nil)
        #expect(environment.isGuest == nil)
        #expect(environment.user == nil)
        #expect(environment.otherSysfs.isEmpty)
    }
}
