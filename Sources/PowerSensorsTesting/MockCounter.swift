public import PowerSensors

/// A running energy counter that knows its exact energy, and whose files show what a driver would.
///
/// Every change is written to the files immediately. A counter may be used from several threads at once.
public final class MockCounter: Sendable {
    private struct State {
        var power: Watts
        var count: UInt64
        var consumed: UInt64 = 0

        /// The energy that was added by power and time, in units of 10⁻²⁴ J.
        var energy: UInt128 = 0
        var paths: [String]
    }

    /// The register, and how it is shown.
    public let register: MockRegister

    private let tree: MockTree
    private let state: Locked<State>

    /// Starts a counter and writes its file.
    ///
    /// - Parameters:
    ///   - register: The register.
    ///   - startCount: The initial count.
    ///   - power: The default power of ``advance(by:at:)``.
    ///   - tree: The tree of the file.
    ///   - path: The file, such as `…/energy_uj`.
    /// - Throws: The system's error if the file cannot be written.
    public init(
        _ register: MockRegister,
        startCount: UInt64,
        power: Watts,
        in tree: MockTree,
        at path: String
    ) throws(AttributeError) {
        self.register = register
        self.tree = tree
        // Resolved, so that removals of the real folder are noticed.
        let location = try tree.location(of: path)
        state = Locked(State(power: power, count: startCount, paths: [location]))
        try tree.write("\(register.number(of: startCount))\n", to: location)
    }

    // MARK: - State

    /// The counts since the start, unaffected by wraps and resets.
    public var trueCounts: UInt64 { state.withLock { $0.consumed } }

    /// The energy of the whole counts since the start.
    public var trueEnergy: Joules { register.unit.energy(of: RegisterCount(trueCounts)) }

    /// The current count, without wraps.
    public var count: UInt64 { state.withLock { $0.count } }

    /// The number that the files show, apart from faults.
    public var number: UInt64 { register.number(of: count) }

    /// The default power of ``advance(by:at:)``.
    public var power: Watts {
        get { state.withLock { $0.power } }
        set { state.withLock { $0.power = newValue } }
    }

    // MARK: - Running

    /// Advances the counter by a power over a time.
    ///
    /// Fractions of a count are carried over, so many small steps are exactly equal to one large step.
    ///
    /// - Parameters:
    ///   - time: The time; must not be negative.
    ///   - power: The power, rounded to 1 µW; must be finite and not negative. Nil for the counter's own power.
    public func advance(by time: Duration, at power: Watts? = nil) throws(AttributeError) {
        try change { state in
            let watts = (power ?? state.power).rawValue
            precondition(time >= .zero && watts >= 0 && watts.isFinite, "energy only grows")
            let microwatts = UInt128((watts * 1_000_000).rounded())
            let before = wholeCounts(of: state.energy)
            // µW times attoseconds give 10⁻²⁴ J, so that power and time multiply without rounding.
            state.energy += microwatts * UInt128(time.attoseconds)
            let counts = wholeCounts(of: state.energy) &- before
            state.count &+= counts
            state.consumed &+= counts
        }
    }

    /// Advances the register by a number of counts.
    public func advance(counts: UInt64) throws(AttributeError) {
        try change { state in
            state.count &+= counts
            state.consumed &+= counts
        }
    }

    /// Sets the register, as a reset, a migration or a module's reload does, without changing the true energy.
    public func set(count: UInt64) throws(AttributeError) {
        try change { $0.count = count }
    }

    /// Sets the register to a number of counts before its wrap, without changing the true energy.
    public func set(countsBeforeWrap counts: UInt64) throws(AttributeError) {
        try set(count: register.lastCount &+ 1 &- counts)
    }

    // MARK: - Files

    /// Injects a fault into the counter's files; the counter itself continues.
    public func inject(_ fault: MockFault) throws(AttributeError) {
        for path in state.withLock({ $0.paths }) { try tree.inject(fault, at: path) }
    }

    /// Ends the fault of the counter's files.
    public func restore() throws(AttributeError) {
        for path in state.withLock({ $0.paths }) { try tree.restore(path) }
    }

    /// Shows the same register in one more file, as a zone of another control type does.
    func show(at path: String) throws(AttributeError) {
        try change { $0.paths.append(path) }
    }

    /// Stops writing the files beneath a folder.
    func hide(beneath folder: String) {
        state.withLock { $0.paths.removeAll { $0.hasPrefix(folder + "/") } }
    }

    /// Whether any file shows the counter.
    var isShown: Bool { state.withLock { !$0.paths.isEmpty } }

    /// Changes the state and writes it under one lock, so that writes of two threads stay in order.
    private func change(_ body: (inout State) -> Void) throws(AttributeError) {
        try state.withLock { state throws(AttributeError) in
            body(&state)
            for path in state.paths { try tree.write("\(register.number(of: state.count))\n", to: path) }
        }
    }

    /// The whole counts in an energy in units of 10⁻²⁴ J.
    private func wholeCounts(of energy: UInt128) -> UInt64 {
        let countSize = 1_000_000_000_000_000_000_000_000 * UInt128(register.unit.numerator)
        let scaled = energy.multipliedFullWidth(by: UInt128(register.unit.denominator))
        return UInt64(truncatingIfNeeded: countSize.dividingFullWidth(scaled).quotient)
    }
}
