import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// The registers of one processor, by its device, which is kept open.
///
/// It owns its descriptor. Where the device goes away, as when its processor is switched off, it opens it again with a
/// ``BackOff``.
final class RegisterFile {
    /// The device, beneath the root.
    let path: String
    private let root: SystemRoot
    private var descriptor: CInt
    /// A try costs one system call, and a processor that is back shows at once what it used meanwhile.
    private var backOff = BackOff(longest: .seconds(1))
    private(set) var status = ReadingStatus.ok

    /// Opens a device that must be there.
    init(opening path: String, beneath root: SystemRoot) throws(AttributeError) {
        self.path = path
        self.root = root
        descriptor = try root.open(path)
    }

    /// Opens a device, now or as soon as it is there.
    init(_ path: String, beneath root: SystemRoot) {
        self.path = path
        self.root = root
        descriptor = -1
        open()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// What a register holds.
    func value(_ number: UInt32) throws(AttributeError) -> UInt64 {
        var value: UInt64 = 0
        let code = unsafe cpowersensors_read_register(descriptor, number, &value)
        if code != 0 { throw AttributeError(path: "\(root.path)/\(path)", errno: errnoOfAttribute(code)) }
        return value
    }

    /// What an energy register counts: its low 32 bits; the others are reserved (SDM, MSR_PKG_ENERGY_STATUS).
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
            backOff.noteFault()
        }
        return .missing(failure)
    }

    private func open() {
        backOff.take()
        do throws(AttributeError) {
            descriptor = try root.open(path)
        } catch {
            status = error.status
        }
    }

    /// A register's number as text, such as `0x611`.
    static func name(of number: UInt32) -> String { "0x\(String(number, radix: 16))" }

    /// The number again.
    static func number(of name: String) -> UInt32? {
        name.hasPrefix("0x") ? UInt32(name.dropFirst(2), radix: 16) : nil
    }
}

/// Reads the registers themselves with one `pread` a channel.
///
/// Unless the reader runs on that processor, each read interrupts the processor that the register is of.
struct RegisterReader: SensorReader, ProcessorBound {
    let channels: [Channel]
    private var files: [RegisterFile] = []
    private var slots: [(file: Int, number: UInt32?)] = []

    init(_ channels: [Channel], beneath dev: SystemRoot) {
        self.channels = channels
        for channel in channels {
            let path = channel.path ?? ""
            let known = files.firstIndex { $0.path == path } ?? files.count
            if known == files.count { files.append(RegisterFile(path, beneath: dev)) }
            slots.append((known, channel.sourceName.flatMap(RegisterFile.number)))
        }
    }

    /// The first package's processor. Those of other packages are interrupted wherever the reader runs.
    var processor: Int? {
        files.first.flatMap { file in
            let parts = file.path.split(separator: "/")
            return parts.count == 3 ? Int(parts[1]) : nil
        }
    }

    func read(into readings: inout OutputSpan<Reading>) {
        for index in slots.indices {
            let file = files[slots[index].file]
            if let number = slots[index].number {
                readings.append(file.reading(number))
            } else {
                readings.append(.missing(file.status))
            }
        }
    }
}
