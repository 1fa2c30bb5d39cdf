/// Descriptors of a ``DescriptorBudget`` that stay open together or not at all, given back when this goes away.
package final class GrantedDescriptors: Sendable {
    private let budget: DescriptorBudget
    private let count = Locked(0)

    package init(_ budget: DescriptorBudget) { self.budget = budget }

    deinit { budget.giveBack(.sensor, count.withLock { $0 }) }

    /// Asks for another number of descriptors.
    ///
    /// - Returns: Whether that many may stay open; otherwise none may.
    package func change(to wanted: Int) -> Bool {
        count.withLock { count in
            count += budget.take(.sensor, upTo: max(wanted - count, 0))
            let isGranted = count >= wanted
            let kept = isGranted ? wanted : 0
            budget.giveBack(.sensor, count - kept)
            count = kept
            return isGranted
        }
    }
}
