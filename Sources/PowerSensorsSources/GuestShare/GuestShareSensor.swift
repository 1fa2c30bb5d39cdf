public import PowerSensorsCore

/// The energy that this virtual machine uses, as its host reports it in a shared folder.
///
/// A share is a folder in which a host reports to one of its virtual machines how much energy the machine uses. It
/// holds a record, a file that `powersensors export --guests` writes, or else a tree, a folder of counters in
/// powercap's form that Scaphandre and others write. Power is the energy divided by the time that passed on the host's
/// clock. A share that no longer changes is `stale`, which is neither 0 W nor its last figure. `Docs/GuestShare.md`
/// explains how a share is set up, and what it contains.
public struct GuestShareSensor: Sensor {
    /// The correction of a known error in the counters of a tree.
    ///
    /// It is a struct with static members rather than an enum, so that later versions can add corrections.
    public struct Correction: Hashable, Sendable, CustomStringConvertible {
        /// The name, as in the option `--share-correction`.
        public let name: String

        /// What the counters are multiplied by.
        let factor: UInt64

        /// Multiplies by five. Scaphandre adds up watts every five seconds without multiplying by five (its issue 428),
        /// so its counters run five times too slow. A version without this error writes the same tree, so only the user
        /// can know whether the correction is needed.
        public static let scaphandre = Correction(name: "scaphandre", factor: 5)

        /// Every correction that this version of the library knows.
        public static let all: [Correction] = [.scaphandre]

        /// The same as ``name``.
        public var description: String { name }
    }

    /// How often the share is read: once a second, in the background. No host writes more often, and a host that hangs
    /// must not delay samples.
    public let readingInterval: Duration?

    private(set) var finder: ShareFinder

    /// Where it reads. In a ``SensorSet``, those of the set take their place.
    package var roots: SystemRoots { didSet { finder.procfs = roots.procfs } }

    let correction: Correction?
    let maximumPower: Watts
    let now: @Sendable () -> SampleInstant
    private let history = Locked(ShareDiscoveryHistory())

    /// `share`.
    public var name: SensorName { .share }

    /// A fingerprint of the folders that may be a share, and of the changes that readers have noticed. The content of a
    /// folder is included only if it is on one of this machine's own file systems, since a host that hangs would block
    /// the caller.
    public func discoveryFingerprint() -> Int? {
        var hasher = Hasher()
        for location in finder.candidates() {
            hasher.combine(location)
            if location.isLocal { hasher.combine(ShareScan(location).fingerprint) }
        }
        hasher.combine(history.withLock { $0.changes })
        return hasher.finalize()
    }

    /// Finds the share and reads it once. Whatever fails becomes a finding.
    public func discover() -> Discovery {
        let scans = finder.candidates().map { ShareScan($0) }
        let found = scans.first(where: \.hasRecord) ?? scans.first(where: \.isShare)
        guard let chosen = found ?? scans.first(where: \.location.isExplicit) else {
            return Discovery(findings: finder.absenceFindings(roots))
        }
        var discovery = chosen.discovery(correction, maximumPower)
        for other in scans where other != chosen && other.isShare {
            discovery.findings.append(.unreadShare(other.location, beside: chosen.location))
        }
        return discovery
    }

    /// Opens the share's files. A channel that cannot be opened reports why in its readings.
    public func open(_ channels: [Channel]) -> any SensorReader {
        guard let first = channels.first?.handle?.value(as: ShareRecordHandle.self) else {
            return ShareTreeReader(channels, history, now: now)
        }
        return ShareRecordReader(channels, of: first.directory, history, now: now)
    }
}

extension GuestShareSensor.Correction {
    /// The correction with a name; nil if there is none.
    public init?(_ text: String) {
        guard let found = Self.all.first(where: { $0.name == text }) else { return nil }
        self = found
    }
}

extension GuestShareSensor {
    /// The highest plausible power of a channel, as the host's processors are unknown: more than those of a large
    /// server.
    private static let defaultPower = Watts(8000)

    /// A sensor that reads a given share, or looks for one.
    ///
    /// - Parameters:
    ///   - roots: The places of sysfs, procfs and dev. Shares are looked for only if procfs is this machine's own.
    ///   - directory: The share's folder; nil to look for it.
    ///   - correction: What to correct in a tree's counters. Records need no correction.
    ///   - maximumPower: The highest plausible power of a channel; nil for 8 kW.
    public init(
        roots: SystemRoots = .default, directory: String? = nil, correction: Correction? = nil,
        maximumPower: Watts? = nil
    ) {
        self.init(
            readingInterval: .seconds(1),
            finder: ShareFinder(
                procfs: roots.procfs, directory: directory, alwaysSearches: false,
                knownFolders: ShareFinder.defaultFolders),
            roots: roots, correction: correction, maximumPower: maximumPower ?? Self.defaultPower, now: { .now })
    }

    /// The same for a test, which chooses the folders to search and the clock, and reads the share on every sample.
    package init(
        roots: SystemRoots, directory: String? = nil, knownFolders: [String] = [], correction: Correction? = nil,
        readingInterval: Duration? = nil, now: @escaping @Sendable () -> SampleInstant = { .now }
    ) {
        self.init(
            readingInterval: readingInterval,
            finder: ShareFinder(
                procfs: roots.procfs, directory: directory, alwaysSearches: true, knownFolders: knownFolders),
            roots: roots, correction: correction, maximumPower: Self.defaultPower, now: now)
    }
}
