import PowerSensorsCore

/// Carries what readers know of a share from one generation to the next, so that both agree on what has been counted.
final class ShareDiscoveryHistory: Sendable {
    private let last = Locked<ShareClockAnchor?>(nil)
    private let changeCount = Locked(0)

    /// How often a reader noticed something that a new discovery may describe differently.
    var changes: Int { changeCount.withLock { $0 } }

    /// Records such a change.
    func recordChange() { changeCount.withLock { $0 &+= 1 } }

    /// The last record that any reader accepted.
    var anchor: ShareClockAnchor? {
        get { last.withLock { $0 } }
        set { last.withLock { $0 = newValue } }
    }
}
