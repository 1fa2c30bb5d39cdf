public import PowerSensors

/// A running energy counter: it knows its true energy to the count, and its files show what a driver would.
///
/// Every change is written to the files at once. A counter may be used from several threads at once.
public final class MockCounter: Sendable {
    private struct State {
        var power: Watts
        var count: UInt64
        var consumed: UInt64 = 0

        /// Energy that is not yet a count, in ``MockCounter/countSize``ths of one.
        var carry: UInt128 = 0
        var paths: [String]
    }

    /// What counts, and how it is shown.
    public let register: MockRegister

    private let tree: MockTree
    private let state: Guarded<State>

    /// One count, in the parts that ``energyScale`` makes of 10⁻²⁴ J.
    private let countSize: UInt128
    private let energyScale: UInt128

    /// Starts a counter and writes its file.
    ///
    /// - Parameters:
    ///   - register: What counts.
    ///   - startCount: The count to begin with.
    ///   - power: The power at which ``advance(by:at:)`` counts unless told another.
    ///   - tree: The tree of the file.
    ///   - path: The file, such as `…/energy_uj`.
    /// - Throws: What the system says where the file cannot be written.
    public init(
        _ register: MockRegister,
        startCount: UInt64,
        power: Watts,
        in tree: MockTree,
        at path: String
    ) throws(AttributeError) {
        self.register = register
        self.tree = tree
        // Without links, so that the counter notices when the folder behind one is removed.
        let location = try tree.location(of: path)
        // µW times attoseconds are 10⁻²⁴ J, so that times and watts multiply without rounding.
        let joule: UInt128 = 1_000_000_000_000_000_000_000_000
        let shared = greatestCommonDivisor(joule, UInt128(register.unit.denominator))
        countSize = joule / shared * UInt128(register.unit.numerator)
        energyScale = UInt128(register.unit.denominator) / shared
        state = Guarded(State(power: power, count: startCount, paths: [location]))
        try tree.write("\(register.number(of: startCount))\n", to: location)
    }

    // MARK: - The truth

    /// The counts since the start, which no wrap and no reset takes away.
    public var trueCounts: UInt64 { state.withLock { $0.consumed } }

    /// The energy since the start, without what is not yet a whole count.
    public var trueEnergy: Joules { register.unit.energy(of: RegisterCount(trueCounts)) }

    /// The counts since the register was last 0 by a reset or by ``set(count:)``; never wrapped.
    public var count: UInt64 { state.withLock { $0.count } }

    /// The number that the files show, faults aside.
    public var number: UInt64 { register.number(of: count) }

    /// The power at which ``advance(by:at:)`` counts unless told another.
    public var power: Watts {
        get { state.withLock { $0.power } }
        set { state.withLock { $0.power = newValue } }
    }

    // MARK: - Running

    /// Lets time pass at a power.
    ///
    /// What is not a whole count is carried to the next step, so many small steps are exactly one large step.
    ///
    /// - Parameters:
    ///   - time: How much time; must not be negative.
    ///   - power: At how many watts, to the µW; must be finite and not negative. Nil for the counter's own power.
    public func advance(by time: Duration, at power: Watts? = nil) throws(AttributeError) {
        try change { state in
            let watts = (power ?? state.power).rawValue
            precondition(time >= .zero && watts >= 0 && watts.isFinite, "energy only grows")
            let microwatts = UInt128((watts * 1_000_000).rounded())
            let (counts, rest) =
                (state.carry + microwatts * UInt128(time.attoseconds) * energyScale)
                .quotientAndRemainder(dividingBy: countSize)
            state.carry = rest
            state.count &+= UInt64(truncatingIfNeeded: counts)
            state.consumed &+= UInt64(truncatingIfNeeded: counts)
        }
    }

    /// Lets the register count so many counts on.
    public func advance(counts: UInt64) throws(AttributeError) {
        try change { state in
            state.count &+= counts
            state.consumed &+= counts
        }
    }

    /// Sets the register, as a reset, a migration or a module's reload does; the true energy stays.
    public func set(count: UInt64) throws(AttributeError) {
        try change { $0.count = count }
    }

    /// Sets the register so many counts before it becomes 0 again; the true energy stays.
    public func place(countsBeforeWrap counts: UInt64) throws(AttributeError) {
        try set(count: register.lastCount &+ 1 &- counts)
    }

    // MARK: - Its files

    /// Makes something wrong with the counter's files; it goes on counting behind them.
    public func inject(_ fault: MockFault) throws(AttributeError) {
        for path in state.withLock({ $0.paths }) { try tree.inject(fault, at: path) }
    }

    /// Makes the counter's files right again.
    public func restore() throws(AttributeError) {
        for path in state.withLock({ $0.paths }) { try tree.restore(path) }
    }

    /// Shows the same register in one more file, as a zone of another control type does.
    func show(at path: String) throws(AttributeError) {
        try change { $0.paths.append(path) }
    }

    /// Leaves alone the files that lie beneath a folder.
    func hide(beneath folder: String) {
        state.withLock { $0.paths.removeAll { $0.hasPrefix(folder + "/") } }
    }

    /// Whether any file shows the counter.
    var isShown: Bool { state.withLock { !$0.paths.isEmpty } }

    /// Changes the state and writes it out under one lock, so that two threads cannot write in the wrong order.
    private func change(_ body: (inout State) -> Void) throws(AttributeError) {
        try state.withLock { state throws(AttributeError) in
            body(&state)
            for path in state.paths { try tree.write("\(register.number(of: state.count))\n", to: path) }
        }
    }
}

private func greatestCommonDivisor(_ first: UInt128, _ second: UInt128) -> UInt128 {
    var (first, second) = (first, second)
    while second != 0 { (first, second) = (second, first % second) }
    return first
}
