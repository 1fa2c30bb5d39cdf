import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// Advice is given only for a cause that was established.
struct CauseTests {
    // MARK: User namespaces

    @Test(arguments: [
        ("         0          0 4294967295\n", true), ("0 0 4294967295", true),
        ("         0       1000          1\n", false),
        ("         0     100000      65536\n", false), ("0 0 1\n997 997 1\n", false), ("", false),
    ])
    func `only the whole range is the host's own user namespace`(map: String, isInitial: Bool) {
        let namespace = UserNamespace(map: map)
        #expect(namespace.isInitial == isInitial)
        #expect(namespace.isForeign(owner: 65534) == !isInitial)
        #expect(namespace.isForeign(owner: nil) == !isInitial)
        #expect(!namespace.isForeign(owner: 0), "its own root's files")
    }

    @Test(.enabled(if: getuid() == 0, "only root can give files away"))
    func `root of a user namespace is told that only the host can open its files`() throws {
        let machine = try MockMachine()
        let zones = try machine.add(
            MockControlType(zones: [MockZone(name: "package-0"), MockZone(name: "package-1")]))
        let files = zones.map { $0.path(of: "energy_uj") }
        for file in files {
            // The kernel shows every user of the host as this one.
            #expect(unsafe chown("\(machine.sysfs.path)/\(file)", 65534, 65534) == 0)
            try machine.sysfs.setPermissions(0o400, of: file)
        }
        try machine.procfs.write("         0      65534          1\n", to: "self/uid_map")
        try machine.procfs.write(
            "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n", to: "thread-self/status")
        let explained = explain(files, on: machine)
        try #require(explained.map(\.subject) == [files[0]], "one cause is told once")
        #expect(explained[0].text.contains("It and 1 more"))
        #expect(explained[0].text.contains("user namespace (its uid_map is 0 65534 1)"))
        check(explained[0])
        let one = Finding.unreadable(
            files[0], AttributeError(path: files[0], errno: EACCES), in: machine.roots.sysfs,
            namespace: UserNamespace(map: "0 65534 1"))
        #expect(one.text.contains("user namespace"))
        check(one)
        // In the host's own namespace, the same capabilities would have sufficed.
        try machine.procfs.write("         0          0 4294967295\n", to: "self/uid_map")
        #expect(explain(files, on: machine).first?.text.contains("user namespace") == false)
    }

    private func check(_ finding: Finding) {
        let words = "\(finding)".lowercased()
        for word in ["apparmor", "security module", "as root", "chgrp", "chmod", "sudo"] {
            #expect(!words.contains(word), "\(finding)")
        }
        #expect(finding.remedy?.contains("the host's own user namespace") == true)
        #expect(finding.remedy?.contains("udev") == true)
    }

    // MARK: Files that should be readable

    @Test(
        arguments: [
            ("docker-default (enforce)\n", "AppArmor's profile docker-default", "ausearch -m avc"),
            ("docker-default (complain)\n", nil, "dmesg"), ("unconfined\n", nil, "dmesg"), (nil, nil, "dmesg"),
        ] as [(String?, String?, String)])
    func `a security module is named only if it confines this process`(
        label: String?, name: String?, remedy: String
    ) throws {
        let machine = try MockMachine()
        let zones = try machine.add(MockControlType(zones: [MockZone(name: "package-0")]))
        let file = zones[0].path(of: "energy_uj")
        try machine.sysfs.setPermissions(0o444, of: file)
        try machine.procfs.write("Uid:\t1000\t1000\t1000\t1000\n", to: "thread-self/status")
        if let label { try machine.procfs.write(label, to: "thread-self/attr/current") }
        let finding = try #require(explain([file], on: machine).first)
        #expect(finding.text.contains("mode 0444"))
        #expect(finding.text.contains("AppArmor") == (name != nil))
        if let name { #expect(finding.text.contains(name)) }
        #expect(finding.remedy?.contains(remedy) == true)
        #expect(finding.remedy?.contains("unconfined") == false)
    }

    @Test func `the command that opens counters names this process's group, even where procfs does not show it`() throws
    {
        let machine = try MockMachine()
        let file = try machine.add(MockControlType(zones: [MockZone(name: "package-0")]))[0].path(of: "energy_uj")
        try machine.sysfs.setPermissions(0o400, of: file)
        for (status, group) in [
            ("Uid:\t1000\t1000\t1000\t1000\nGid:\t7\t8\t9\t9\n", 8), ("Uid:\t1000\t1000\t1000\t1000\n", getegid()),
        ] {
            try machine.procfs.write(status, to: "thread-self/status")
            let finding = try #require(explain([file], on: machine).first)
            #expect(finding.remedy?.contains("sudo chgrp \(group) ") == true, "\(finding)")
        }
    }

    @Test func `SELinux is named where it is enforced`() throws {
        let machine = try MockMachine()
        try machine.procfs.write("system_u:system_r:container_t:s0:c1,c2\0", to: "thread-self/attr/current")
        #expect(HostEnvironment(machine.roots).confinement == nil)
        try machine.sysfs.write("1", to: "fs/selinux/enforce")
        #expect(
            HostEnvironment(machine.roots).confinement == "SELinux's context system_u:system_r:container_t:s0:c1,c2")
    }

    @Test(arguments: [
        "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023\n", "system_u:system_r:unconfined_service_t:s0",
    ])
    func `a context to which the policy allows everything does not confine`(context: String) throws {
        let machine = try MockMachine()
        try machine.procfs.write(context, to: "thread-self/attr/current")
        try machine.sysfs.write("1", to: "fs/selinux/enforce")
        #expect(HostEnvironment(machine.roots).confinement == nil)
    }

    @Test func `a driver that refuses a file which all may read is not answered by opening the file`() throws {
        let machine = try MockMachine()
        try machine.sysfs.write("1\n", to: "class/hwmon/hwmon0/power1_input")
        let file = "class/hwmon/hwmon0/power1_input"
        try machine.sysfs.setPermissions(0o444, of: file)
        let finding = Finding.unreadable(
            file, AttributeError(path: file, errno: EPERM), in: machine.roots.sysfs, namespace: .initial)
        #expect(finding.reason == .forbidden)
        #expect(finding.text.contains("although its mode allows it"))
        #expect(finding.remedy?.contains("chgrp") == false && finding.remedy?.contains("root") == false)
    }

    @Test(arguments: [EIO, ENODEV, ENXIO, ETIMEDOUT, ENOENT, ENODATA, EBADMSG])
    func `a read that fails says nothing of a driver's guilt`(code: Int32) throws {
        let finding = Finding.unreadable(
            "class/x/y", AttributeError(path: "y", errno: code), in: try MockMachine().roots.sysfs)
        let remedy = try #require(finding.remedy)
        for word in ["author", "ls -l", "eload", "ount all"] { #expect(!remedy.contains(word), "\(remedy)") }
    }

    @Test(arguments: [(EMFILE, "ulimit -n"), (ENFILE, "fs.file-max")])
    func `too many open files are not blamed on a driver`(code: Int32, remedy: String) throws {
        let machine = try MockMachine()
        let finding = Finding.unreadable("class/x/y", AttributeError(path: "y", errno: code), in: machine.roots.sysfs)
        #expect(finding.remedy?.contains(remedy) == true)
        #expect(finding.remedy?.contains("dmesg") == false)
    }

    // MARK: Containers

    @Test func `a host's folder that is mounted elsewhere has the host's paths in commands`() throws {
        // Any mount will do.
        let host = try SystemRoot(path: "/proc", mountPoint: "/sys")
        #expect(host.isHostMount)
        #expect(host.pathInCommands("class/x") == "/sys/class/x")
        let machine = try MockMachine()
        #expect(!machine.roots.sysfs.isHostMount)
        #expect(machine.roots.sysfs.pathInCommands("class/x") == "\(machine.sysfs.path)/class/x")
        #expect(!SystemRoot(mountPoint: "/proc").isHostMount)
        let finding = Finding.unreadable(
            "class/x", AttributeError(path: "x", errno: EACCES), in: host, namespace: .initial)
        #expect(finding.remedy?.contains("on the host") == true)
        #expect(finding.remedy?.contains("/proc/") == false)
    }

    @Test func `a container is told what to do on the host`() throws {
        let machine = try MockMachine()
        try machine.set(.intelServer(sockets: 1))
        try machine.procfs.link("self/ns/pid", to: "pid:[4026532512]")
        let environment = HostEnvironment(machine.roots)
        #expect(environment.isContainer)
        let unloaded = RAPLDiagnosis(environment, machine.roots).explain([
            Obstacle(.noZones, Finding(severity: .error, subject: "x", reason: .absent, text: "None."))
        ])
        #expect(unloaded.first?.remedy?.hasPrefix("Load it on the host: sudo modprobe") == true)
        let zones = try machine.add(MockControlType(zones: [MockZone(name: "package-0")]))
        let file = zones[0].path(of: "energy_uj")
        try machine.sysfs.inject(.forbidden, at: file)
        try machine.procfs.write("Uid:\t65534\t65534\t65534\t65534\n", to: "thread-self/status")
        #expect(explain([file], on: machine).first?.remedy?.hasPrefix("On the host, let this group") == true)
        try machine.procfs.remove("self/ns/pid")
        try machine.procfs.link("self/ns/pid", to: "pid:[4026531836]")
        #expect(!HostEnvironment(machine.roots).isContainer)
        #expect(explain([file], on: machine).first?.remedy?.hasPrefix("Let this group") == true)
    }

    private func explain(_ files: [String], on machine: MockMachine) -> [Finding] {
        let obstacles = files.map { file in
            Obstacle(
                .forbidden(isCounter: true),
                Finding(severity: .warning, subject: file, reason: .forbidden, text: "Permission denied."))
        }
        return RAPLDiagnosis(HostEnvironment(machine.roots), machine.roots).explain(obstacles)
    }
}
