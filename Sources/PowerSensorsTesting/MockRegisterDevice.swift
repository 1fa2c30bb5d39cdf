import Glibc
public import PowerSensors

/// A processor's MSR device, `cpu/N/msr`.
///
/// A read of eight bytes at a register's number returns the register. Registers that were never set fail with EIO, as
/// unsupported ones do. It works in programs that link this module, because its `pread` replaces libc's; others see a file of
/// pairs of a number and a value.
public final class MockRegisterDevice: Sendable {
    private struct State {
        var values: [UInt32: UInt64] = [:]
        var injector: ReadFaultInjector?
        /// One for each file so far, because descriptors of earlier files may still be open.
        var redirections: [ReadFaultInjector] = []
    }

    /// The processor's number.
    public let processor: Int

    private let dev: MockTree
    private let state = Locked(State())

    init(_ processor: Int, in dev: MockTree) {
        self.processor = processor
        self.dev = dev
    }

    private var path: String { "cpu/\(processor)/msr" }

    /// A register's value.
    public func value(of register: UInt32) -> UInt64 { state.withLock { $0.values[register] ?? 0 } }

    /// Sets a register.
    ///
    /// - Throws: The system's error if the file cannot be written.
    public func set(_ register: UInt32, to value: UInt64) throws(AttributeError) {
        let location = try dev.location(of: path)
        try state.withLock { state throws(AttributeError) in
            state.values[register] = value
            let pairs = state.values.sorted { $0.key < $1.key }.flatMap { [UInt64($0.key), $0.value] }
            let isNew = !dev.exists(path)
            try dev.put(unsafe pairs.withUnsafeBytes { unsafe Array($0) }, at: location)
            if isNew { state.redirections.append(try ReadFaultInjector(redirecting: location, in: dev)) }
        }
    }

    /// Advances a 32-bit energy register; the higher bits are unchanged.
    public func advance(_ register: UInt32, counts: UInt64) throws(AttributeError) {
        let old = value(of: register)
        let low = (old &+ counts) & 0xFFFF_FFFF
        try set(register, to: old & ~0xFFFF_FFFF | low)
    }

    /// Makes every read fail with an `errno`, including those of open descriptors; nil lets them succeed again.
    public func fail(errno code: Int32?) throws(AttributeError) {
        let location = try dev.location(of: path)
        let injector = try code.flatMap { code throws(AttributeError) in
            try ReadFaultInjector(of: location, in: dev, as: .failing(errno: code))
        }
        state.withLock { $0.injector = injector }
    }

    /// Removes the device, as when its processor goes offline; open descriptors fail with ENXIO.
    public func switchOff() throws(AttributeError) {
        try fail(errno: ENXIO)
        try dev.remove(path)
    }

    /// Brings the device back with its registers.
    public func switchOn() throws(AttributeError) {
        for (register, value) in state.withLock({ $0.values }) { try set(register, to: value) }
    }
}

extension MockMachine {
    /// Adds a processor's MSR device.
    ///
    /// - Parameters:
    ///   - registers: The registers' values by their numbers.
    ///   - processor: The processor.
    /// - Throws: The system's error if the file cannot be written.
    @discardableResult
    public func addRegisters(_ registers: [UInt32: UInt64], processor: Int = 0) throws(AttributeError)
        -> MockRegisterDevice
    {
        let device = MockRegisterDevice(processor, in: dev)
        for (register, value) in registers { try device.set(register, to: value) }
        // The machine keeps its devices alive.
        state.withLock { $0.registerDevices.append(device) }
        return device
    }
}
