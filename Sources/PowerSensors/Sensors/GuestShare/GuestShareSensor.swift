/// What a host tells this virtual machine of the energy that it uses, through a folder that both see.
///
/// It reads the record that `powersensors export --guests` writes, and where there is none the tree of counters that
/// Scaphandre and others write. Power is energy over the host's own time; a share that stands still is `stale`, and neither
/// 0 W nor its last figure. `Docs/GuestShare.md` says how a share is set up, and what is in it.
public struct GuestShareSensor: Sensor {
    /// What is known to be wrong with a tree's counters. A struct with static members, so that the set may grow.
    public struct Correction: Hashable, Sendable, CustomStringConvertible {
        /// The word for it.
        public let name: String

        /// What the counters are multiplied by.
        let factor: UInt64

        /// Scaphandre adds up watts every five seconds and leaves the five out (its issue 428), so its counters run five
        /// times too slow. Said only by whoever knows that the host's Scaphandre does so: the tree does not tell.
        public static let scaphandre = Correction(name: "scaphandre", factor: 5)

        /// Every correction that this version of the library knows.
        public static let known: [Correction] = [.scaphandre]

        /// Reads a name; nil for one that is not among ``known``.
        public init?(_ text: String) {
            guard let found = Self.known.first(where: { $0.name == text }) else { return nil }
            self = found
        }

        private init(name: String, factor: UInt64) {
            self.name = name
            self.factor = factor
        }

        /// The word for it.
        public var description: String { name }
    }

    /// Once a second, off the fast path: no publisher writes more often, and a host that hangs must hold up no sample.
    public let refreshInterval: Duration?

    private let finder: ShareFinder
    private let correction: Correction?
    private let maximumPower: Watts
    private let now: @Sendable () -> SampleInstant
    private let memory = ShareMemory()

    /// A sensor that looks for the share, or reads the one that is named.
    ///
    /// - Parameters:
    ///   - roots: The trees to look in. The mount table is asked only where procfs is the machine's own.
    ///   - directory: The share's folder; nil to look for it.
    ///   - correction: What is known to be wrong with a tree's counters; a record needs none.
    ///   - maximumPower: The greatest power that one channel can have; nil for 8 kW, as the host's processors are unknown.
    public init(
        roots: SystemRoots = .usual, directory: String? = nil, correction: Correction? = nil,
        maximumPower: Watts? = nil
    ) {
        self.init(
            finder: ShareFinder(
                procfs: roots.procfs, directory: directory, looksByItself: roots.procfs.isUsual,
                places: ShareFinder.knownPlaces),
            correction: correction, maximumPower: maximumPower, refreshInterval: .seconds(1), now: { .now })
    }

    /// As above, for a test: with known places, a mount table and clocks of its own, and read on every sample.
    package init(
        procfs: SystemRoot, directory: String? = nil, places: [String] = [], correction: Correction? = nil,
        refreshInterval: Duration? = nil, now: @escaping @Sendable () -> SampleInstant = { .now }
    ) {
        self.init(
            finder: ShareFinder(procfs: procfs, directory: directory, looksByItself: true, places: places),
            correction: correction, maximumPower: nil, refreshInterval: refreshInterval, now: now)
    }

    private init(
        finder: ShareFinder, correction: Correction?, maximumPower: Watts?, refreshInterval: Duration?,
        now: @escaping @Sendable () -> SampleInstant
    ) {
        self.finder = finder
        self.correction = correction
        self.maximumPower = maximumPower ?? Watts(8000)
        self.refreshInterval = refreshInterval
        self.now = now
    }

    /// `share`.
    public var name: SensorName { .share }

    /// Looks at the mounts and at what the readers noticed. Into a share that is not of this machine's own file systems it
    /// does not look, since a host that hangs would hold up whoever asks.
    public func discoveryMark() -> Int? {
        var hasher = Hasher()
        for place in finder.candidates() {
            hasher.combine(place)
            if place.isLocal { hasher.combine(ShareLook(place).mark) }
        }
        hasher.combine(memory.changes)
        return hasher.finalize()
    }

    /// Looks for the share and reads what it holds once; whatever fails there is a finding.
    public func discover() -> Discovery {
        let looks = looks()
        guard let chosen = chosen(of: looks) else { return Discovery(findings: [.noShare(finder)]) }
        var discovery = chosen.discovery(correction, maximumPower)
        for other in looks where other != chosen && other.isShare {
            discovery.findings.append(.unreadShare(other.place, beside: chosen.place))
        }
        return discovery
    }

    /// Opens the share's files; what cannot be opened answers with its reason.
    public func open(_ channels: [Channel]) -> any SensorReader {
        guard let first = channels.first, first.mechanism == ShareMechanism.record else {
            return ShareTreeReader(channels, memory, now: now)
        }
        let end = "/\(ShareRecord.fileName)"
        let directory = first.path.flatMap { $0.hasSuffix(end) ? String($0.dropLast(end.count)) : nil } ?? ""
        return ShareRecordReader(channels, of: directory, memory, now: now)
    }

    private func looks() -> [ShareLook] { finder.candidates().map { ShareLook($0) } }

    /// The share to read: the first with a record, else with a tree, else one that is said to be a share.
    private func chosen(of looks: [ShareLook]) -> ShareLook? {
        looks.first(where: \.hasRecord) ?? looks.first(where: \.isShare) ?? looks.first(where: \.place.isNamed)
    }
}

/// The ways by which a share is read.
enum ShareMechanism {
    static let record = "record"
    static let tree = "tree"
}

extension ShareLook {
    fileprivate var hasRecord: Bool {
        if case .record = content { true } else { false }
    }

    /// Whether there is something to read in it.
    fileprivate var isShare: Bool {
        switch content {
        case .record, .tree: true
        case .unreadable: place.isNamed
        case .nothing: false
        }
    }
}
