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

        /// Whether the figure that is divided is the energy of the whole host.
        var isWholeMachine: Bool { attribution.scope != .cpu }
    }

    private let name: GuestName
    private var folder: GuestFolder
    /// The folder's identity in the previous round.
    private var identity: FileIdentity?
    private var process: [Int?]

    /// The identity of the current series of records. When it changes, readers do not compare new sums with earlier ones.
    private var epoch = ShareRecord.Epoch.random(in: .min ... .max)
    private var epochStart: Int64
    /// The number of records in this epoch.
    private var sequence: UInt64 = 0
    private var package: CoarseEnergy?
    private var memory: CoarseEnergy?
    private var isWholeMachine: Bool

    /// When the guest was last seen, in nanoseconds of the boot-time clock.
    var lastSeen: Int64

    /// Prepares to publish for a guest; no file is created yet.
    init(_ machine: Consumer, as name: GuestName, in share: ShareFolder, _ round: Round) {
        self.name = name
        folder = GuestFolder(in: share, group: machine.groupID.map { UInt32(clamping: $0) })
        process = machine.process
        isWholeMachine = round.isWholeMachine
        epochStart = round.boottimeNanoseconds
        lastSeen = round.boottimeNanoseconds
    }

    /// The number of descriptors that a guest's folder needs.
    static let descriptorCount = 2 + ShareLayout.folders.count * 2

    /// Publishes the guest's energy: the record first, then the tree.
    ///
    /// - Returns: What is wrong, or was wrong and has been fixed.
    mutating func publish(_ guest: ConsumerSnapshot, in share: ShareFolder, _ round: Round) -> [Finding] {
        lastSeen = round.boottimeNanoseconds
        begin(guest.consumer, in: share, round)
        do throws(ShareFault) {
            let found = try folder.open("\(name)")
            // Readers must not compare figures of two different folders.
            if identity != nil, identity != found { startEpoch(round) }
            identity = found
            try openCounters(round)
            let band = round.attribution.band
            package?.advance(to: guest.parts.package, round.status, band: band)
            memory?.advance(to: round.hasMemory ? guest.parts.dram : nil, round.status, band: band)
            sequence += 1
            try folder.write(record(round).encoded(), to: "\(name)/\(ShareLayout.record)")
            try writeTree()
        } catch {
            return folder.drainFindings() + [error.finding]
        }
        return folder.drainFindings()
    }

    /// Closes every descriptor; the next call opens them again.
    mutating func closeAll() { folder.closeAll() }

    /// Removes everything that was published for the guest.
    mutating func remove(keepsFolder: Bool) -> [Finding] { folder.remove(name, keepsFolder: keepsFolder) }

    // MARK: Starting

    /// Starts a new epoch if the machine was restarted or its known domains changed.
    private mutating func begin(_ machine: Consumer, in share: ShareFolder, _ round: Round) {
        let isRestarted = process != machine.process
        process = machine.process
        if isRestarted {
            folder.closeAll()
            folder = GuestFolder(in: share, group: machine.groupID.map { UInt32(clamping: $0) })
        }
        let hasNewDomains = round.isWholeMachine != isWholeMachine || (round.hasMemory && memory == nil)
        isWholeMachine = round.isWholeMachine
        if isRestarted || hasNewDomains { startEpoch(round) }
        // The sums continue if only the known domains changed.
        guard isRestarted else { return }
        package = package.map { CoarseEnergy(microjoules: $0.microjoules) }
        memory = memory.map { CoarseEnergy(microjoules: $0.microjoules) }
    }

    private mutating func startEpoch(_ round: Round) {
        epoch = .random(in: .min ... .max)
        epochStart = round.boottimeNanoseconds
        sequence = 0
    }

    /// Begins the counters of newly known domains, at the counts of an earlier publisher if there are any.
    private mutating func openCounters(_ round: Round) throws(ShareFault) {
        if package == nil { package = CoarseEnergy(microjoules: try greatestCount(in: ShareLayout.packageZones)) }
        if memory == nil, round.hasMemory {
            memory = CoarseEnergy(microjoules: try greatestCount(in: ShareLayout.memoryZones))
        }
    }

    private mutating func greatestCount(in zones: [String]) throws(ShareFault) -> UInt64 {
        var greatest: UInt64 = 0
        for zone in zones {
            let count = try folder.number(in: "\(name)/\(zone)/\(ShareLayout.counter)") ?? 0
            if count <= CoarseEnergy.maximumMicrojoules { greatest = max(greatest, count) }
        }
        return greatest
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
