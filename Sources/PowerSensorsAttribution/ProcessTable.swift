import CPowerSensors
import Glibc
import PowerSensorsCore

/// The processes of a machine, and the time that each ran between two scans.
///
/// A scan lists the folder once and reads one file per process, from descriptors that stay open for as many processes
/// as the budget allows. A process is identified by its number and its start, so a reused number is another process.
struct ProcessTable: ~Copyable {
    /// A running process.
    struct Entry {
        let number: Int32

        /// When it started, in ticks since boot.
        let start: UInt64

        /// The process that started it; 0 for none.
        let parent: Int32

        let isKernelThread: Bool

        /// The kernel's name for it, in 16 bytes.
        fileprivate var name: SIMD2<UInt64>

        /// The time that its threads have run since it started, in ticks.
        fileprivate var ticks: UInt64

        /// The ticks that they ran since the last reset. This starts at 0 for a process that is older than the scan
        /// that found it, as nothing tells when it ran.
        fileprivate(set) var elapsed: UInt64

        /// The part of them since the last scan.
        fileprivate(set) var step: UInt64

        /// Whether the last scan did not find it, or it runs another program now.
        fileprivate(set) var isNew: Bool

        fileprivate(set) var links = Links()

        fileprivate var descriptor: CInt
    }

    /// What the ``Attributor`` knows about a process.
    struct Links {
        /// Its control group in the ``ControlGroupTable``.
        var group: SlotIndex?

        /// Its virtual machine in the ``MachineTable``.
        var machine: SlotIndex?

        /// For a kernel thread that works for one process, that process's number.
        var servedProcess: Int32?

        var rank = Rank()
    }

    /// The running processes, sorted by number.
    private(set) var entries: [Entry] = []

    /// The links of processes that ended since the last scan, or run another program now.
    private(set) var ended: [Links] = []

    private let procfs: SystemRoot
    private let descriptorBudget: Int
    private var folder: CInt = -1
    /// The latest start of any process so far. A process that is older and was not there before had been hidden.
    private var latestStart: UInt64 = 0
    private var openDescriptors = 0
    private var numbers: [Int32] = Array(repeating: 0, count: 512)
    private var next: [Entry] = []
    private var isFirstScan = true

    /// - Parameters:
    ///   - procfs: The tree with the processes.
    ///   - descriptorBudget: How many descriptors to keep open at most.
    init(beneath procfs: SystemRoot, descriptorBudget: Int) {
        self.procfs = procfs
        self.descriptorBudget = descriptorBudget
    }

    deinit {
        for entry in entries where entry.descriptor >= 0 { close(entry.descriptor) }
        if folder >= 0 { close(folder) }
    }

    /// Sets every process's elapsed time back to 0.
    mutating func resetElapsed() {
        for index in entries.indices { entries[index].elapsed = 0 }
    }

    mutating func updateLinks(at index: Int, _ change: (inout Links) -> Void) { change(&entries[index].links) }

    /// A running process's index in ``entries``; nil if there is none of that number.
    func index(of number: Int32) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].number == number ? low : nil
    }

    // MARK: Scanning

    /// Reads the times of all processes.
    ///
    /// - Throws: ``AttributeError`` if procfs cannot be opened or listed. The entries then stay as they were.
    mutating func scan() throws(AttributeError) {
        if folder < 0 { folder = try procfs.open(".") }
        let count = try listNumbers()
        ended.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        next.reserveCapacity(count)
        var old = 0
        for index in 0..<count {
            let number = numbers[index]
            while old < entries.count, entries[old].number < number {
                end(old)
                old += 1
            }
            if old < entries.count, entries[old].number == number {
                update(old)
                old += 1
            } else {
                add(number)
            }
        }
        while old < entries.count {
            end(old)
            old += 1
        }
        swap(&entries, &next)
        isFirstScan = false
        for index in entries.indices { latestStart = max(latestStart, entries[index].start) }
    }

    private mutating func listNumbers() throws(AttributeError) -> Int {
        while true {
            let capacity = numbers.count
            let count = unsafe cpowersensors_list_processes(folder, &numbers, capacity)
            if count < 0 { throw AttributeError(path: procfs.path, errno: Int32(clamping: -count)) }
            if count <= capacity {
                // The kernel lists them in order, but a fixture may not.
                if (1..<max(count, 1)).contains(where: { numbers[$0 - 1] > numbers[$0] }) { numbers[..<count].sort() }
                return count
            }
            numbers = Array(repeating: 0, count: count + count / 4)
        }
    }

    /// Reads a known process again. Its number may belong to another process by now.
    private mutating func update(_ old: Int) {
        var process = cpowersensors_process()
        var descriptor = entries[old].descriptor
        let number = entries[old].number
        let wasOpen = descriptor >= 0
        let result = read(number, &descriptor, &process)
        if result == 0, process.start == entries[old].start {
            next.append(entries[old])
            advance(next.count - 1, process, descriptor)
        } else if result == 0 {
            ended.append(entries[old].links)
            add(number, process, descriptor)
        } else if result == ENOENT || result == ESRCH {
            ended.append(entries[old].links)
            // The descriptor was of a process that ended; its number may be in use again.
            if wasOpen { add(number) }
        } else {
            // It cannot be read at the moment, for example because descriptors ran out. Its time is counted later.
            next.append(entries[old])
            next[next.count - 1].step = 0
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
            folder, number, &descriptor, openDescriptors < descriptorBudget ? 1 : 0, &process)
        openDescriptors += (descriptor >= 0 ? 1 : 0) - (wasOpen ? 1 : 0)
        return result
    }

    @inline(__always)
    private mutating func advance(_ index: Int, _ process: cpowersensors_process, _ descriptor: CInt) {
        let name = unsafe unsafeBitCast(process.comm, to: SIMD2<UInt64>.self)
        next[index].descriptor = descriptor
        // The kernel rescales a process's times now and then, which may make the sum a tick less.
        let last = next[index].ticks
        let step = process.ticks > last ? process.ticks - last : 0
        next[index].step = step
        next[index].elapsed = next[index].elapsed.saturatingAdd(step)
        next[index].ticks = max(process.ticks, last)
        // The name of a kernel thread includes its current work.
        next[index].isNew = name != next[index].name && !next[index].isKernelThread
        if next[index].isNew {
            ended.append(next[index].links)
            next[index].name = name
            next[index].links = Links()
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
        let elapsed = isFirstScan || process.start < latestStart ? 0 : process.ticks
        next.append(
            Entry(
                number: number, start: process.start, parent: process.parent,
                isKernelThread: process.is_kernel_thread != 0,
                name: unsafe unsafeBitCast(process.comm, to: SIMD2<UInt64>.self), ticks: process.ticks,
                elapsed: elapsed, step: elapsed, isNew: true, descriptor: descriptor))
    }

    private mutating func end(_ index: Int) {
        ended.append(entries[index].links)
        guard entries[index].descriptor >= 0 else { return }
        close(entries[index].descriptor)
        openDescriptors -= 1
    }

    // MARK: Dividing

    /// Chooses the processes that are listed, by their times up to now.
    ///
    /// - Parameters:
    ///   - limit: How many to list.
    ///   - energies: Where records are added and removed.
    ///   - consumer: Describes a process that is listed from now on.
    mutating func chooseListed(limit: Int, in energies: inout ConsumerEnergies, _ consumer: (Entry) -> Consumer) {
        for index in entries.indices { entries[index].links.rank.update(entries[index].step) }
        let changes = Rank.changes(among: entries.count, limit: limit) { entries[$0].links.rank }
        for index in changes.folded { energies.removeRecord(entries[index].links.rank.record.take()) }
        for index in changes.promoted {
            entries[index].links.rank.record = energies.addRecord(for: consumer(entries[index]))
        }
    }

    /// Gives each process its share.
    ///
    /// - Parameters:
    ///   - energy: What all tasks used.
    ///   - totalTicks: The ticks that all tasks ran.
    ///   - energies: Where the shares are counted.
    func divide(_ energy: EnergyParts, totalTicks: UInt64, into energies: inout ConsumerEnergies) {
        var splitter = EnergySplitter(energy, totalWeight: totalTicks)
        for index in entries.indices where entries[index].elapsed > 0 {
            energies.add(splitter.share(of: entries[index].elapsed), to: entries[index].links.rank.record, .process)
        }
        energies.addUnattributed(splitter.rest, .process, .shortLived)
    }
}

extension ProcessTable.Entry {
    /// The kernel's name for the process, without the current work of a kernel worker. Ill-formed UTF-8 is repaired.
    var comm: String {
        var bytes: [UInt8] = []
        for index in 0..<16 {
            let half = UInt64(littleEndian: index < 8 ? name.x : name.y)
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
