import PowerSensors

/// What one guest is told: its record and its tree, from one period to the next.
struct GuestPublication: Sendable {
    /// What every guest of one round is told alike.
    struct Round: Sendable {
        /// When the energy was measured, in nanoseconds of the boot-time clock.
        let boottimeNanoseconds: Int64

        /// The time from one record to the next.
        let period: Duration

        /// What becomes of the energy of nobody's work.
        let policy: ShareRecord.Policy

        /// Where the host has its figures from.
        let origin: ShareRecord.Origin

        /// How many machines they went through when the guest has them.
        let hops: UInt8
    }

    private let name: GuestName
    private var folder: GuestFolder
    private var identity: FileIdentity?
    private var lives: Set<GuestFigures.Process>

    private var epoch = ShareRecord.Epoch.random()
    private var epochStart: Int64
    private var sequence: UInt64 = 0
    private var package: CoarseEnergy?
    private var memory: CoarseEnergy?
    private var isWholeMachine: Bool

    /// When it was last told something, in nanoseconds of the boot-time clock.
    private(set) var lastSeen: Int64

    /// Begins to tell a guest; nothing is made yet.
    init(_ figures: GuestFigures, as name: GuestName, in share: ShareFolder, at boottimeNanoseconds: Int64) {
        self.name = name
        folder = GuestFolder(in: share, group: figures.processes.first?.group)
        lives = Set(figures.processes)
        isWholeMachine = figures.isWholeMachine
        epochStart = boottimeNanoseconds
        lastSeen = boottimeNanoseconds
    }

    /// How many descriptors a guest's folder takes.
    static let descriptorCount = 2 + ShareLayout.folders.count * 2

    /// Tells the guest its energy: the record first, then the tree.
    ///
    /// - Returns: What is wrong, or was and is mended.
    mutating func publish(_ figures: GuestFigures, in share: ShareFolder, _ round: Round) -> [Finding] {
        lastSeen = round.boottimeNanoseconds
        begin(figures, in: share, round)
        do throws(ShareFault) {
            let found = try folder.open("\(name)")
            // Whoever reads must not compare what two folders said.
            if identity != nil, identity != found { startEpoch(round) }
            identity = found
            try openCounters(figures)
            package?.advance(to: figures.package)
            memory?.advance(to: figures.dram)
            sequence += 1
            try folder.write(record(round).encoded(), to: "\(name)/\(ShareLayout.record)")
            try writeTree()
        } catch {
            return folder.takeFindings() + [error.finding]
        }
        return folder.takeFindings()
    }

    /// Notes that the guest runs, though it is told nothing.
    mutating func keep(at boottimeNanoseconds: Int64) { lastSeen = boottimeNanoseconds }

    /// Lets go of every descriptor until the next time.
    mutating func closeAll() { folder.closeAll() }

    /// Removes what the guest was told.
    mutating func remove(keepsFolder: Bool) -> [Finding] { folder.remove(name, keepsFolder: keepsFolder) }

    // MARK: Beginnings

    /// Begins anew where the machine was started anew, or where other domains are known of it.
    private mutating func begin(_ figures: GuestFigures, in share: ShareFolder, _ round: Round) {
        let processes = Set(figures.processes)
        let isReborn = lives.isDisjoint(with: processes)
        lives = processes
        if isReborn {
            folder.closeAll()
            folder = GuestFolder(in: share, group: figures.processes.first?.group)
        }
        let hasNewDomains = figures.isWholeMachine != isWholeMachine || (figures.dram != nil && memory == nil)
        isWholeMachine = figures.isWholeMachine
        if isReborn || hasNewDomains { startEpoch(round) }
        // A machine's sums go on where its host knows other domains of it.
        guard isReborn else { return }
        package?.restart()
        memory?.restart()
    }

    private mutating func startEpoch(_ round: Round) {
        epoch = .random()
        epochStart = round.boottimeNanoseconds
        sequence = 0
    }

    /// Goes on with what an earlier publisher counted.
    private mutating func openCounters(_ figures: GuestFigures) throws(ShareFault) {
        if package == nil { package = CoarseEnergy(microjoules: try greatestCount(in: ShareLayout.packageZones)) }
        if memory == nil, figures.dram != nil {
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
            period: UInt64(clamping: round.period.wholeNanoseconds), policy: round.policy, hops: round.hops,
            origin: round.origin, entries: entries)
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
            // The counter first: who finds a zone's name finds its count.
            try folder.write(text, to: "\(name)/\(zone)/\(ShareLayout.counter)")
            for (file, text) in ShareLayout.constants(name: zoneName) {
                try folder.settle(text, in: "\(name)/\(zone)/\(file)")
            }
        }
    }
}
