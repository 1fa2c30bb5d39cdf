import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// The processes of a machine and the time that each ran between two looks.
///
/// A look reads the folder once and one file a process, from descriptors that are kept for as many as the budget allows. A
/// process is its number and its start, so that a number that is given again is another process.
package struct ProcessTable: ~Copyable {
    /// A process that lives.
    package struct Entry {
        /// Its number.
        package let number: Int32

        /// When it started, in ticks since boot.
        package let start: UInt64

        /// The process that started it; 0 for none.
        package let parent: Int32

        /// Whether it is a thread of the kernel's own.
        package let isKernelThread: Bool

        /// The kernel's name for it, in 16 bytes.
        package fileprivate(set) var name: SIMD2<UInt64>

        /// The time that its threads ran since it started, in ticks.
        package fileprivate(set) var ticks: UInt64

        /// The time that they ran since they were last settled, in ticks; 0 at first for a process that is older than that, as
        /// when it ran is not known.
        package fileprivate(set) var elapsed: UInt64

        /// The part of it since the look before.
        package fileprivate(set) var step: UInt64

        /// Whether the look before did not have it, or another program runs in it now.
        package fileprivate(set) var isNew: Bool

        /// What who uses the table keeps of it.
        package var notes = Notes()

        fileprivate var descriptor: CInt
    }

    /// What the attribution keeps of a process from look to look.
    package struct Notes {
        /// Where its control group stands among the groups; -1 for nowhere.
        package var group: Int32 = -1

        /// Where its virtual machine stands among the machines; -1 for none.
        package var machine: Int32 = -1

        /// The process for which the kernel's thread works that it is; 0 for none.
        package var owner: Int32 = 0

        /// Its place among the consumers that are told apart.
        package var rank = Rank()
    }

    /// The processes that live, by their numbers.
    package private(set) var entries: [Entry] = []

    /// The notes of those that ended since the look before, and of those that run another program now.
    package private(set) var ended: [Notes] = []

    private let procfs: SystemRoot
    private let budget: Int
    private var folder: CInt = -1
    /// The greatest start of the processes of the look before: who is older and was not there was hidden.
    private var newest: UInt64 = 0
    private var kept = 0
    private var numbers: [Int32] = Array(repeating: 0, count: 512)
    private var next: [Entry] = []
    private var isFirst = true

    /// A table of nobody yet.
    ///
    /// - Parameters:
    ///   - procfs: The tree.
    ///   - budget: How many descriptors to keep open at most.
    package init(beneath procfs: SystemRoot, budget: Int) {
        self.procfs = procfs
        self.budget = budget
    }

    deinit {
        for entry in entries where entry.descriptor >= 0 { close(entry.descriptor) }
        if folder >= 0 { close(folder) }
    }

    /// How many descriptors are kept open.
    package var descriptorCount: Int { kept }

    /// Looks at all processes.
    ///
    /// - Throws: ``AttributeError`` where procfs cannot be opened or listed; the entries are then those of the look before.
    package mutating func look() throws(AttributeError) {
        if folder < 0 { folder = try procfs.open(".") }
        let count = try list()
        ended.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        next.reserveCapacity(count)
        var old = 0
        for place in 0..<count {
            let number = numbers[place]
            while old < entries.count, entries[old].number < number {
                end(old)
                old += 1
            }
            if old < entries.count, entries[old].number == number {
                goOn(old)
                old += 1
            } else {
                meet(number)
            }
        }
        while old < entries.count {
            end(old)
            old += 1
        }
        swap(&entries, &next)
        isFirst = false
        for index in entries.indices { newest = max(newest, entries[index].start) }
    }

    /// Begins to count everybody's time anew.
    package mutating func settle() {
        for index in entries.indices { entries[index].elapsed = 0 }
    }

    /// Changes what is kept of a process.
    package mutating func note(at index: Int, _ change: (inout Notes) -> Void) { change(&entries[index].notes) }

    /// Takes the times since the look before into the ranks.
    package mutating func rank() {
        for index in entries.indices { entries[index].notes.rank.take(entries[index].step) }
    }

    /// Where a process stands among the entries; nil where it does not live.
    package func index(of number: Int32) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].number == number ? low : nil
    }

    // MARK: One look

    private mutating func list() throws(AttributeError) -> Int {
        while true {
            let capacity = numbers.count
            let count = unsafe cpowersensors_list_processes(folder, &numbers, capacity)
            if count < 0 { throw AttributeError(path: procfs.path, errno: Int32(clamping: -count)) }
            if count <= capacity {
                // The kernel lists them in order; a folder in its place may not.
                if (1..<max(count, 1)).contains(where: { numbers[$0 - 1] > numbers[$0] }) { numbers[..<count].sort() }
                return count
            }
            numbers = Array(repeating: 0, count: count + count / 4)
        }
    }

    /// A process that was there: it goes on, or another has its number now.
    private mutating func goOn(_ old: Int) {
        var process = cpowersensors_process()
        var descriptor = entries[old].descriptor
        let number = entries[old].number
        let had = descriptor >= 0 ? 1 : 0
        let result = unsafe cpowersensors_read_process(folder, number, &descriptor, kept < budget ? 1 : 0, &process)
        kept += (descriptor >= 0 ? 1 : 0) - had
        if result == 0, process.start == entries[old].start {
            next.append(entries[old])
            advance(next.count - 1, process, descriptor)
        } else if result == 0 {
            ended.append(entries[old].notes)
            add(number, process, descriptor)
        } else if result == ENOENT || result == ESRCH {
            ended.append(entries[old].notes)
            // The descriptor was of one that is gone; its number may be another's already.
            if had == 1 { meet(number) }
        } else {
            // Not to be read just now, as where descriptors run out, is not gone: its time is counted later.
            next.append(entries[old])
            next[next.count - 1].step = 0
            next[next.count - 1].isNew = false
            next[next.count - 1].descriptor = descriptor
        }
    }

    @inline(__always)
    private mutating func advance(_ index: Int, _ process: cpowersensors_process, _ descriptor: CInt) {
        let name = unsafe unsafeBitCast(process.comm, to: SIMD2<UInt64>.self)
        next[index].descriptor = descriptor
        // The kernel scales a process's times anew now and then, and its sum may be a tick less.
        let last = next[index].ticks
        let step = process.ticks > last ? process.ticks - last : 0
        next[index].step = step
        next[index].elapsed = next[index].elapsed.saturatingAdd(step)
        next[index].ticks = max(process.ticks, last)
        // A thread of the kernel's is called by the work that it has in hand.
        next[index].isNew = name != next[index].name && !next[index].isKernelThread
        if next[index].isNew {
            ended.append(next[index].notes)
            next[index].name = name
            next[index].notes = Notes()
        }
    }

    private mutating func meet(_ number: Int32) {
        var process = cpowersensors_process()
        var descriptor: CInt = -1
        let result = unsafe cpowersensors_read_process(folder, number, &descriptor, kept < budget ? 1 : 0, &process)
        if descriptor >= 0 { kept += 1 }
        if result == 0 { return add(number, process, descriptor) }
        if descriptor >= 0 {
            close(descriptor)
            kept -= 1
        }
    }

    private mutating func add(_ number: Int32, _ process: cpowersensors_process, _ descriptor: CInt) {
        let ran = isFirst || process.start < newest ? 0 : process.ticks
        next.append(
            Entry(
                number: number, start: process.start, parent: process.parent,
                isKernelThread: process.is_kernel_thread != 0,
                name: unsafe unsafeBitCast(process.comm, to: SIMD2<UInt64>.self), ticks: process.ticks, elapsed: ran,
                step: ran, isNew: true, descriptor: descriptor))
    }

    private mutating func end(_ index: Int) {
        ended.append(entries[index].notes)
        guard entries[index].descriptor >= 0 else { return }
        close(entries[index].descriptor)
        kept -= 1
    }
}

extension ProcessTable.Entry {
    /// The kernel's name for the process; ill-formed UTF-8 is repaired. Of the kernel's own workers, without the work that they
    /// have in hand.
    package var comm: String {
        let whole = wholeName
        guard isKernelThread, whole.hasPrefix("kworker/"), let colon = whole.firstIndex(of: ":"),
            let end = whole[colon...].firstIndex(where: { $0 == "-" || $0 == "+" })
        else { return whole }
        return String(whole[..<end])
    }

    private var wholeName: String {
        var bytes: [UInt8] = []
        for place in 0..<16 {
            let half = UInt64(littleEndian: place < 8 ? name.x : name.y)
            let byte = UInt8(truncatingIfNeeded: half >> UInt64(place % 8 * 8))
            if byte == 0 { break }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
