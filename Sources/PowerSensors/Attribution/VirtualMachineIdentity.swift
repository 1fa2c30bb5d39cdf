/// Who a virtual machine is, as the process that runs it tells by its arguments.
package struct VirtualMachineIdentity: Hashable, Sendable {
    /// A program that runs virtual machines.
    package enum Hypervisor: String, Sendable {
        case qemu
        case cloudHypervisor = "cloud-hypervisor"
        case firecracker

        /// The program of a process, by the base name of its first argument, or else by the kernel's name for it, of 15
        /// bytes; nil for others. `virt-launcher`, which has QEMU's options among its own, is none.
        init?(argument: String, comm: String) {
            let base = argument.split(separator: "/").last.map(String.init) ?? ""
            // Where the two contradict each other, the arguments are believed.
            guard let found = Self.named(base) ?? Self.named(comm) else { return nil }
            self = found
        }

        private static func named(_ name: String) -> Hypervisor? {
            if name.hasPrefix("qemu-system-") || name == "qemu-kvm" || name == "kvm" { return .qemu }
            // The kernel cuts the name off behind its 15th byte.
            if name == "cloud-hypervisor" || name == "cloud-hypervis" || name == "cloud-hyperviso" {
                return .cloudHypervisor
            }
            return name == "firecracker" ? .firecracker : nil
        }
    }

    /// The program that runs it.
    package let hypervisor: Hypervisor

    /// Its namespace in Kubernetes; empty elsewhere.
    package let namespace: String

    /// Its name; its UUID where it has none, and empty where it has neither.
    package let name: String

    /// Its UUID; empty where the arguments do not tell.
    package let uuid: String

    /// Whether a program runs virtual machines, by its first argument and the kernel's name for it.
    package static func isHypervisor(_ argument: String, comm: String) -> Bool {
        Hypervisor(argument: argument, comm: comm) != nil
    }

    /// Reads a process's arguments; nil where it runs no virtual machine.
    ///
    /// - Parameters:
    ///   - commandLine: procfs' `PID/cmdline`: arguments that each end in a byte of 0.
    ///   - comm: The kernel's name for the process.
    ///   - group: Its control group: in a pod, KubeVirt's names are a namespace and a name.
    package init?(commandLine: [UInt8], comm: String, group: ControlGroup?) {
        let arguments = commandLine.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let first = arguments.first, !commandLine.isEmpty,
            let hypervisor = Hypervisor(argument: first, comm: comm)
        else { return nil }
        let options = Options(arguments, allowsEquals: hypervisor != .qemu)
        let uuid: String
        let full: String
        switch hypervisor {
        case .qemu:
            uuid = options["uuid"] ?? options["smbios"].flatMap { Self.value(of: "uuid", in: $0) } ?? ""
            full = options["name"].map(Self.guestName) ?? ""
        case .cloudHypervisor:
            uuid = options["platform"].flatMap { Self.value(of: "uuid", in: $0) } ?? ""
            // It has no name of its own; who starts it names its socket.
            let socket = options["api-socket"].map { Self.value(of: "path", in: $0) ?? $0 } ?? ""
            let file = socket.split(separator: "/").last.map(String.init) ?? ""
            full = file.hasSuffix(".sock") ? String(file.dropLast(5)) : file
        case .firecracker:
            uuid = ""
            full = options["id"] ?? ""
        }
        self.hypervisor = hypervisor
        self.uuid = uuid
        if group?.podUID != nil, hypervisor == .qemu, let underscore = full.firstIndex(of: "_") {
            namespace = String(full[..<underscore])
            name = String(full[full.index(after: underscore)...])
        } else {
            namespace = ""
            name = full.isEmpty ? uuid : full
        }
    }

    /// The options with their values, of which the first counts: who manages machines names them before anything that the
    /// owner of a guest may choose, such as the arguments of its kernel.
    private struct Options {
        private var values: [String: String] = [:]

        /// - Parameters:
        ///   - arguments: The program and its arguments.
        ///   - allowsEquals: Whether an option may hold its value behind an equals sign, as none of QEMU's does.
        init(_ arguments: [String], allowsEquals: Bool) {
            var rest = arguments.dropFirst()
            while let argument = rest.popFirst() {
                guard argument.hasPrefix("-") else { continue }
                let name = String(argument.drop { $0 == "-" })
                if allowsEquals, let equals = name.firstIndex(of: "=") {
                    take(String(name[name.index(after: equals)...]), of: String(name[..<equals]))
                } else if let next = rest.first, name == "append" || !next.hasPrefix("-") {
                    // What is an option's value is no option, whatever it looks like.
                    rest.removeFirst()
                    take(next, of: name)
                }
            }
        }

        private mutating func take(_ value: String, of name: String) {
            if values[name] == nil { values[name] = value }
        }

        subscript(_ name: String) -> String? { values[name] }
    }

    /// QEMU's `-name`: `guest=NAME` among other settings, or the name first; a comma of the name's own is doubled.
    private static func guestName(_ value: String) -> String {
        let settings = settings(of: value)
        if let guest = settings.first(where: { $0.hasPrefix("guest=") }) { return String(guest.dropFirst(6)) }
        return settings.first { !$0.contains("=") } ?? settings.first ?? ""
    }

    private static func value(of key: String, in text: String) -> String? {
        settings(of: text).first { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    }

    /// The parts between single commas.
    private static func settings(of text: String) -> [String] {
        var parts = [""]
        var isAfterComma = false
        for character in text {
            if character == "," {
                if isAfterComma { parts[parts.count - 1].append(",") }
                isAfterComma.toggle()
                continue
            }
            if isAfterComma { parts.append("") }
            isAfterComma = false
            parts[parts.count - 1].append(character)
        }
        return parts
    }
}
