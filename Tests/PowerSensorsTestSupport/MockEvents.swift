import Glibc
package import PowerSensors
package import PowerSensorsTesting

/// A kernel's perf events in memory, including the errors that kernels make when they sum up registers.
package final class MockEvents: EventSource {
    /// How the driver sums up a register.
    package enum Driver: Sendable {
        /// Signed 32-bit differences: more than half of the register's range between two updates counts backwards
        /// (`rapl_event_update`).
        case signed

        /// Plain 64-bit differences: each wrap of the register counts backwards (the TPMI driver of Linux 6.12).
        case plain
    }

    private struct Register {
        let exponent: Int
        var counts: UInt64
        var consumed: UInt64 = 0

        mutating func advance(by counts: UInt64) {
            self.counts += counts
            consumed += counts
        }
    }

    private struct Opened {
        let register: String
        let leader: CInt
        let type: UInt32
        let processor: Int
        let isPinned: Bool
        /// The register's value when the driver last updated the sum.
        var seen: UInt64
        var sum: Int64 = 0
        var nanoseconds: UInt64 = 0
        /// Whether its processor went offline: it never changes again.
        var isDead = false
    }

    private struct State {
        var registers: [String: Register] = [:]
        var opened: [CInt: Opened] = [:]
        var next: CInt = 1000
        var refusals: [String: Int32] = [:]
        var isInError = false
        var isMultiplexed = false
        var readError: Int32?
        var offline: Set<Int> = []
        var lossPerOpening: UInt64 = 0
        var reads = 0
        var generator: SeededGenerator?
    }

    private let driver: Driver
    /// Whether all processors share one register, as the dies of some packages do.
    private let isShared: Bool
    private let state = Locked(State())

    /// Creates a register for each event of the PMUs, each with a different start count.
    package init(_ pmus: [MockPMU], driver: Driver = .signed, isShared: Bool = false) {
        self.driver = driver
        self.isShared = isShared
        state.withLock { state in
            var start: UInt64 = 1
            for pmu in pmus {
                for processor in pmu.processors {
                    for event in pmu.events {
                        start += 123_456_789
                        state.registers[key(pmu.type, event.code, processor)] = Register(
                            exponent: event.registerExponent, counts: start % (1 << 32))
                    }
                }
            }
        }
    }

    // MARK: The registers

    /// Advances a register; the driver notices at the next read.
    package func advance(_ event: UInt64, on processor: Int = 0, type: UInt32 = 23, counts: UInt64) {
        state.withLock { $0.registers[key(type, event, processor)]?.advance(by: counts) }
    }

    /// Advances every register by a power over a time.
    package func advanceAll(by time: Duration, at power: Watts) {
        let joules = power.rawValue * Double(time.attoseconds) * 1e-18
        state.withLock { state in
            for (key, register) in state.registers {
                let counts = UInt64(joules * Double(UInt64(1) << UInt64(register.exponent)))
                state.registers[key]?.advance(by: counts)
            }
        }
    }

    /// The true counts since the start, unaffected by the driver's errors.
    package func trueCounts(_ event: UInt64, on processor: Int = 0, type: UInt32 = 23) -> UInt64 {
        state.withLock { $0.registers[key(type, event, processor)]?.consumed ?? 0 }
    }

    /// Sets a register to 0, as a suspend does.
    package func reset(_ event: UInt64, on processor: Int = 0, type: UInt32 = 23) {
        state.withLock { $0.registers[key(type, event, processor)]?.counts = 0 }
    }

    /// From now on, advances every register by a random number whenever the first opened group is read.
    package func advanceRandomly(seed: UInt64) {
        state.withLock { $0.generator = SeededGenerator(seed: seed) }
    }

    private func advanceOnce(_ state: inout State) {
        guard var generator = state.generator else { return }
        for key in state.registers.keys.sorted() {
            state.registers[key]?.counts += UInt64.random(in: 50..<60, using: &generator)
        }
        state.generator = generator
    }

    // MARK: Faults

    /// Makes opening an event fail with an `errno`; nil lets it succeed again.
    package func refuse(_ event: UInt64, on processor: Int = 0, type: UInt32 = 23, errno code: Int32?) {
        state.withLock { $0.refusals[key(type, event, processor)] = code }
    }

    /// Puts the opened events into the error state, or ends it.
    package func setError(_ isInError: Bool) { state.withLock { $0.isInError = isInError } }

    /// Makes the events count only half of the time, as multiplexed ones do.
    package func setMultiplexed(_ isMultiplexed: Bool) { state.withLock { $0.isMultiplexed = isMultiplexed } }

    /// Makes every read fail with an `errno`; nil lets them succeed again.
    package func failReads(errno code: Int32?) { state.withLock { $0.readError = code } }

    /// From now on, lets the registers of a PMU advance by some counts while an event of it is opened on their processor. As in
    /// the kernel, the events that are open there lack them, except pinned ones when the new one is not.
    package func setLossPerOpening(counts: UInt64) { state.withLock { $0.lossPerOpening = counts } }

    /// Takes a processor offline: its open events never change again, and no event can be opened on it.
    package func setOffline(_ processor: Int, _ isOffline: Bool) {
        state.withLock { state in
            if isOffline {
                state.offline.insert(processor)
                for (descriptor, opened) in state.opened where opened.processor == processor {
                    state.opened[descriptor]?.isDead = true
                }
            } else {
                state.offline.remove(processor)
            }
        }
    }

    /// The number of reads.
    package var reads: Int { state.withLock { $0.reads } }

    /// The number of open descriptors.
    package var openCount: Int { state.withLock { $0.opened.count } }

    // MARK: EventSource

    package func isShown(in sysfs: SystemRoot) -> Bool { true }

    package func open(_ event: EventCode, processor: Int, leader: CInt, isPinned: Bool) -> CInt {
        let key = key(event.type, event.config, processor)
        return state.withLock { state in
            if state.offline.contains(processor) { return -ENODEV }
            if let refusal = state.refusals[key] { return -refusal }
            let isPinned = leader < 0 ? isPinned : state.opened[leader]?.isPinned ?? false
            takeOff(event.type, processor, forPinned: isPinned, &state)
            guard let register = state.registers[key] else { return -EINVAL }
            state.next += 1
            state.opened[state.next] = Opened(
                register: key, leader: leader < 0 ? state.next : leader, type: event.type, processor: processor,
                isPinned: isPinned, seen: shown(register))
            return state.next
        }
    }

    package func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int {
        state.withLock { state in
            state.reads += 1
            if let error = state.readError { return -Int(error) }
            if state.isInError { return 0 }
            if leader == state.opened.values.map(\.leader).min() { advanceOnce(&state) }
            let members = state.opened.filter { $0.value.leader == leader }.keys.sorted()
            guard members.count + 3 <= values.count else { return -Int(ENOSPC) }
            if state.opened[leader]?.isDead == false { state.opened[leader]?.nanoseconds += 1000 }
            let enabled = state.opened[leader]?.nanoseconds ?? 0
            values[0] = UInt64(members.count)
            values[1] = enabled
            values[2] = state.isMultiplexed ? enabled / 2 : enabled
            for (index, member) in members.enumerated() {
                update(member, &state)
                values[3 + index] = UInt64(bitPattern: state.opened[member]?.sum ?? 0)
            }
            return 8 * (3 + members.count)
        }
    }

    package func close(_ descriptor: CInt) { state.withLock { $0.opened[descriptor] = nil } }

    // MARK: The driver

    /// Takes a PMU's events off their processor for a moment.
    private func takeOff(_ type: UInt32, _ processor: Int, forPinned isPinned: Bool, _ state: inout State) {
        let affected = state.opened.filter {
            $0.value.type == type && $0.value.processor == processor && (isPinned || !$0.value.isPinned)
        }.keys
        for descriptor in affected { update(descriptor, &state) }
        for name in state.registers.keys where name.hasPrefix("\(type)/") && name.hasSuffix("/\(processor)") {
            state.registers[name]?.advance(by: state.lossPerOpening)
        }
        for descriptor in affected {
            guard let register = state.opened[descriptor].flatMap({ state.registers[$0.register] }) else { continue }
            state.opened[descriptor]?.seen = shown(register)
        }
    }

    private func shown(_ register: Register) -> UInt64 { register.counts & 0xFFFF_FFFF }

    private func update(_ descriptor: CInt, _ state: inout State) {
        guard var opened = state.opened[descriptor], let register = state.registers[opened.register], !opened.isDead
        else { return }
        let now = shown(register)
        let difference =
            switch driver {
            case .signed: Int64(Int32(truncatingIfNeeded: now &- opened.seen))
            case .plain: Int64(now) - Int64(opened.seen)
            }
        opened.sum &+= difference << Int64(32 - register.exponent)
        opened.seen = now
        state.opened[descriptor] = opened
    }

    private func key(_ type: UInt32, _ event: UInt64, _ processor: Int) -> String {
        "\(type)/\(event)/\(isShared ? 0 : processor)"
    }
}
