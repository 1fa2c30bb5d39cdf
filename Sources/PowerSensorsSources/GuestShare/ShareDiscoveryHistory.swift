import PowerSensorsCore

/// What readers know of a share. It is kept when a new topology replaces a reader by another one, so that both agree on
/// what has been counted.
final class ShareDiscoveryHistory: Sendable {
    private let last = Locked<ShareClockAnchor?>(nil)
    private let changeCount = Locked(0)

    /// How often a reader noticed a change after which a new discovery may find other channels.
    var changes: Int { changeCount.withLock { $0 } }

    /// Records a change after which a new discovery may find other channels.
    func recordChange() { changeCount.withLock { $0 &+= 1 } }

    /// The instant of the latest record that any reader accepted.
    var anchor: ShareClockAnchor? {
        get { last.withLock { $0 } }
        set { last.withLock { $0 = newValue } }
    }
}
