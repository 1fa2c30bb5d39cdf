import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Counter attributes kept open, so that reading one again costs a single system call.
///
/// It owns its descriptors: it cannot be copied, and closes them when it goes away. An attribute that fails in a
/// way that only opening can mend is opened again, with a ``BackOff``.
package struct Attributes: ~Copyable {
    /// A file to keep open, and what must be true of its folder for it to be the same file after a reopening.
    package struct Source: Hashable, Sendable {
        package let path: String

        /// What makes a gauge's value of the number; nil for a counter, whose number stays as it is.
        package let scale: Double?

        /// A file, and the text in it that tells what `path` belongs to: sysfs gives a number that was freed to
        /// another zone. Nil where there is no such text.
        package let identity: Identity?

        package struct Identity: Hashable, Sendable {
            package let path: String
            package let text: String

            package init(path: String, text: String) {
                self.path = path
                self.text = text
            }
        }

        package init(path: String, scale: Double? = nil, identity: Identity? = nil) {
            self.path = path
            self.scale = scale
            self.identity = identity
        }
    }

    private struct Slot {
        var descriptor: CInt
        let scale: Double?
        var status: ReadingStatus
        var backOff = BackOff()
    }

    private let root: SystemRoot
    private let sources: [Source]
    private var slots: [Slot]

    /// Opens every file it can; the others answer with their reason until a reopening succeeds.
    package init(_ sources: [Source], beneath root: SystemRoot) {
        self.root = root
        self.sources = sources
        slots = []
        for source in sources {
            var slot = Slot(descriptor: -1, scale: source.scale, status: .absent)
            Self.reopen(&slot, source, beneath: root)
            slots.append(slot)
        }
    }

    deinit {
        for slot in slots where slot.descriptor >= 0 { close(slot.descriptor) }
    }

    /// Reads every attribute afresh, in the order they were named.
    package mutating func read(into readings: inout OutputSpan<Reading>) {
        for index in slots.indices {
            let descriptor = slots[index].descriptor
            var value: UInt64 = 0
            let code = descriptor < 0 ? ENODEV : unsafe cpowersensors_read_u64(descriptor, &value)
            readings.append(code == 0 ? reading(index, value) : recover(index, from: code))
        }
    }

    private func reading(_ index: Int, _ number: UInt64) -> Reading {
        guard let scale = slots[index].scale else { return .count(number) }
        return .value(Double(number) * scale)
    }

    /// The off-path half of a read: what the failure means, and a reopening where one is due.
    private mutating func recover(_ index: Int, from code: Int32) -> Reading {
        if slots[index].descriptor >= 0 {
            guard AttributeError.meansDeadDescriptor(code) else {
                return .missing(ReadingStatus(errno: errnoOfAttribute(code)))
            }
            close(slots[index].descriptor)
            slots[index].descriptor = -1
            slots[index].status = .absent
            slots[index].backOff.noteFault()
        }
        guard slots[index].backOff.isDue else { return .missing(slots[index].status) }
        Self.reopen(&slots[index], sources[index], beneath: root)
        guard slots[index].descriptor >= 0 else { return .missing(slots[index].status) }
        var value: UInt64 = 0
        let again = unsafe cpowersensors_read_u64(slots[index].descriptor, &value)
        return again == 0 ? reading(index, value) : .missing(ReadingStatus(errno: errnoOfAttribute(again)))
    }

    private static func reopen(_ slot: inout Slot, _ source: Source, beneath root: SystemRoot) {
        slot.backOff.take()
        do throws(AttributeError) {
            if let identity = source.identity, try root.text(identity.path) != identity.text {
                throw AttributeError(path: source.path, errno: ENODEV)
            }
            slot.descriptor = try root.open(source.path)
        } catch {
            slot.status = error.status
        }
    }
}

/// The `errno` that stands for what the shim says of an attribute: its own codes are negative.
package func errnoOfAttribute(_ code: Int32) -> Int32 {
    switch code {
    case Int32(CPOWERSENSORS_EMPTY): ENODATA
    case Int32(CPOWERSENSORS_MALFORMED): EBADMSG
    case Int32(CPOWERSENSORS_OVERFLOW): EOVERFLOW
    case Int32(CPOWERSENSORS_TOO_LONG): EMSGSIZE
    default: code
    }
}
