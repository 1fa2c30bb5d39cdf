import CPowerSensors
import Glibc
import PowerSensorsCore

/// The registers of one processor, read through the processor's device `cpu/N/msr`, which stays open.
///
/// It owns its descriptor. If the device disappears, for example because the processor is switched off, it is opened
/// again with a ``BackOff``.
final class RegisterFile {
    /// The device, relative to its root.
    let path: String
    private let root: SystemRoot
    private var descriptor: CInt = -1
    /// Attempts are at most 1 s apart: one costs only a system call, and when the processor returns, its register shows
    /// at once how much energy was used meanwhile.
    private var backOff = BackOff(longest: .seconds(1))
    /// Why the device is not open; `ok` if it never failed.
    private(set) var status = ReadingStatus.ok

    /// Opens a device that must exist.
    init(opening path: String, beneath root: SystemRoot) throws(AttributeError) {
        self.path = path
        self.root = root
        descriptor = try root.open(path)
    }

    /// Opens a device, now or as soon as it exists.
    init(_ path: String, beneath root: SystemRoot) {
        self.path = path
        self.root = root
        open()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// A register's value.
    func value(_ number: UInt32) throws(AttributeError) -> UInt64 {
        var value: UInt64 = 0
        let code = unsafe cpowersensors_read_register(descriptor, number, &value)
        if code != 0 { throw AttributeError(path: "\(root.path)/\(path)", errno: errnoOfAttribute(code)) }
        return value
    }

    /// An energy register's count: its low 32 bits. The high ones are reserved (SDM, MSR_PKG_ENERGY_STATUS).
    func count(_ number: UInt32) throws(AttributeError) -> UInt64 { try value(number) & 0xFFFF_FFFF }

    /// A reading of an energy register.
    func reading(_ number: UInt32) -> Reading {
        if descriptor < 0, backOff.isDue { open() }
        if descriptor < 0 { return .missing(status) }
        var value: UInt64 = 0
        let code = unsafe cpowersensors_read_register(descriptor, number, &value)
        if code == 0 { return .count(value & 0xFFFF_FFFF) }
        let failure = ReadingStatus(errno: errnoOfAttribute(code))
        if AttributeError.meansDeadDescriptor(code) {
            close(descriptor)
            descriptor = -1
            status = failure
            backOff.recordFailure()
        }
        return .missing(failure)
    }

    private func open() {
        backOff.recordAttempt()
        do throws(AttributeError) {
            descriptor = try root.open(path)
        } catch {
            status = error.status
        }
    }
}

/// Which register a channel reads: what discovery stores in ``Channel/handle`` for opening.
struct RegisterHandle: Hashable, Sendable {
    /// The processor through whose device it is read.
    let processor: Int

    /// The register's number; nil if it is unknown, because the device could not be opened at discovery.
    let number: UInt32?
}

/// Reads the registers directly, with one `pread` per channel.
///
/// Each read interrupts the processor that owns the register, unless the reader runs on it.
struct RegisterReader: SensorReader {
    let channels: [Channel]
    private var files: [RegisterFile] = []
    private var processors: [Int] = []
    /// For each channel, the index of its processor's file, and its register.
    private var slots: [(file: Int, number: UInt32?)] = []

    init(_ channels: [Channel], beneath dev: SystemRoot) {
        self.channels = channels
        for channel in channels {
            let handle = channel.handle?.value(as: RegisterHandle.self) ?? RegisterHandle(processor: 0, number: nil)
            let known = processors.firstIndex(of: handle.processor) ?? files.count
            if known == files.count {
                processors.append(handle.processor)
                files.append(RegisterFile(RegisterDiscovery.path(of: handle.processor), beneath: dev))
            }
            slots.append((known, handle.number))
        }
    }

    /// The processor of the first package. Those of other packages are interrupted wherever the reader runs.
    var preferredProcessor: Int? { processors.first }

    func read(into readings: inout OutputSpan<Reading>) {
        for index in slots.indices {
            let file = files[slots[index].file]
            readings.append(slots[index].number.map { file.reading($0) } ?? .missing(file.status))
        }
    }
}
