import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct GuestAdmissionTests {
    @Test(arguments: [
        "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator", "/machine/qemu-1-web.libvirt-qemu",
        "/qemu.slice/100.scope", "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/cri-1.scope",
        "/kubepods/burstable/pod1/2", "/../../machine.slice/machine.scope", "/../kubepods-besteffort-pod1.slice/cri-1",
        "/kubelet/kubepods/burstable/pod1/2", "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod1.slice/cri-1",
    ])
    func `a machine in a slice of virtual machines gets figures`(controlGroup: String) throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        #expect(publisher.publish([ShareBed.guest("web", joules: 1, controlGroup: controlGroup)], at: 1).isEmpty)
        #expect(try bed.tree.names(in: "share") == ["web"])
    }

    @Test(arguments: [
        "/user.slice/user-1000.slice/session-1.scope", "/user.slice/machine.slice/web.scope", "/", "",
        "/system.slice/web.service", "/kubepods-x", "/machine.slice.evil/1", nil, "/kubelet/x", "/x/kubepods/y",
        "/user.slice/user-1000.slice/user@1000.service/kubepods.slice/x", "/user.slice/kubepods.slice/x",
        "/lxc.payload.web/kubepods/x", "/../user@1000.service/kubepods.slice/x", "/../x.slice/x-kubepods.slice/y",
    ])
    func `a machine outside these slices gets figures only if it is listed`(controlGroup: String?) throws {
        let bed = try ShareBed(names: ["web", "default/db"])
        var publisher = try bed.publisher()
        let findings = publisher.publish(
            [
                ShareBed.guest("web", joules: 1, controlGroup: controlGroup),
                ShareBed.guest("db", joules: 1, namespace: "default", controlGroup: controlGroup),
                ShareBed.guest("db", joules: 1, controlGroup: controlGroup),
                ShareBed.guest("other", joules: 1, controlGroup: controlGroup),
            ], at: 1)
        #expect(findings.map(\.subject) == ["guest db", "guest other"])
        #expect(findings.allSatisfy { $0.reason == .refused && $0.remedy?.contains("--guest-name") == true })
        #expect(try bed.tree.names(in: "share") == ["default_db", "web"])
        #expect(try bed.record(of: "default_db").sequence == 1 && bed.record(of: "web").sequence == 1)
    }

    @Test func `another user's machine of the same name neither gets nor prevents figures`() throws {
        let bed = try ShareBed(names: ["web"])
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        for joules: UInt64 in [0, 5] {
            let findings = publisher.publish(
                [
                    ShareBed.guest("web", joules: joules),
                    ShareBed.guest(
                        "web", joules: joules * 100, pid: 66, user: 54_321, controlGroup: "/machine.slice/x"),
                ], at: clock.next())
            #expect(findings.map(\.reason.name) == ["refused"])
            #expect(findings.first?.text.contains("54321") == true)
        }
        #expect(try bed.record(of: "web").entries.first?.energy == 5_000_000_000)
    }

    @Test func `a machine of another user, or of an unknown process, gets no figures`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        let foreign = ShareBed.guest("web", joules: 1, user: 54_321)
        var unknown = ShareBed.guest("db", joules: 1)
        unknown.consumer.startTime = nil
        #expect(publisher.publish([foreign, unknown], at: 1).map(\.subject) == ["guest web", "guest db"])
        #expect(try bed.tree.names(in: "share") == [])
    }

    @Test(arguments: [(("a/b", ""), ("a_b", "")), (("b", "a"), ("a_b", "")), (("web", ""), ("web", ""))])
    func `two machines of one name get no figures`(
        names: ((String, String), (String, String))
    ) throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        let findings = publisher.publish(
            [
                ShareBed.guest(names.0.0, joules: 1, namespace: names.0.1, pid: 10),
                ShareBed.guest(names.1.0, joules: 1, namespace: names.1.1, pid: 20), ShareBed.guest("db", joules: 1),
            ], at: 1)
        #expect(findings.map(\.reason.name) == ["duplicate"])
        #expect(findings.first?.text.contains("10, 20") == true)
        #expect(try bed.tree.names(in: "share") == ["db"])
    }

    @Test func `a machine gets no figures while another has its name, and keeps its folder`() throws {
        let bed = try ShareBed()
        var publisher = try bed.publisher()
        var clock = PublisherClock()
        _ = publisher.publish([ShareBed.guest("web", joules: 1)], at: clock.next())
        for _ in 0..<3 {
            _ = publisher.publish(
                [ShareBed.guest("web", joules: 9), ShareBed.guest("web", joules: 1, pid: 2)], at: clock.next(after: 50))
        }
        #expect(try bed.record(of: "web").sequence == 1)
    }

    @Test func `a name of 300 bytes, of control characters or of dots makes a harmless folder`() throws {
        let bed = try ShareBed()
        let before = try bed.outside()
        var publisher = try bed.publisher()
        let names = [
            String(repeating: "x", count: 300), "../outside/folder", "/etc", "..", ".", "a\u{1B}[31mb", "a\nb", "ü",
        ]
        #expect(publisher.publish(names.map { ShareBed.guest($0, joules: 1) }, at: 1).isEmpty)
        #expect(
            Set(try bed.tree.names(in: "share")) == [
                String(repeating: "x", count: 128), "_._outside_folder", "_etc", "_.", "_", "a__31mb", "a_b", "__",
            ])
        #expect(try bed.outside() == before)
        let nameless = publisher.publish([ShareBed.guest("", joules: 1)], at: 2_000_000_000)
        #expect(nameless.map(\.reason.name) == ["refused"])
    }

    @Test func `users are known by name and number`() {
        let table = UserTable(Array("root:x:0:0::/:/bin/sh\nbroken\nqemu:x:abc\nlibvirt-qemu:x:64055:109::/:\n".utf8))
        #expect(UserTable.hypervisorUsers.compactMap { table[$0] } == [0, 64055, 107])
        #expect(table["qemu"] == nil && table["17"] == 17)
        #expect(table.group(of: 64055) == 109 && table.group(of: 1) == nil)
    }
}
