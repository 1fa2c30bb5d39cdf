import Glibc
public import PowerSensors

/// A processor's MSR device, `cpu/N/msr`.
///
/// A read of eight bytes at a register's number returns the register. Registers that were never set fail with EIO, as
/// unsupported ones do. It works in programs that link this module, because its `pread` replaces libc's; others see an
/// empty file.
public final class MockRegisterDevice: Sendable {
    /// The processor's number.
    public let processor: Int

    private let dev: MockTree
    private let values: Locked<[UInt32: UInt64]>

    init(_ processor: Int, _ registers: [UInt32: UInt64], in dev: MockTree) throws(AttributeError) {
        self.processor = processor
        self.dev = dev
        values = Locked(registers)
        try switchOn()
    }

    private var path: String { "cpu/\(processor)/msr" }

    /// A register's value.
    public func value(of register: UInt32) -> UInt64 { values.withLock { $0[register] ?? 0 } }

    /// Sets a register.
    public func set(_ register: UInt32, to value: UInt64) { values.withLock { $0[register] = value } }

    /// Advances a 32-bit energy register; the higher bits are unchanged.
    public func advance(_ register: UInt32, counts: UInt64) {
        let old = value(of: register)
        let low = (old &+ counts) & 0xFFFF_FFFF
        set(register, to: old & ~0xFFFF_FFFF | low)
    }

    /// Makes every read fail with an `errno`, including those of open descriptors; nil lets them succeed again.
    public func fail(errno code: Int32?) throws(AttributeError) {
        try dev.restore(path)
        if let code { try dev.inject(.failing(errno: code), at: path) }
    }

    /// Removes the device, as when its processor goes offline; open descriptors fail with ENXIO.
    public func switchOff() throws(AttributeError) {
        try dev.answerReads(of: path) { _ in .error(errno: ENXIO) }
        try dev.remove(path)
    }

    /// Brings the device back with its registers.
    public func switchOn() throws(AttributeError) {
        try dev.write("", to: path)
        try dev.answerReads(of: path) { [values] offset in
            values.withLock { $0[UInt32(truncatingIfNeeded: offset)] }.map { .value($0) } ?? .error(errno: EIO)
        }
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
        try MockRegisterDevice(processor, registers, in: dev)
    }
}
