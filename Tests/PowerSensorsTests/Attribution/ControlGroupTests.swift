import PowerSensors
import Testing

struct ControlGroupTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)

    @Test(
        arguments: [
            ("/", nil, nil), ("/user.slice/user-1000.slice/session-2.scope", nil, nil),
            ("/system.slice/docker-\(id).scope", nil, id), ("/docker/\(id)", nil, id),
            (
                "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1f2e_3d.slice/cri-containerd-\(id).scope",
                "1f2e-3d", id
            ),
            ("/kubepods/besteffort/pod1f2e-3d/\(id)", "1f2e-3d", id),
            ("/kubepods-podabc.slice/crio-\(id).scope", "abc", id), ("/podman/pod1f2e/x", nil, nil),
            ("/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator", nil, nil),
        ] as [(String, String?, String?)])
    func `pod and container are found in a path`(path: String, pod: String?, container: String?) {
        let group = ControlGroup(path: path)
        #expect(group.podUID == pod)
        #expect(group.containerID == container)
        #expect(group.path == path)
    }

    @Test(
        arguments: [
            ("0::/a/b\n", "/a/b"), ("12:cpu,cpuacct:/v1\n1:name=systemd:/x\n", "/v1"),
            ("4:cpuacct:/v1\n0::/\n", "/v1"), ("4:memory:/v1\n0::/\n", "/"),
            ("4:cpuacct:/v1\n0::/unified\n", "/unified"),
            ("0::/../../kubepods/x\n", "/kubepods/x"), ("", nil), ("nonsense\n", nil), ("0::relative\n", nil),
            ("0::/with:colon\n", "/with:colon"),
        ] as [(String, String?)])
    func `the hierarchy with the process's group is used`(text: String, path: String?) {
        #expect(ControlGroup(parsing: Array(text.utf8))?.path == path)
    }

    @Test func `from another group's view a pod is known by its UID`() {
        let uid = "11111111-2222-3333-4444-555555555555"
        let group = ControlGroup(path: "/../../../kubepods-pod11111111_2222_3333_4444_555555555555.slice/x")
        #expect(group.podUID == uid && group.isOutsideView)
        #expect(ControlGroup(path: "/../../pod\(uid)/x").podUID == uid)
        #expect(ControlGroup(path: "/../../podman/x").podUID == nil)
        #expect(!ControlGroup(path: "/a/b").isOutsideView)
    }
}
