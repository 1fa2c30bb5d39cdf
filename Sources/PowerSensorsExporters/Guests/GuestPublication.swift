import PowerSensors

/// The record and the tree of one guest.
struct GuestPublication: Sendable {
    /// What is the same for all guests in one round, in which figures are published for every guest once.
    struct Round: Sendable {
        /// The division of the host's energy.
        let attribution: AttributionSnapshot

        /// The status of the host's figure.
        let status: ReadingStatus

        /// Whether the host knows the energy of the memory separately.
        let hasMemory: Bool

        /// The time from one record to the next.
        let period: Duration

        /// The origin of the host's figures.
        let origin: Provenance

        /// How many machines the figures have passed through when they reach the guest.
        let hops: UInt8

        /// When the energy was measured, in nanoseconds of the boot-time clock.
        var boottimeNanoseconds: Int64 { attribution.instant.boottimeNanoseconds }

        /// The figure that is divided, and where it comes from.
        var figure: [String] { [attribution.scope.name, attribution.origin.name] }

        /// Whether the figure that is divided is the energy of the whole host.
        var isWholeMachine: Bool { attribution.scope != .cpu }
    }

    /// The machine's process; that of a restarted machine is another one.
    let process: Consumer.ProcessIdentity?

    /// The guest's folder.
    var folder: GuestFolder

    private let name: GuestName
    /// The folder's identity in the previous round.
    private var identity: FileIdentity?

    /// The identity of the current series of records. When it changes, readers do not compare new sums with earlier ones.
    private var epoch = ShareRecord.Epoch.random(in: .min ... .max)
    private var epochStart: Int64
    /// The number of records in this epoch.
    private var sequence: UInt64 = 0
    private var package: CoarseEnergy?
    private var memory: CoarseEnergy?
    private var isWholeMachine: Bool
    /// The figure that is divided, and where it comes from.
    private var figure: [String]
    /// The counts at which the tree's counters begin at least.
    private let leastCounts: (package: UInt64, memory: UInt64)

    /// When the guest was last seen, in nanoseconds of the boot-time clock.
    var lastSeen: Int64

    /// Prepares to publish for a guest; no file is created yet.
    ///
    /// - Parameter previous: The publication for the machine before it was restarted, whose counters the tree continues.
    init(
        _ machine: Consumer, as name: GuestName, in share: ShareFolder, _ round: Round,
        after previous: GuestPublication?
    ) {
        self.name = name
        folder = GuestFolder(in: share, group: machine.groupID.map { UInt32(clamping: $0) })
        process = machine.processIdentity
        leastCounts = (previous?.package?.microjoules ?? 0, previous?.memory?.microjoules ?? 0)
        figure = round.figure
        isWholeMachine = round.isWholeMachine
        epochStart = round.boottimeNanoseconds
        lastSeen = round.boottimeNanoseconds
    }

    /// The number of descriptors that a guest's folder needs.
    static let descriptorCount = 2 + ShareLayout.folders.count * 2

    /// Publishes the guest's energy: the record first, then the tree.
    ///
    /// - Returns: What is wrong, or was wrong and has been fixed.
    mutating func publish(_ parts: EnergyParts, _ round: Round) -> [Finding] {
        lastSeen = round.boottimeNanoseconds
        do throws(ShareFault) {
            let found = try folder.open("\(name)")
            let isNewFolder = identity != nil && identity != found
            let hasNewDomains = round.isWholeMachine != isWholeMachine || (round.hasMemory && memory == nil)
            // Readers must not compare figures of two different folders, or of other domains. The sums continue.
            if isNewFolder || hasNewDomains {
                epoch = .random(in: .min ... .max)
                epochStart = round.boottimeNanoseconds
                sequence = 0
            }
            identity = found
            isWholeMachine = round.isWholeMachine
            if package == nil { package = try counter(of: ShareLayout.packageZones, from: leastCounts.package) }
            if memory == nil, round.hasMemory {
                memory = try counter(of: ShareLayout.memoryZones, from: leastCounts.memory)
            }
            if figure != round.figure {
                package?.forgetBounds()
                memory?.forgetBounds()
                figure = round.figure
            }
            let band = round.attribution.band
            package?.advance(to: parts.package, round.status, band: band)
            memory?.advance(to: round.hasMemory ? parts.dram : nil, round.status, band: band)
            sequence += 1
            try folder.write(record(round).encoded(), to: "\(name)/\(ShareLayout.record)")
            try writeTree()
        } catch {
            return folder.drainFindings() + [error.finding]
        }
        return folder.drainFindings()
    }

    /// A domain's energy, which begins at the counts of an earlier publisher if there are any.
    private mutating func counter(of zones: [String], from least: UInt64) throws(ShareFault) -> CoarseEnergy {
        var greatest = least
        for zone in zones {
            let count = try folder.number(in: "\(name)/\(zone)/\(ShareLayout.counter)") ?? 0
            if count <= CoarseEnergy.maximumMicrojoules { greatest = max(greatest, count) }
        }
        return CoarseEnergy(microjoules: greatest)
    }

    // MARK: Writing

    private func record(_ round: Round) -> ShareRecord {
        var entries: [ShareRecord.Entry] = []
        if let package { entries.append(package.entry(of: isWholeMachine ? .host : .package)) }
        if let memory { entries.append(memory.entry(of: .dram)) }
        return ShareRecord(
            epoch: epoch, sequence: sequence, nanoseconds: UInt64(clamping: round.boottimeNanoseconds - epochStart),
            period: UInt64(clamping: round.period.wholeNanoseconds), policy: round.attribution.policy,
            hops: round.hops, origin: round.origin, entries: entries)
    }

    private mutating func writeTree() throws(ShareFault) {
        if let package {
            try write(package, to: ShareLayout.packageZones, name: isWholeMachine ? "psys" : "package-0")
        }
        if let memory { try write(memory, to: ShareLayout.memoryZones, name: "dram") }
    }

    private mutating func write(
        _ energy: CoarseEnergy, to zones: [String], name zoneName: String
    ) throws(ShareFault) {
        let text = ShareLayout.counterText(energy.microjoules)
        for zone in zones {
            // The counter first: a reader that finds a zone's name then also finds its count.
            try folder.write(text, to: "\(name)/\(zone)/\(ShareLayout.counter)")
            for (file, text) in ShareLayout.constants(name: zoneName) {
                try folder.writeConstant(text, in: "\(name)/\(zone)/\(file)")
            }
        }
    }
}
