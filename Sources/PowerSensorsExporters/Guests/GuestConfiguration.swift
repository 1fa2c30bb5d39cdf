package import PowerSensors

/// To whom a host tells figures, and how often.
package struct GuestConfiguration: Sendable {
    /// The shortest period. Finer figures could tell one guest what another computes (CVE-2020-8694).
    package static let shortestPeriod = Duration.seconds(1)

    /// The time from one record to the next; less than ``shortestPeriod`` is taken for that.
    package var period: Duration {
        didSet { period = max(period, Self.shortestPeriod) }
    }

    /// How long a machine may be gone before its folder is removed.
    package var grace: Duration = .seconds(60)

    /// The users whose machines are told figures.
    package var users: Set<UInt32>

    /// The machines that are listed by hand. They are told figures though they live in no slice of virtual machines, and
    /// their folders are there before they start and stay when they end, since one that mounts its folder needs it.
    package var names: Set<GuestName> = []

    /// The group that may read the folder of a listed machine that has not run yet; nil for that of this process.
    package var waitingGroup: UInt32?

    /// What the figures say of the energy of nobody's work.
    package var policy = ShareRecord.Policy.active

    /// How many descriptors the publisher keeps open; nil for a share of what the process may have.
    package var descriptorBudget: Int?

    /// A configuration for some users' machines.
    package init(users: Set<UInt32>, period: Duration = .seconds(5)) {
        self.users = users
        self.period = max(period, Self.shortestPeriod)
    }
}
