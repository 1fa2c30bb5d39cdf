import Glibc
import PowerSensorsCore

/// The registers of one processor, read through the processor's device `cpu/N/msr`, which stays open.
///
/// The device uses a register's number as the offset (msr(4)).
final class RegisterFile {
    private var file: KeptFile

    /// Opens a processor's device, now or as soon as it exists.
    ///
    /// Attempts are at most 1 s apart: one costs only a system call, and when the processor returns, its register shows
    /// at once how much energy was used meanwhile.
    init(of processor: Int, beneath dev: SystemRoot) {
        file = KeptFile(RegisterDiscovery.path(of: processor), beneath: dev, longestBackOff: .seconds(1))
    }

    /// Why the device was not open at the latest failure; absent if it never failed.
    var status: ReadingStatus { file.failure.status }

    /// A register's value.
    func value(_ number: UInt32) throws(AttributeError) -> UInt64 {
        var buffer = InlineArray<8, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        guard try file.read(into: &bytes, at: Int(number)) == buffer.count else {
            throw AttributeError(path: file.path, errno: ENODATA)
        }
        return unsafe buffer.span.bytes.unsafeLoadUnaligned(as: UInt64.self)
    }

    /// An energy register's count: its low 32 bits. The high ones are reserved (SDM, MSR_PKG_ENERGY_STATUS).
    func count(_ number: UInt32) throws(AttributeError) -> UInt64 { try value(number) & 0xFFFF_FFFF }

    /// A reading of an energy register.
    func reading(_ number: UInt32) -> Reading {
        do throws(AttributeError) {
            return .count(try count(number))
        } catch {
            return .missing(error.status)
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
    /// For each channel, its processor's file, and its register.
    private let slots: [(file: RegisterFile, number: UInt32?)]
    /// The processor of the first package. Those of other packages are interrupted wherever the reader runs.
    let preferredProcessor: Int?

    init(_ channels: [Channel], beneath dev: SystemRoot) {
        self.channels = channels
        let handles = channels.map { channel in
            channel.handle?.value(as: RegisterHandle.self) ?? RegisterHandle(processor: 0, number: nil)
        }
        preferredProcessor = handles.first?.processor
        var files: [Int: RegisterFile] = [:]
        slots = handles.map { handle in
            let file = files[handle.processor] ?? RegisterFile(of: handle.processor, beneath: dev)
            files[handle.processor] = file
            return (file, handle.number)
        }
    }

    func readChannels(into readings: inout OutputSpan<Reading>) {
        for index in slots.indices {
            let file = slots[index].file
            readings.append(slots[index].number.map { file.reading($0) } ?? .missing(file.status))
        }
    }
}
