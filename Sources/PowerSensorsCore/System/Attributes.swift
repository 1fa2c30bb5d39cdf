import CPowerSensors
import Glibc

/// Attributes, which are files of sysfs that hold a single number, kept open, so that reading one again costs one
/// system call.
///
/// It owns its descriptors: it cannot be copied, and closes them when it goes away. If a descriptor is dead, because
/// its device was removed, the attribute is opened again, with a ``BackOff``.
package struct Attributes: ~Copyable {
    /// A file to keep open, and how to recognize it after it is reopened.
    package struct Source: Sendable {
        /// The file, relative to the root.
        package let path: String

        /// The divisor that converts a gauge's number to its value; nil for a counter, whose number is not converted.
        ///
        /// It is a divisor rather than a factor, since 12229 / 1000 is 12.229 and 12229 × 0.001 is not.
        package let divisor: Double?

        /// Whether it stays open between readings.
        package let isKept: Bool

        /// Whether the file's device can sleep. Then the file is opened only for its first reading, and a read that fails
        /// with EPERM means that the device sleeps: a missing right would have made the opening fail.
        package let maySleep: Bool

        /// A file and the text in it that identify what `path` belongs to, since sysfs may reuse a number for another
        /// zone. Nil if there is no such text.
        package let identity: (path: String, text: String)?

        package init(
            path: String, divisor: Double? = nil, identity: (path: String, text: String)? = nil, isKept: Bool = true,
            maySleep: Bool = false
        ) {
            self.path = path
            self.maySleep = maySleep
            self.isKept = isKept
            self.divisor = divisor
            self.identity = identity
        }
    }

    /// A signed number that was read, or why there is none.
    package enum Number: Sendable {
        case number(Int64)
        case missing(ReadingStatus)

        /// `ok` if there is a number; otherwise why there is none.
        package var status: ReadingStatus {
            if case .missing(let status) = self { return status }
            return .ok
        }
    }

    private var files: [KeptDescriptor]

    /// Opens every file that it can; readings of the others report the reason until reopening succeeds.
    ///
    /// - Parameters:
    ///   - sources: The files.
    ///   - root: The folder beneath which they are found, such as `/sys`.
    ///   - longestBackOff: The longest time between two attempts to open a file.
    ///   - budget: What decides how many files may stay open.
    package init(
        _ sources: [Source], beneath root: SystemRoot, longestBackOff: Duration = .seconds(2),
        in budget: DescriptorBudget = .ofProcess
    ) {
        files = sources.map { KeptDescriptor($0, beneath: root, longestBackOff: longestBackOff, in: budget) }
    }

    deinit {
        for file in files { file.close() }
    }

    /// Reads every attribute, in the order of the sources.
    package mutating func read(into readings: inout OutputSpan<Reading>) {
        for index in files.indices { readings.append(reading(at: index)) }
    }

    /// Reads one attribute: a counter's number, or a gauge's value.
    @inline(__always)
    package mutating func reading(at index: Int) -> Reading {
        if let divisor = files[index].source.divisor {
            switch number(at: index) {
            case .number(let number): return .value(Double(number) / divisor)
            case .missing(let status): return .missing(status)
            }
        }
        var count: UInt64 = 0
        let code = read(index) { unsafe cpowersensors_read_u64($0, &count) }
        return code == 0 ? .count(count) : .missing(status(of: index, code))
    }

    /// Reads one attribute as a signed number.
    package mutating func number(at index: Int) -> Number {
        var number: Int64 = 0
        let code = read(index) { unsafe cpowersensors_read_i64($0, &number) }
        return code == 0 ? .number(number) : .missing(status(of: index, code))
    }

    /// The status of a reading that failed.
    private func status(of index: Int, _ code: Int32) -> ReadingStatus {
        code == EPERM && files[index].wasOpened && files[index].source.maySleep ? .asleep : ReadingStatus(errno: code)
    }

    @inline(__always)
    private mutating func read(_ index: Int, _ read: (CInt) -> Int32) -> Int32 {
        let code = files[index].readIfOpen(read)
        return code == 0 ? 0 : errnoOfAttribute(files[index].read(after: code, read))
    }
}

/// Converts a code that a function of the C module `CPowerSensors` returned to an `errno`. Positive codes are an
/// `errno` already; negative ones stand for malformed content.
package func errnoOfAttribute(_ code: Int32) -> Int32 {
    switch code {
    case Int32(CPOWERSENSORS_EMPTY): ENODATA
    case Int32(CPOWERSENSORS_MALFORMED): EBADMSG
    case Int32(CPOWERSENSORS_OVERFLOW): EOVERFLOW
    case Int32(CPOWERSENSORS_TOO_LONG): EMSGSIZE
    default: code
    }
}
