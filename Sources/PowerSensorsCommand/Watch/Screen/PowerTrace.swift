package import PowerSensors

/// The powers of the last minutes, in steps of equal time, of which some may be unknown.
package struct PowerTrace: Sendable {
    /// What is known of a step.
    private enum Step {
        /// The sum of powers by the seconds for which each lasted.
        case known(joules: Double, seconds: Double)
        case unknown
    }

    /// A column of a drawing.
    package enum Column: Hashable, Sendable {
        /// The mean power in watts.
        case power(Double)
        /// No power is known.
        case gap
    }

    /// How many steps are kept.
    private static let capacity = 1024

    /// How much time a drawing shows at least, in seconds.
    private static let shortestSpan = 300.0

    private let stepNanoseconds: Int64
    private var steps: [Int64: Step] = [:]
    private var newest: Int64?
    /// The first step with a known power.
    private var first: Int64?

    /// Creates an empty trace.
    ///
    /// - Parameter interval: The time between two snapshots.
    package init(interval: Duration) { stepNanoseconds = max(interval.wholeNanoseconds, 1_000_000_000) }

    /// Records the power of the interval that ends at an instant.
    package mutating func record(_ power: Watts?, over interval: Duration?, until instant: SampleInstant) {
        let end = instant.boottimeNanoseconds
        let length = max(interval?.wholeNanoseconds ?? 0, 0)
        // A step belongs to the interval that its middle is in; a short interval to the step that its own middle is in.
        let half = stepNanoseconds / 2
        var last = (end - half) / stepNanoseconds
        var first = max((end - length - half) / stepNanoseconds + 1, last - Int64(Self.capacity))
        if first > last { (first, last) = ((end - length / 2) / stepNanoseconds, (end - length / 2) / stepNanoseconds) }
        // What it has of each step: a long interval counts in a step for the step's own length.
        let seconds = Duration.nanoseconds(min(max(length, 1), stepNanoseconds)).seconds
        for index in first...last { add(power, seconds: seconds, to: index) }
        newest = max(newest ?? last, last)
        if power != nil { self.first = self.first ?? first }
        steps = steps.count > Self.capacity * 2 ? steps.filter { $0.key > last - Int64(Self.capacity) } : steps
    }

    private mutating func add(_ power: Watts?, seconds: Double, to index: Int64) {
        switch (steps[index], power) {
        case (_, nil), (.unknown?, _): steps[index] = .unknown
        case (nil, let power?): steps[index] = .known(joules: power.rawValue * seconds, seconds: seconds)
        case (.known(let joules, let before)?, let power?):
            steps[index] = .known(joules: joules + power.rawValue * seconds, seconds: before + seconds)
        }
    }

    /// How many steps a column covers, if there are this many columns.
    private func stepsPerColumn(_ columns: Int) -> Int64 {
        let seconds = Duration.nanoseconds(stepNanoseconds).seconds
        return max(Int64((Self.shortestSpan / (seconds * Double(max(columns, 1)))).rounded(.up)), 1)
    }

    /// The time that this many columns show.
    package func span(columns: Int) -> Duration {
        .nanoseconds(stepNanoseconds) * Int(stepsPerColumn(columns)) * columns
    }

    /// The last minutes in columns, the newest last. A column with an unknown part is a gap.
    package func columns(_ count: Int) -> [Column] {
        let gaps = [Column](repeating: .gap, count: count)
        guard let newest, let first, count > 0 else { return gaps }
        let size = stepsPerColumn(count)
        let last = newest / size
        return gaps.indices.map { column in
            let start = (last - Int64(count - 1 - column)) * size
            return Self.mean((start..<start + size).filter { $0 >= first && $0 <= newest }.map { steps[$0] })
        }
    }

    private static func mean(_ steps: [Step?]) -> Column {
        var sum = (joules: 0.0, seconds: 0.0)
        for step in steps {
            guard case .known(let joules, let seconds)? = step else { return .gap }
            sum = (sum.joules + joules, sum.seconds + seconds)
        }
        return sum.seconds > 0 ? .power(sum.joules / sum.seconds) : .gap
    }
}
