/// What readers know of a share. It is kept when a new topology replaces a reader by another one, so that both agree on
/// what has been counted.
struct ShareDiscoveryHistory {
    /// How often a reader noticed a change after which a new discovery may find other channels.
    var changes = 0

    /// The instant of the latest record that any reader accepted.
    var anchor: ShareClockAnchor?
}
