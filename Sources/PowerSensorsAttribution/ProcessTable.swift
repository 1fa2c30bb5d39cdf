import CPowerSensors
import Glibc
import PowerSensorsCore

/// The processes of the host, and the processor time that each used between two scans, in ticks of 10 ms.
///
/// A scan lists procfs once and reads one file per process, `PID/stat`. These files stay open for as many processes as
/// the ``DescriptorBudget`` allows. A process is identified by its number and the time of its start, so a number that
/// the kernel uses again is recognized as another process.
struct ProcessTable: ~Copyable {
    /// A running process.
    struct Entry {
        /// Its ID (PID).
        let number: Int32

        /// When it started, in ticks since boot.
        let start: UInt64

        /// The number of its parent, which is the init process or another one that adopts it once the one that started it has
        /// ended; 0 for none.
        fileprivate(set) var parent: Int32

        let isKernelThread: Bool

        /// The kernel's name for it, as 16 bytes of text. ``name`` is this as a string.
        fileprivate var comm: SIMD2<UInt64>

        /// The time that its threads have run since it started, in ticks.
        fileprivate(set) var ticks: UInt64

        /// What its descendants ran that no scan has seen.
        fileprivate(set) var descendants: DescendantTime

        /// The ticks that they ran since energy was last divided, and what descendants that ended ran unseen.
        ///
        /// A process that started after the previous scan begins with all of its time. One that already ran before the
        /// first scan, or was hidden until now, begins with 0, as its time may be from long ago.
        fileprivate(set) var elapsed: UInt64

        /// The part of ``elapsed`` that they ran between the latest scan and the one before.
        fileprivate(set) var latestTicks: UInt64

        /// The part of ``latestTicks`` that descendants ran unseen.
        fileprivate(set) var unseenTicks: UInt64 = 0

        /// When a scan first found it running its current program, in nanoseconds; nil for one that the first scan found.
        fileprivate var foundAt: Int64?

        /// Whether the latest scan is the first that found it, or that found it running its current program.
        fileprivate(set) var isNew: Bool

        /// What it belongs to, and how it ranks.
        fileprivate(set) var memberships = Memberships()

        /// Its open `PID/stat`; -1 if that is opened for each reading.
        fileprivate var descriptor: CInt
    }

    /// What a process belongs to, as found by the ``Attributor``.
    struct Memberships {
        /// Its control group in the ``ControlGroupTable``.
        var group: SlotIndex?

        /// The virtual machine that it runs, in the ``VirtualMachineTable``.
        var machine: SlotIndex?

        /// For a kernel thread that works for one process, that process's number.
        var servedProcess: Int32?

        /// How much it has run lately, which decides whether it is listed.
        var rank = Rank()
    }

    /// The running processes, sorted by number.
    private(set) var entries: [Entry] = []

    /// The memberships of processes that ended between the latest scan and the one before, or started another program.
    private(set) var ended: [Memberships] = []

    /// The processes that ended between the latest scan and the one before, as that one saw them.
    private(set) var gone: [Entry] = []

    /// Records of ended processes that have not been used, by number: their processes were still seen by a scan.
    var exits: [Int32: ExitRecord] = [:]

    private let procfs: SystemRoot
    private let budget: DescriptorBudget
    /// The open folder of procfs; -1 until the first scan.
    private var procfsDescriptor: CInt = -1
    /// The latest start of any process found so far. A process that started before and is found only now had been
    /// hidden.
    private var latestStart: UInt64 = 0
    private var openDescriptors = 0
    /// How many may be open during the current scan.
    private var grantedDescriptors = 0
    /// The numbers of the processes that the current scan listed; it grows as needed.
    private var numbers: [Int32] = Array(repeating: 0, count: 512)
    /// The entries that a scan is putting together. They take the place of ``entries`` at its end.
    private var next: [Entry] = []
    private var isFirstScan = true
    /// When the latest scan began, in nanoseconds.
    private var scannedAt: Int64 = 0

    /// - Parameters:
    ///   - procfs: Where procfs is mounted.
    ///   - budget: What decides how many files may stay open.
    init(beneath procfs: SystemRoot, in budget: DescriptorBudget = .ofProcess) {
        self.procfs = procfs
        self.budget = budget
    }

    deinit {
        for entry in entries where entry.descriptor >= 0 { close(entry.descriptor) }
        if procfsDescriptor >= 0 { close(procfsDescriptor) }
        budget.giveBack(.process, openDescriptors)
    }

    /// Sets every process's elapsed time back to 0.
    mutating func resetElapsed() {
        for index in entries.indices { entries[index].elapsed = 0 }
    }

    mutating func setMemberships(at index: Int, _ set: (inout Memberships) -> Void) { set(&entries[index].memberships) }

    /// A running process's index in ``entries``; nil if there is none of that number.
    func index(of number: Int32) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].number == number ? low : nil
    }

    /// What all processes ran since energy was last divided.
    var elapsedTicks: UInt64 { entries.reduce(0) { $0.saturatingAdd($1.elapsed) } }

    /// What all processes ran between the latest two scans.
    var latestTicks: UInt64 { entries.reduce(0) { $0.saturatingAdd($1.latestTicks) } }

    // MARK: Scanning

    /// Reads the times of all processes.
    ///
    /// - Parameter now: The time in nanoseconds of a clock that stands still while the machine is suspended.
    /// - Throws: ``AttributeError`` if procfs cannot be opened or listed. The entries then stay as they were.
    mutating func scan(at now: Int64) throws(AttributeError) {
        scannedAt = now
        if procfsDescriptor < 0 { procfsDescriptor = try procfs.open(".") }
        let count = try listNumbers()
        // Asked for once for all of them, as asking costs a system call.
        grantedDescriptors = openDescriptors + budget.take(.process, upTo: count - openDescriptors)
        defer { budget.giveBack(.process, grantedDescriptors - openDescriptors) }
        ended.removeAll(keepingCapacity: true)
        gone.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        next.reserveCapacity(count)
        var oldIndex = 0
        for index in 0..<count {
            let number = numbers[index]
            while oldIndex < entries.count, entries[oldIndex].number < number {
                end(oldIndex)
                oldIndex += 1
            }
            if oldIndex < entries.count, entries[oldIndex].number == number {
                update(oldIndex)
                oldIndex += 1
            } else {
                add(number)
            }
        }
        while oldIndex < entries.count {
            end(oldIndex)
            oldIndex += 1
        }
        swap(&entries, &next)
        isFirstScan = false
        for index in entries.indices { latestStart = max(latestStart, entries[index].start) }
    }

    private mutating func listNumbers() throws(AttributeError) -> Int {
        while true {
            let capacity = numbers.count
            let count = unsafe cpowersensors_list_processes(procfsDescriptor, &numbers, capacity)
            if count < 0 { throw AttributeError(path: procfs.path, errno: Int32(clamping: -count)) }
            if count <= capacity {
                // The kernel lists processes in the order of their numbers, but a test's folder may not be in order.
                if (1..<max(count, 1)).contains(where: { numbers[$0 - 1] > numbers[$0] }) { numbers[..<count].sort() }
                return count
            }
            numbers = Array(repeating: 0, count: count + count / 4)
        }
    }

    /// Reads a known process again, given its index in ``entries``. Its number may belong to another process by now.
    private mutating func update(_ oldIndex: Int) {
        var process = cpowersensors_process()
        var descriptor = entries[oldIndex].descriptor
        let number = entries[oldIndex].number
        let wasOpen = descriptor >= 0
        let result = read(number, &descriptor, &process)
        if result == 0, process.start == entries[oldIndex].start {
            next.append(entries[oldIndex])
            advance(next.count - 1, process, descriptor)
        } else if result == 0 {
            recordEnd(of: oldIndex)
            add(number, process, descriptor)
        } else if result == ENOENT || result == ESRCH {
            recordEnd(of: oldIndex)
            // The process of the open file has ended, but another one may have its number now.
            if wasOpen { add(number) }
        } else {
            // It cannot be read at the moment, for example because there are no free descriptors. The next scan that
            // can read it counts its time.
            next.append(entries[oldIndex])
            next[next.count - 1].latestTicks = 0
            next[next.count - 1].unseenTicks = 0
            next[next.count - 1].descendants.skip()
            next[next.count - 1].isNew = false
            next[next.count - 1].descriptor = descriptor
        }
    }

    @inline(__always)
    private mutating func read(
        _ number: Int32, _ descriptor: inout CInt, _ process: inout cpowersensors_process
    ) -> CInt {
        let wasOpen = descriptor >= 0
        let result = unsafe cpowersensors_read_process(
            procfsDescriptor, number, &descriptor, openDescriptors < grantedDescriptors ? 1 : 0, &process)
        openDescriptors += (descriptor >= 0 ? 1 : 0) - (wasOpen ? 1 : 0)
        return result
    }

    @inline(__always)
    private mutating func advance(_ index: Int, _ process: cpowersensors_process, _ descriptor: CInt) {
        let comm = unsafe unsafeBitCast(process.comm, to: SIMD2<UInt64>.self)
        next[index].descriptor = descriptor
        next[index].parent = process.parent
        // The kernel rescales a process's times now and then, which may make the sum a tick less.
        let last = next[index].ticks
        let latestTicks = process.ticks > last ? process.ticks - last : 0
        next[index].latestTicks = latestTicks
        next[index].elapsed = next[index].elapsed.saturatingAdd(latestTicks)
        next[index].ticks = max(process.ticks, last)
        next[index].descendants.advance(to: process.descendants)
        // A new name means that the process started another program, except for a kernel thread, whose name includes
        // its current work.
        next[index].isNew = comm != next[index].comm && !next[index].isKernelThread
        if next[index].isNew {
            ended.append(next[index].memberships)
            next[index].comm = comm
            next[index].foundAt = scannedAt
            next[index].memberships = Memberships()
        }
    }

    /// Reads and adds a process that was not known before.
    private mutating func add(_ number: Int32) {
        var process = cpowersensors_process()
        var descriptor: CInt = -1
        let result = read(number, &descriptor, &process)
        if result == 0 { return add(number, process, descriptor) }
        if descriptor >= 0 {
            close(descriptor)
            openDescriptors -= 1
        }
    }

    private mutating func add(_ number: Int32, _ process: cpowersensors_process, _ descriptor: CInt) {
        let startedSince = !isFirstScan && process.start >= latestStart
        let elapsed = startedSince ? process.ticks : 0
        next.append(
            Entry(
                number: number, start: process.start, parent: process.parent,
                isKernelThread: process.is_kernel_thread != 0,
                comm: unsafe unsafeBitCast(process.comm, to: SIMD2<UInt64>.self), ticks: process.ticks,
                descendants: DescendantTime(process.descendants, isNew: startedSince), elapsed: elapsed,
                latestTicks: elapsed,
                foundAt: isFirstScan ? nil : scannedAt, isNew: true, descriptor: descriptor))
    }

    /// Records that a process ended, given its index in ``entries``, and closes its file.
    private mutating func end(_ index: Int) {
        recordEnd(of: index)
        guard entries[index].descriptor >= 0 else { return }
        close(entries[index].descriptor)
        openDescriptors -= 1
    }

    private mutating func recordEnd(of index: Int) {
        ended.append(entries[index].memberships)
        gone.append(entries[index])
    }

    // MARK: Ended descendants

    /// Adds ticks of an ended descendant that were seen, but whose energy has not been divided.
    mutating func addElapsed(_ ticks: UInt64, at index: Int) {
        entries[index].elapsed = entries[index].elapsed.saturatingAdd(ticks)
    }

    /// Records that an ended descendant's time has been counted up to this.
    mutating func countDescendant(_ nanoseconds: UInt64, at index: Int) {
        entries[index].descendants.count(nanoseconds)
    }

    /// Takes what the kernel has added up of a process's ended descendants, and nobody has counted, in nanoseconds.
    mutating func takeUncounted(at index: Int) -> UInt64 { entries[index].descendants.takeUncounted() }

    /// Gives a process what its ended descendants ran unseen, as far as ticks are left.
    mutating func give(_ nanoseconds: UInt64, to index: Int, _ left: inout UInt64) {
        let ticks = min(entries[index].descendants.give(nanoseconds), left)
        left -= ticks
        entries[index].unseenTicks = ticks
        entries[index].latestTicks = entries[index].latestTicks.saturatingAdd(ticks)
        addElapsed(ticks, at: index)
    }

    // MARK: Dividing

    /// Chooses the processes that are listed, by how much they have run lately.
    ///
    /// - Parameters:
    ///   - limit: How many to list.
    ///   - minimumLifetime: For how long, in nanoseconds, a process must have been found to be listed.
    ///   - byTree: Whether what counts is the time of a process and its descendants, instead of its own.
    ///   - energies: Where records are added and removed.
    ///   - consumer: Returns the description of a process that is listed from now on.
    mutating func chooseListed(
        limit: Int, minimumLifetime: Int64, byTree: Bool, in energies: inout ConsumerEnergies,
        _ consumer: (Entry) -> Consumer
    ) {
        let times = byTree ? latestTicksOfTrees : []
        for index in entries.indices {
            entries[index].memberships.rank.update(byTree ? times[index] : entries[index].latestTicks)
        }
        let changes = Rank.changes(among: entries.count, limit: limit) { index in
            let isYoung = entries[index].foundAt.map { scannedAt - $0 < minimumLifetime } ?? false
            return isYoung ? nil : entries[index].memberships.rank
        }
        for index in changes.folded { entries[index].memberships.rank.fold(in: &energies) }
        for index in changes.promoted {
            let entry = entries[index]
            entries[index].memberships.rank.list(in: &energies) { consumer(entry) }
        }
        if byTree { findListedAncestors(in: &energies) }
    }

    /// Divides energy among the processes, in proportion to their elapsed times.
    ///
    /// - Parameters:
    ///   - energy: The energy that all tasks of the host used.
    ///   - totalTicks: The ticks that all tasks ran.
    ///   - includesTrees: Whether it is also added to what each of its ancestors used with its descendants.
    ///   - energies: Where each process's energy is added.
    func divide(
        _ energy: EnergyParts, totalTicks: UInt64, includesTrees: Bool, into energies: inout ConsumerEnergies
    ) {
        var splitter = EnergySplitter(energy, totalWeight: totalTicks)
        for index in entries.indices where entries[index].elapsed > 0 {
            let share = splitter.share(of: entries[index].elapsed)
            energies.add(share, to: entries[index].memberships.rank.listedRecord, .process)
            if includesTrees { addToTrees(share, from: index, in: &energies) }
        }
        energies.addUnattributed(splitter.rest, .process, .shortLived)
    }
}

extension ProcessTable.Entry {
    /// The kernel's name for the process as a string, without the current work of a kernel worker
    /// (`kworker/0:1-events`). Ill-formed UTF-8 is repaired.
    var name: String {
        var bytes: [UInt8] = []
        for index in 0..<16 {
            let half = UInt64(littleEndian: index < 8 ? comm.x : comm.y)
            let byte = UInt8(truncatingIfNeeded: half >> UInt64(index % 8 * 8))
            if byte == 0 { break }
            bytes.append(byte)
        }
        let full = String(decoding: bytes, as: UTF8.self)
        guard isKernelThread, full.hasPrefix("kworker/"), let colon = full.firstIndex(of: ":"),
            let end = full[colon...].firstIndex(where: { $0 == "-" || $0 == "+" })
        else { return full }
        return String(full[..<end])
    }
}
