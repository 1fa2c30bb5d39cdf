package import PowerSensors

/// Which guests a host publishes figures to, and how often.
package struct GuestConfiguration: Sendable {
    /// The shortest period. Finer figures could reveal to one guest what another computes (CVE-2020-8694).
    package static let shortestPeriod = Duration.seconds(1)

    /// The time from one record to the next, at least ``shortestPeriod``.
    package let period: Duration

    /// How long a machine may be gone before its folder is removed.
    package var grace: Duration = .seconds(60)

    /// The users whose machines get figures.
    package var users: Set<UInt32>

    /// Machines listed by name. They get figures even outside the slices of virtual machines, and their folders exist before
    /// they start and after they end, because a machine that mounts its folder needs it to start.
    package var names: Set<GuestName> = []

    /// The group that may read the folder of a listed machine that has not run yet; nil for that of this process.
    package var waitingGroup: UInt32?

    /// What decides whether the guests' folders stay open.
    package var descriptorBudget = DescriptorBudget.ofProcess

    /// Creates a configuration for the machines of the given users.
    package init(users: Set<UInt32>, period: Duration = .seconds(5)) {
        self.users = users
        self.period = max(period, Self.shortestPeriod)
    }
}
