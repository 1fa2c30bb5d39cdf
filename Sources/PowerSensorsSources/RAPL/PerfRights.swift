import CPowerSensors

/// The rights of a process that decide whether perf lets it count the events of a whole processor.
package struct PerfRights {
    /// Whether it has the capability CAP_PERFMON, which exists since Linux 5.8.
    let hasPerfmon: Bool

    /// Whether it has CAP_SYS_ADMIN, which perf required before Linux 5.8, and still accepts.
    let hasAdministration: Bool

    /// Whether it could be given CAP_PERFMON by setcap(8) on its program's file. It could not in a container whose
    /// bounding set, the limit of all its processes' capabilities, lacks it.
    let mayGainPerfmon: Bool

    /// Whether the kernel knows CAP_PERFMON at all.
    let kernelHasPerfmon: Bool

    package init(hasPerfmon: Bool, hasAdministration: Bool, mayGainPerfmon: Bool, kernelHasPerfmon: Bool = true) {
        self.kernelHasPerfmon = kernelHasPerfmon
        self.hasPerfmon = hasPerfmon
        self.hasAdministration = hasAdministration
        self.mayGainPerfmon = mayGainPerfmon
    }

    static var ofThisProcess: PerfRights {
        // CAP_PERFMON has the number 38, and CAP_SYS_ADMIN the number 21 (capabilities(7)).
        PerfRights(
            hasPerfmon: cpowersensors_has_capability(38) != 0,
            hasAdministration: cpowersensors_has_capability(21) != 0,
            mayGainPerfmon: cpowersensors_may_gain_capability(38) == 1,
            kernelHasPerfmon: cpowersensors_may_gain_capability(38) >= 0
        )
    }
}
