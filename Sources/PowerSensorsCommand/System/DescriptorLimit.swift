import Glibc
import PowerSensors
import Synchronization

/// The limit of open files of this process (RLIMIT_NOFILE).
enum DescriptorLimit {
    /// The smallest limit with which every subcommand works, if nothing but the three standard streams is open at the start.
    private static let least = 32

    /// How many descriptors are not shared out, besides those that are open at the start: three folders, those of the event loops and
    /// of the runtime's timers, a listener, connections to servers, and files that are open for a moment.
    private static let reserved = 25

    /// Raises the soft limit to the hard one, and tells the library how much of it the command needs.
    ///
    /// The soft limit is for programs that use select(2), which this one does not.
    ///
    /// - Throws: A failure if the limit is too low.
    static func raise() throws(CommandFailure) {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(files, &limit) == 0 else { return }
        inherited.store(UInt64(limit.rlim_cur), ordering: .relaxed)
        if limit.rlim_cur < limit.rlim_max {
            var raised = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
            if unsafe setrlimit(files, &raised) == 0 { limit = raised }
        }
        let allowed = Int(clamping: limit.rlim_cur)
        // Whoever starts the command hands on few descriptors, with low numbers.
        let inherited = (0..<CInt(min(allowed, 1024))).count { fcntl($0, F_GETFD) >= 0 }
        guard allowed - inherited >= least - 3 else {
            throw .failure(
                "This process may have \(allowed) files open, and \(inherited) are open from the start, but it needs"
                    + " \(least - 3) more. \(Finding.remedy(ofErrno: EMFILE) ?? "").")
        }
        DescriptorBudget.ofProcess.reserve(inherited + reserved)
    }

    /// Calls a function under the soft limit that this process was started with, for a child to inherit.
    static func asInherited<Result>(_ start: () throws(CommandFailure) -> Result) throws(CommandFailure) -> Result {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        let soft = inherited.load(ordering: .relaxed)
        var raised = rlimit()
        guard soft > 0, unsafe getrlimit(files, &raised) == 0, soft < raised.rlim_cur else { return try start() }
        var lowered = rlimit(rlim_cur: rlim_t(soft), rlim_max: raised.rlim_max)
        unsafe setrlimit(files, &lowered)
        defer { unsafe setrlimit(files, &raised) }
        return try start()
    }

    /// Opens the descriptors of the runtime's timers, which otherwise does so at the first wait, and ends the process if one is
    /// refused.
    static func openTimers() async {
        try? await Task.sleep(for: .nanoseconds(1), clock: ContinuousClock())
        try? await Task.sleep(for: .nanoseconds(1), clock: SuspendingClock())
    }
}

/// The soft limit that this process was started with; 0 while it is not known.
private let inherited = Atomic<UInt64>(0)
