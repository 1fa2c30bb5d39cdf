/// A virtual machine's name, UUID and hypervisor, as found in the arguments of the process that runs it.
package struct VirtualMachineIdentity: Hashable, Sendable {
    /// A hypervisor's program.
    enum Hypervisor: String, Sendable {
        case qemu
        case cloudHypervisor = "cloud-hypervisor"
        case firecracker

        /// The hypervisor that a process runs, recognized by its first argument's base name, else by the kernel's name
        /// for it; nil for other programs, such as `virt-launcher`, whose options resemble QEMU's.
        static func running(_ argument: String, comm: String) -> Hypervisor? {
            named(argument.split(separator: "/").last.map(String.init) ?? "") ?? named(comm)
        }

        private static func named(_ name: String) -> Hypervisor? {
            if name.hasPrefix("qemu-system-") || name == "qemu-kvm" || name == "kvm" { return .qemu }
            // The kernel truncates the name of a process to 15 bytes.
            if ["cloud-hypervisor", "cloud-hypervis", "cloud-hyperviso"].contains(name) { return .cloudHypervisor }
            return name == "firecracker" ? .firecracker : nil
        }
    }

    /// The program that runs the machine.
    let hypervisor: Hypervisor

    /// The machine's namespace in Kubernetes; empty elsewhere.
    package let namespace: String

    /// The machine's name, else its UUID; empty if it has neither.
    package let name: String

    /// The machine's UUID; empty if the arguments do not include it.
    package let uuid: String

    /// Parses a process's arguments; nil if the process does not run a virtual machine.
    ///
    /// - Parameters:
    ///   - commandLine: procfs' `PID/cmdline`: the arguments, each terminated by a 0 byte.
    ///   - comm: The kernel's name for the process.
    ///   - group: The process's control group. If it is in a pod, KubeVirt manages the machine, and QEMU's name for it
    ///     is `NAMESPACE_NAME`.
    package init?(commandLine: [UInt8], comm: String, group: ControlGroup?) {
        let arguments = commandLine.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let first = arguments.first, !commandLine.isEmpty,
            let hypervisor = Hypervisor.running(first, comm: comm)
        else { return nil }
        let options = Self.options(in: arguments, allowsEquals: hypervisor != .qemu)
        let uuid: String
        let fullName: String
        switch hypervisor {
        case .qemu:
            uuid = options["uuid"] ?? options["smbios"].flatMap { Self.value(of: "uuid", in: $0) } ?? ""
            fullName = options["name"].map(Self.guestName) ?? ""
        case .cloudHypervisor:
            uuid = options["platform"].flatMap { Self.value(of: "uuid", in: $0) } ?? ""
            // cloud-hypervisor has no option for a name, but its socket is usually named after the machine.
            let socket = options["api-socket"].map { Self.value(of: "path", in: $0) ?? $0 } ?? ""
            let file = socket.split(separator: "/").last.map(String.init) ?? ""
            fullName = file.hasSuffix(".sock") ? String(file.dropLast(5)) : file
        case .firecracker:
            uuid = ""
            fullName = options["id"] ?? ""
        }
        self.hypervisor = hypervisor
        self.uuid = uuid
        if group?.podUID != nil, hypervisor == .qemu, let underscore = fullName.firstIndex(of: "_") {
            namespace = String(fullName[..<underscore])
            name = String(fullName[fullName.index(after: underscore)...])
        } else {
            namespace = ""
            name = fullName.isEmpty ? uuid : fullName
        }
    }

    /// The options with their values. If an option is given several times, the first one counts: a manager of virtual
    /// machines passes the name before anything that the guest's owner can choose, such as the arguments of its kernel.
    ///
    /// - Parameters:
    ///   - arguments: The program and its arguments.
    ///   - allowsEquals: Whether options can be written as `--option=value`, which QEMU does not support.
    private static func options(in arguments: [String], allowsEquals: Bool) -> [String: String] {
        var options: [(String, String)] = []
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-") else { continue }
            let name = String(argument.drop { $0 == "-" })
            if allowsEquals, let equals = name.firstIndex(of: "=") {
                options.append((String(name[..<equals]), String(name[name.index(after: equals)...])))
            } else if let next = rest.first, name == "append" || !next.hasPrefix("-") {
                // A value is removed, so that it is not taken for an option. That of QEMU's -append, the arguments of
                // the guest's kernel, may begin with a dash.
                rest.removeFirst()
                options.append((name, next))
            }
        }
        return Dictionary(options) { first, _ in first }
    }

    /// The name in QEMU's `-name`: either `guest=NAME` among other settings, or the first setting.
    private static func guestName(_ value: String) -> String {
        let settings = settings(of: value)
        return Self.value(of: "guest", in: value) ?? settings.first { !$0.contains("=") } ?? settings.first ?? ""
    }

    /// The value of `key=value` among the settings of an option; nil if there is none.
    private static func value(of key: String, in text: String) -> String? {
        settings(of: text).first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    }

    /// Splits at single commas; a doubled comma stands for a comma inside a setting.
    private static func settings(of text: String) -> [String] {
        // No argument contains a 0 byte, so that can stand for a comma inside a setting meanwhile.
        var text = text.replacing(",,", with: "\0")
        if text.last == "," { text.removeLast() }
        return text.split(separator: ",", omittingEmptySubsequences: false).map {
            String($0.replacing("\0", with: ","))
        }
    }
}
