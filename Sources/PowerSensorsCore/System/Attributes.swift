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

        /// A file and the text in it that identify what `path` belongs to, since sysfs may reuse a number for another
        /// zone. Nil if there is no such text.
        package let identity: (path: String, text: String)?

        package init(
            path: String, divisor: Double? = nil, identity: (path: String, text: String)? = nil, isKept: Bool = true
        ) {
            self.path = path
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

    private struct Slot {
        var descriptor: CInt
        let divisor: Double?
        var status: ReadingStatus
        var backOff = BackOff()
    }

    private let root: SystemRoot
    private let sources: [Source]
    private var slots: [Slot]

    /// Opens every file that it can; readings of the others report the reason until reopening succeeds.
    package init(_ sources: [Source], beneath root: SystemRoot) {
        self.root = root
        self.sources = sources
        slots = []
        for source in sources {
            var slot = Slot(descriptor: -1, divisor: source.divisor, status: .absent)
            if source.isKept { Self.reopen(&slot, source, beneath: root) }
            slots.append(slot)
        }
    }

    deinit {
        for slot in slots where slot.descriptor >= 0 { close(slot.descriptor) }
    }

    /// Reads every attribute, in the order of the sources.
    package mutating func read(into readings: inout OutputSpan<Reading>) {
        for index in slots.indices { readings.append(reading(at: index)) }
    }

    /// Reads one attribute: a counter's number, or a gauge's value.
    @inline(__always)
    package mutating func reading(at index: Int) -> Reading {
        if let divisor = slots[index].divisor {
            switch number(at: index) {
            case .number(let number): return .value(Double(number) / divisor)
            case .missing(let status): return .missing(status)
            }
        }
        let descriptor = slots[index].descriptor
        var count: UInt64 = 0
        let code = descriptor < 0 ? ENODEV : unsafe cpowersensors_read_u64(descriptor, &count)
        if code == 0 { return .count(count) }
        if descriptor < 0, !sources[index].isKept { return countOfUnkept(index) }
        if let status = fail(index, with: code) { return .missing(status) }
        let again = unsafe cpowersensors_read_u64(slots[index].descriptor, &count)
        return again == 0 ? .count(count) : .missing(ReadingStatus(errno: errnoOfAttribute(again)))
    }

    /// Reads one attribute as a signed number.
    package mutating func number(at index: Int) -> Number {
        let descriptor = slots[index].descriptor
        var number: Int64 = 0
        let code = descriptor < 0 ? ENODEV : unsafe cpowersensors_read_i64(descriptor, &number)
        if code == 0 { return .number(number) }
        if descriptor < 0, !sources[index].isKept { return numberOfUnkept(index) }
        if let status = fail(index, with: code) { return .missing(status) }
        let again = unsafe cpowersensors_read_i64(slots[index].descriptor, &number)
        return again == 0 ? .number(number) : .missing(ReadingStatus(errno: errnoOfAttribute(again)))
    }

    /// Reads a counter whose file is opened for each reading.
    private func countOfUnkept(_ index: Int) -> Reading {
        do throws(AttributeError) {
            try sources[index].checkIdentity(beneath: root)
            return .count(try root.number(sources[index].path))
        } catch {
            return .missing(error.status)
        }
    }

    /// Reads an attribute whose file is opened for each reading.
    private func numberOfUnkept(_ index: Int) -> Number {
        do throws(AttributeError) {
            try sources[index].checkIdentity(beneath: root)
            return .number(try root.signedNumber(sources[index].path))
        } catch {
            return .missing(error.status)
        }
    }

    /// The slow path of a read: the status of the failure, or nil if the file was reopened and can be read again.
    private mutating func fail(_ index: Int, with code: Int32) -> ReadingStatus? {
        if slots[index].descriptor >= 0 {
            guard AttributeError.meansDeadDescriptor(code) else { return ReadingStatus(errno: errnoOfAttribute(code)) }
            close(slots[index].descriptor)
            slots[index].descriptor = -1
            slots[index].status = .absent
            slots[index].backOff.recordFailure()
        }
        guard slots[index].backOff.isDue else { return slots[index].status }
        Self.reopen(&slots[index], sources[index], beneath: root)
        return slots[index].descriptor >= 0 ? nil : slots[index].status
    }

    private static func reopen(_ slot: inout Slot, _ source: Source, beneath root: SystemRoot) {
        slot.backOff.recordAttempt()
        do throws(AttributeError) {
            try source.checkIdentity(beneath: root)
            slot.descriptor = try root.open(source.path)
        } catch {
            slot.status = error.status
        }
    }
}

extension Attributes.Source {
    /// Throws `ENODEV` if the path belongs to something else by now.
    fileprivate func checkIdentity(beneath root: SystemRoot) throws(AttributeError) {
        if let identity, try root.text(identity.path) != identity.text {
            throw AttributeError(path: path, errno: ENODEV)
        }
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
