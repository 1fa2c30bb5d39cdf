import PowerSensorsCore

/// Reads the files in procfs that describe a process: its arguments, its control group and its owner.
///
/// The processor time of a process, which every scan reads, is the ``ProcessTable``'s part. These files are read when a
/// process appears or is listed, and its control group again from time to time.
struct ProcessFiles {
    /// The process's ID (PID).
    let number: Int32
    let procfs: SystemRoot

    /// The first argument, which is enough to recognize a hypervisor.
    var program: String { String(decoding: bytes("cmdline", limit: 4096).prefix { $0 != 0 }, as: UTF8.self) }

    /// The arguments, each terminated by a 0 byte; empty for kernel threads and for processes that are gone.
    var commandLine: [UInt8] { bytes("cmdline", limit: 1 << 17) }

    /// The control group; nil if the process is gone or in none.
    ///
    /// - Parameter prefersUnified: Which group to take if the process is in two hierarchies: that of the unified
    ///   hierarchy, or that of `cpuacct`.
    func controlGroup(prefersUnified: Bool) -> ControlGroup? {
        ControlGroup(parsing: bytes("cgroup", limit: 1 << 16), prefersUnified: prefersUnified)
    }

    /// The process's real user and group ID (proc_pid_status(5)): those of whoever started the program, even if it runs
    /// with another user's rights, such as su(1); nil if the process is gone.
    ///
    /// The owner of the process's folder in procfs is not always that user: it is root if the kernel does not allow
    /// others to trace the process (proc(5)).
    var owner: (user: Int, group: Int)? {
        let text = String(decoding: bytes("status", limit: 4096), as: UTF8.self)
        func number(_ key: String) -> Int? {
            let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
            // The line holds the real, effective, saved and file system ID, in this order.
            return line.flatMap { $0.dropFirst(key.count).split(separator: "\t").first }.flatMap { Int($0) }
        }
        guard let user = number("Uid:"), let group = number("Gid:") else { return nil }
        return (user, group)
    }

    private func bytes(_ name: String, limit: Int) -> [UInt8] {
        (try? procfs.bytes("\(number)/\(name)", limit: limit)) ?? []
    }
}
