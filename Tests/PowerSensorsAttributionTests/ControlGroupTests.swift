import PowerSensors
import PowerSensorsTestSupport
import Testing

struct ControlGroupTests {
    private static let id = String(repeating: "0123456789abcdef", count: 4)
    private static let node = String(repeating: "fedcba98", count: 8)
    private static let uid = "11111111-2222-3333-4444-555555555555"
    private static let escaped = "11111111_2222_3333_4444_555555555555"

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
            ("/kubepods-podabc.slice:cri-containerd:\(id)", "abc", id),
            ("/kubepods.slice/kubepods-pod\(escaped).slice/crio-\(id).scope/container", uid, id),
            ("/pods.slice/pods-kubepods.slice/pods-kubepods-podabc.slice/docker-\(id).scope", "abc", id),
            ("/kubelet/kubepods/podabc/\(id)/system.slice/nginx.service", "abc", id),
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

    @Test(
        arguments: [
            ("/machine.slice/libpod-\(id).scope", id), ("/machine.slice/libpod-\(id).scope/container", id),
            ("/machine.slice/machine-libpod_pod_\(node).slice/libpod-\(id).scope/container/init.scope", id),
            ("/machine.slice/machine-libpod_pod_\(node).slice", nil), ("/libpod_parent/libpod-\(id)", id),
            ("/system.slice/web.service/libpod-payload-\(id)/system.slice/x.service", id),
            ("/system.slice/web.service/runtime", nil),
            ("/docker/\(id)/init.scope", id), ("/system.slice/docker-\(id).scope/system.slice/sshd.service", id),
            ("/system.slice/nerdctl-\(id).scope", id), ("/default/\(id)", id),
            ("/lxc.payload.web", "web"), ("/lxc.payload.web-1/system.slice/x.service", "web-1"), ("/lxc/101/ns", "101"),
            ("/machine.slice/systemd-nspawn@web\\x2d1.service/payload/init.scope", "web-1"),
            ("/machine.slice/systemd-nspawn@web.service/init.scope", "web"),
            ("/machine.slice/machine-web\\x2d1.scope/payload", "web-1"),
            ("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope/container", id),
            ("/user.slice/user-1000.slice/user@1000.service/app.slice/app-x-12.scope", nil),
            ("/system.slice/run-\(id).mount", nil), ("/system.slice/\(id).service", nil), ("/x/a\(id)", nil),
        ] as [(String, String?)])
    func `every runtime's container is known, with systemd in it too`(path: String, container: String?) {
        #expect(ControlGroup(path: path).containerID == container)
        #expect(ControlGroup(path: path).podUID == nil)
    }

    @Test(
        arguments: [
            "/machine.slice/libpod-conmon-\(id).scope", "/libpod_parent/conmon-\(id)", "/lxc.monitor.web",
            "/lxc.monitor/101", "/system.slice/crio-conmon-\(id).scope", "/system.slice/containerd-shim-\(id).scope",
            "/system.slice/containerd-shim-runc-v2-\(id).scope", "/kata_overhead/\(id)",
            "/machine.slice/systemd-nspawn@web.service/supervisor", "/machine.slice/machine-web.scope/supervisor",
            "/machine.slice/systemd-nspawn@web.service", "/system.slice/web.service/supervisor",
        ])
    func `a runtime's helper has no container, except for one that contains it`(path: String) {
        #expect(ControlGroup(path: path).containerID == nil)
        #expect(ControlGroup(path: "/system.slice/docker-\(Self.node).scope\(path)").containerID == Self.node)
        let pod = ControlGroup(path: "/kubepods/pod\(Self.uid)\(path)")
        #expect(pod.podUID == Self.uid && pod.containerID == nil)
    }

    @Test func `the innermost pod and container count, and a node made by kind is not the pod's container`() {
        let node = "/system.slice/docker-\(Self.node).scope"
        let slices = "\(node)/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podabc.slice"
        #expect(ControlGroup(path: slices).podUID == "abc" && ControlGroup(path: slices).containerID == nil)
        #expect(ControlGroup(path: "\(node)/kubelet.slice/kubelet.service").containerID == Self.node)
        let nested = ControlGroup(path: "/kubepods/podabc/\(Self.node)/docker/\(Self.id)")
        #expect(nested.podUID == "abc" && nested.containerID == Self.id)
        let both = ControlGroup(path: "/kubepods/podabc/\(Self.node)/kubelet/kubepods/poddef/\(Self.id)")
        #expect(both.podUID == "def" && both.containerID == Self.id)
        #expect(ControlGroup(path: "/lxc.payload.web/docker/\(Self.id)").containerID == Self.id)
    }

    @Test func `whatever stands before it, a pod and its container stay the same`() {
        let known = [
            "kubepods/burstable/pod\(Self.uid)/\(Self.id)", "kubepods/podabc/crio-\(Self.id)/container",
            "kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podabc.slice/cri-containerd-\(Self.id).scope",
            "kubepods-besteffort-pod\(Self.escaped).slice/docker-\(Self.id).scope/init.scope",
            "kubelet-kubepods-burstable-podabc.slice:cri-containerd:\(Self.id)", "pod\(Self.uid)/\(Self.id)",
            "kubelet-kubepods-podabc.slice/crio-conmon-\(Self.id).scope", "kubelet-kubepods-podabc.slice",
        ]
        let containers = [
            "libpod-\(Self.id).scope/container", "docker/\(Self.id)", "lxc.payload.web/init.scope", "lxc/web",
            "systemd-nspawn@web.service/payload", "libpod-payload-\(Self.id)/system.slice/x.service",
        ]
        let neutral = [
            "..", "system.slice", "docker-\(Self.node).scope", "kubelet.slice", "kubelet", "lxc", "lxc.payload.host",
            "docker", Self.node, "user.slice", "user@1000.service", "machine.slice", "libpod-conmon-\(Self.node).scope",
            "a:b", "podman", "burstable", "payload",
        ]
        let pods = ["kubepods", "podfed", "kubepods-podfed.slice", "kubepods.slice"]
        var generator = SeededGenerator(seed: 923)
        for _ in 0..<500 {
            let count = Int.random(in: 0...6, using: &generator)
            func prefix(of parts: [String]) -> String {
                (0..<count).map { _ in "/\(parts.randomElement(using: &generator) ?? "")" }.joined()
            }
            for path in known {
                let (alone, inside) = (
                    ControlGroup(path: "/\(path)"), ControlGroup(path: "\(prefix(of: neutral + pods))/\(path)")
                )
                #expect(inside.podUID == alone.podUID && inside.containerID == alone.containerID, "\(inside.path)")
            }
            for path in containers {
                let (alone, inside) = (
                    ControlGroup(path: "/\(path)"), ControlGroup(path: "\(prefix(of: neutral))/\(path)")
                )
                #expect(inside.podUID == nil && inside.containerID == alone.containerID, "\(inside.path)")
            }
        }
    }
}
