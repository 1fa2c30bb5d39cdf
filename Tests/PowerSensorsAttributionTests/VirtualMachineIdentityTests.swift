import PowerSensors
import Testing

struct VirtualMachineIdentityTests {
    private static let pod = ControlGroup(path: "/kubepods/burstable/pod1f2e/abc")

    private static let container = String(repeating: "89abcdef", count: 8)
    private static let kind =
        "/system.slice/docker-\(container).scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-podabc.slice"

    private func identity(
        _ arguments: [String], comm: String = "", in group: ControlGroup? = nil
    ) -> VirtualMachineIdentity? {
        let line: [UInt8] = arguments.reduce(into: []) { line, argument in line += Array(argument.utf8) + [0] }
        return VirtualMachineIdentity(commandLine: line, comm: comm, group: group)
    }

    @Test(arguments: [
        (["/usr/bin/qemu-system-x86_64", "-name", "guest=web,debug-threads=on", "-uuid", "1-2"], "web", "1-2"),
        (["/usr/libexec/qemu-kvm", "-name", "web"], "web", ""),
        (["/usr/bin/kvm", "-id", "100", "-name", "db"], "db", ""),
        (["qemu-system-aarch64", "--name", "web,process=other"], "web", ""),
        (["qemu-kvm", "-name", "guest=web", "-append", "-name", "-uuid", "7-7", "-name", "other"], "web", "7-7"),
        (["qemu-kvm", "-append", "-name=guest=victim", "-name", "web", "-smbios", "-uuid"], "web", ""),
        (["qemu-system-x86_64", "-name", "guest=a,,b,debug-threads=on"], "a,b", ""),
        (["qemu-system-x86_64", "-name", "debug-threads=on,guest=late"], "late", ""),
        (["kvm", "-smbios", "type=1,uuid=9-9", "-name", "x,debug-threads=on"], "x", "9-9"),
        (["qemu-system-x86_64", "-uuid", "7-7"], "7-7", "7-7"), (["qemu-system-x86_64"], "", ""),
        (["qemu-kvm", "-name", "default_web"], "default_web", ""),
        (
            ["/opt/cloud-hypervisor", "--api-socket", "path=/run/vm1.sock", "--platform", "num=1,uuid=3-3"], "vm1",
            "3-3"
        ),
        (["./firecracker", "--id", "fc-1", "--api-sock", "/x"], "fc-1", ""),
    ]) func `a virtual machine is recognized by its arguments`(arguments: [String], name: String, uuid: String) {
        let found = identity(arguments)
        #expect(found?.name == name)
        #expect(found?.uuid == uuid)
        #expect(found?.namespace == "")
    }

    @Test func `KubeVirt's names are a namespace and a name, and only in a pod`() {
        let arguments = ["/usr/libexec/qemu-kvm", "-name", "guest=prod-a_web_1,debug-threads=on"]
        #expect(identity(arguments, in: Self.pod)?.namespace == "prod-a")
        #expect(identity(arguments, in: Self.pod)?.name == "web_1")
        #expect(identity(arguments)?.name == "prod-a_web_1")
    }

    @Test(arguments: [
        "/docker/\(container)/kubelet/kubepods/podabc/\(container)", "\(kind)/cri-containerd-\(container).scope",
    ])
    func `in a cluster made by kind, KubeVirt's names are split too`(path: String) {
        let group = ControlGroup(path: path)
        let found = identity(["qemu-kvm", "-name", "guest=tenant_db_1", "-uuid", "1-2"], in: group)
        #expect(found?.namespace == "tenant" && found?.name == "db_1")
        #expect(group.podUID == "abc" && group.containerID == Self.container)
    }

    @Test(arguments: [
        ["/usr/bin/virt-launcher", "--qemu-timeout", "5m", "--name", "web", "--namespace", "default"],
        ["virt-launcher-monitor", "--name", "web"], ["/usr/bin/vim", "qemu-system-x86_64"], ["grep", "-name", "kvm"],
        ["/usr/bin/qemu-img", "convert"], ["kvm-clock"], ["qemu-kvm-wrapper"], [""], [],
    ]) func `a process that only mentions a virtual machine is not one`(arguments: [String]) {
        #expect(identity(arguments, comm: "") == nil)
    }

    @Test func `a machine that hides its first argument is recognized by the kernel's name`() {
        #expect(identity(["/nix/store/x/wrapped", "-name", "web"], comm: "qemu-system-x86")?.name == "web")
        #expect(identity(["/x/ch", "--api-socket", "/run/a.sock"], comm: "cloud-hyperviso")?.name == "a")
    }
}
