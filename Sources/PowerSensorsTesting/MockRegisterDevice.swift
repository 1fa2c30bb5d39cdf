public import PowerSensors
import CPowerSensorsTesting

#if canImport(Glibc)
import Glibc
#endif

/// A processor's device of registers, `cpu/N/msr`.
///
/// A read of eight bytes at a register's number gives the register. Registers that were never set cannot be read: EIO, as
/// where the processor refuses them. It works in programs that link this module, whose own `pread` then takes the place of
/// libc's; for others the file holds pairs of a number and a value.
public final class MockRegisterDevice: Sendable {
    private struct State {
        var values: [UInt32: UInt64] = [:]
        var spoiled: SpoiledReads?
        /// One for each file that there was, since descriptors of an earlier one may still be open.
        var answers: [RegisterAnswers] = []
    }

    /// The processor's number.
    public let processor: Int

    private let dev: MockTree
    private let state = Guarded(State())

    init(_ processor: Int, in dev: MockTree) {
        self.processor = processor
        self.dev = dev
    }

    private var path: String { "cpu/\(processor)/msr" }

    /// What a register holds.
    public func value(of register: UInt32) -> UInt64 { state.withLock { $0.values[register] ?? 0 } }

    /// Sets a register.
    ///
    /// - Throws: What the system says where the file cannot be written.
    public func set(_ register: UInt32, to value: UInt64) throws(AttributeError) {
        let location = try dev.location(of: path)
        try state.withLock { state throws(AttributeError) in
            state.values[register] = value
            let pairs = state.values.sorted { $0.key < $1.key }.flatMap { [UInt64($0.key), $0.value] }
            let isNew = !dev.exists(path)
            try dev.put(pairs.flatMap(Self.bytes(of:)), at: location)
            if isNew { state.answers.append(try RegisterAnswers(of: location, in: dev)) }
        }
    }

    private static func bytes(of number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number.littleEndian >> (8 * UInt64($0))) }
    }

    /// Lets an energy register of 32 bits count on; the bits above stay as they are.
    public func advance(_ register: UInt32, counts: UInt64) throws(AttributeError) {
        let old = value(of: register)
        let low = (old &+ counts) & 0xFFFF_FFFF
        try set(register, to: old & ~0xFFFF_FFFF | low)
    }

    /// Lets every read fail with an `errno`, also those of descriptors that are open; nil lets them be good again.
    public func fail(errno code: Int32?) throws(AttributeError) {
        let location = try dev.location(of: path)
        let spoiled = try code.flatMap { code throws(AttributeError) in
            try SpoiledReads(of: location, in: dev, as: .failing(errno: code))
        }
        state.withLock { $0.spoiled = spoiled }
    }

    /// Takes the device away, as when its processor is switched off: open descriptors answer ENXIO, and it is not there.
    public func switchOff() throws(AttributeError) {
        try fail(errno: ENXIO)
        try dev.remove(path)
    }

    /// Brings the device back, with its registers as they were set.
    public func switchOn() throws(AttributeError) {
        for (register, value) in state.withLock({ $0.values }) { try set(register, to: value) }
    }
}

/// Has the reads of one file answered by register, as long as it lives.
///
/// It keeps the file open, so that its inode, by which the reads are known, is given to no other file meanwhile.
final class RegisterAnswers: Sendable {
    private let descriptor: CInt
    private let device: UInt64
    private let inode: UInt64

    init(of location: String, in tree: MockTree) throws(AttributeError) {
        descriptor = unsafe openat(tree.descriptor, location, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw AttributeError(path: "\(tree.path)/\(location)", errno: errno) }
        var file = stat()
        unsafe fstat(descriptor, &file)
        (device, inode) = (UInt64(file.st_dev), UInt64(file.st_ino))
        let code = cpowersensorstesting_answer_by_register(device, inode)
        if code != 0 { throw AttributeError(path: "\(tree.path)/\(location)", errno: code) }
    }

    deinit {
        cpowersensorstesting_answer_by_bytes(device, inode)
        close(descriptor)
    }
}

extension MockMachine {
    /// Lays a processor's device of registers.
    ///
    /// - Parameters:
    ///   - registers: What they hold, by their numbers.
    ///   - processor: The processor.
    /// - Throws: What the system says where the file cannot be written.
    @discardableResult
    public func addRegisters(_ registers: [UInt32: UInt64], processor: Int = 0) throws(AttributeError)
        -> MockRegisterDevice
    {
        let device = MockRegisterDevice(processor, in: dev)
        for (register, value) in registers { try device.set(register, to: value) }
        // As long as the machine is there, so are its devices.
        state.withLock { $0.registerDevices.append(device) }
        return device
    }
}
