import PowerSensorsCore

/// A process's files in procfs beside its times. They are read when the process appears, not on every scan.
struct ProcessFiles {
    let number: Int32
    let procfs: SystemRoot

    /// The first argument, which is enough to recognize a hypervisor.
    var program: [UInt8] { Array(bytes("cmdline", limit: 4096).prefix { $0 != 0 }) }

    /// The arguments, each terminated by a 0 byte; empty for kernel threads and for processes that are gone.
    var commandLine: [UInt8] { bytes("cmdline", limit: 1 << 17) }

    /// The control group in the hierarchy that is used; nil if there is none.
    func controlGroup(prefersUnified: Bool) -> ControlGroup? {
        ControlGroup(parsing: bytes("cgroup", limit: 1 << 16), prefersUnified: prefersUnified)
    }

    /// The real user and group (proc_pid_status(5)): those of whoever started the program, also for programs such as
    /// su(1). The folder's owner would not do: it is root if the process may not be traced.
    var owner: (user: Int, group: Int)? {
        let text = String(decoding: bytes("status", limit: 4096), as: UTF8.self)
        func number(_ key: String) -> Int? {
            let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
            // The real one is first.
            return line.flatMap { $0.dropFirst(key.count).split(separator: "\t").first }.flatMap { Int($0) }
        }
        guard let user = number("Uid:"), let group = number("Gid:") else { return nil }
        return (user, group)
    }

    private func bytes(_ name: String, limit: Int) -> [UInt8] {
        (try? procfs.bytes("\(number)/\(name)", limit: limit)) ?? []
    }
}
