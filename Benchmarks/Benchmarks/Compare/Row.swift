/// One line of the table: a kind of work, what it costs, and what it may cost.
struct Row {
    /// What the work must keep.
    enum Bar {
        /// The ratio of the quickest batches, in each run.
        case atMost(Double)

        /// The median of the pairs' ratios, in each run.
        case medianAtMost(Double)

        /// The ratio of the quickest batches the other way round: how many times the peer costs what we cost.
        case cheaperBy(Double)

        case none
    }

    /// The kind of work.
    let work: String

    /// What the library is compared with; nil where it is measured alone.
    var peer: String?

    /// What one operation costs, in nanoseconds: the least of all runs.
    var ours: Double?
    var theirs: Double?

    /// One for each run.
    var minima: [Double] = []
    var medians: [Double] = []

    /// User instructions of one channel, by callgrind.
    var instructions: (ours: Double, theirs: Double)?

    /// Allocations of one operation, and how many there may be: the one bar whose failure fails the run.
    var allocations: Double?
    var allocationBar: Double?

    var bar = Bar.none

    /// What else is to be said, below the table.
    var note: String?

    init(_ work: String, peer: String? = nil) {
        self.work = work
        self.peer = peer
    }

    /// Takes in the comparison of one more run.
    mutating func add(_ comparison: Comparison) {
        ours = min(ours ?? .infinity, comparison.ours)
        theirs = min(theirs ?? .infinity, comparison.theirs)
        minima.append(comparison.minima)
        medians.append(comparison.median)
    }

    /// Whether there are more allocations than there may be.
    var failsAllocationBar: Bool {
        guard let allocations, let allocationBar else { return false }
        return allocations > allocationBar
    }

    /// Whether every run kept the bar; nil without one.
    var meetsBar: Bool? {
        switch bar {
        case .atMost(let most): minima.allSatisfy { $0 <= most }
        case .medianAtMost(let most): medians.allSatisfy { $0 <= most }
        case .cheaperBy(let times): minima.allSatisfy { $0 * times <= 1 }
        case .none: nil
        }
    }
}
