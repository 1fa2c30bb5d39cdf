/// What procfs tells of one process beside its times; read when it comes, and not at each look.
struct ProcessFiles {
    private let procfs: SystemRoot
    private let number: Int32

    init(_ number: Int32, beneath procfs: SystemRoot) {
        self.number = number
        self.procfs = procfs
    }

    /// The first of the arguments: enough to know a hypervisor by.
    var program: [UInt8] { Array(bytes("cmdline", limit: 4096).prefix { $0 != 0 }) }

    /// The arguments, each with a byte of 0 at its end; empty for a thread of the kernel, and for one that is gone.
    var commandLine: [UInt8] { bytes("cmdline", limit: 1 << 17) }

    /// The control group in the hierarchy that is used; nil where there is none.
    func controlGroup(prefersUnified: Bool) -> ControlGroup? {
        ControlGroup(parsing: bytes("cgroup", limit: 1 << 16), prefersUnified: prefersUnified)
    }

    /// The real user and group (proc_pid_status(5)), since a program that runs in another's name, such as su(1), is that one's
    /// who started it. The folder's owner is root where a process may not be traced.
    var owner: (user: Int, group: Int)? {
        let text = String(decoding: bytes("status", limit: 4096), as: UTF8.self)
        func number(_ key: String) -> Int? {
            let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
            // The real one comes first.
            return line.flatMap { $0.dropFirst(key.count).split(separator: "\t").first }.flatMap { Int($0) }
        }
        guard let user = number("Uid:"), let group = number("Gid:") else { return nil }
        return (user, group)
    }

    private func bytes(_ name: String, limit: Int) -> [UInt8] {
        (try? procfs.bytes("\(number)/\(name)", limit: limit)) ?? []
    }
}
