import CTwin

/// What one side costs against the other, from short batches of both in turn.
///
/// A machine that is shared slows down for milliseconds at a time, and both sides of a pair with it: so the ratio is
/// taken pair by pair, and once more between the quickest batches, which nothing disturbed.
struct Comparison {
    /// The quickest batch of each side, in nanoseconds for one operation.
    let ours: Double
    let theirs: Double

    /// The median of the pairs' ratios.
    let median: Double

    /// The ratio of the quickest batches.
    var minima: Double { ours / theirs }

    /// Compares what was measured in turn.
    init(ours: [Double], theirs: [Double]) {
        self.ours = ours.min() ?? 0
        self.theirs = theirs.min() ?? 0
        median = zip(ours, theirs).map { $0 / $1 }.median
    }

    /// Runs `pairs` pairs of batches, each side first every other time.
    ///
    /// - Parameters:
    ///   - pairs: How many pairs.
    ///   - operations: How many operations a batch has.
    ///   - overhead: What is in every batch and is no part of it, in nanoseconds.
    ///   - prepare: What goes before every pair, unmeasured.
    ///   - ours: Runs a batch and returns its nanoseconds.
    ///   - theirs: The other side's batch.
    init(
        pairs: Int,
        operations: Int,
        overhead: Int64 = 0,
        prepare: () throws -> Void = {},
        ours: () throws -> Int64,
        theirs: () throws -> Int64
    ) throws {
        var quickest = (ours: Int64.max, theirs: Int64.max)
        var ratios: [Double] = []
        ratios.reserveCapacity(pairs)
        // Neither side's first batch counts: caches and lazy bindings are nobody's merit.
        try prepare()
        _ = try (ours(), theirs())
        for pair in 0..<pairs {
            try prepare()
            let first = try pair.isMultiple(of: 2) ? ours() : theirs()
            let second = try pair.isMultiple(of: 2) ? theirs() : ours()
            let times = pair.isMultiple(of: 2) ? (first, second) : (second, first)
            let (our, their) = (max(times.0 - overhead, 1), max(times.1 - overhead, 1))
            quickest = (min(quickest.ours, our), min(quickest.theirs, their))
            ratios.append(Double(our) / Double(their))
        }
        self.ours = Double(quickest.ours) / Double(operations)
        self.theirs = Double(quickest.theirs) / Double(operations)
        median = ratios.median
    }
}

/// The quickest of `rounds` runs of `body`, in nanoseconds.
func quickest(of rounds: Int, _ body: () throws -> Void) rethrows -> Double {
    var least = Int64.max
    for _ in 0..<rounds {
        let began = ctwin_now()
        try body()
        least = min(least, ctwin_now() - began)
    }
    return Double(least)
}

/// What two looks at the clock cost that have nothing between them.
let clockOverhead: Int64 = {
    var least = Int64.max
    for _ in 0..<100_000 {
        let began = ctwin_now()
        least = min(least, ctwin_now() - began)
    }
    return least
}()

extension [Double] {
    /// The middle value; 0 of none.
    var median: Double {
        let sorted = sorted()
        return sorted.isEmpty ? 0 : (sorted[sorted.count / 2] + sorted[(sorted.count - 1) / 2]) / 2
    }
}
