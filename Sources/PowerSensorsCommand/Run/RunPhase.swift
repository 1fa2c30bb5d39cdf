import PowerSensors

/// What a run used in one of its phases, however often that came.
struct RunPhase {
    /// Empty for what has no name.
    let name: String

    /// How often it began.
    let count: Int

    let duration: Duration

    let processorTime: Duration

    /// One for each figure of the run, in the same order.
    let figures: [RunResult.Figure]
}
