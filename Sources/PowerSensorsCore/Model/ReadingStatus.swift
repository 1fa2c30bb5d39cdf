/// Whether a value is known and, if not, why. An unknown value is never shown as 0.
public enum ReadingStatus: Hashable, Sendable {
    /// The value is known.
    case ok

    /// The source answers, but the value needs one more reading.
    case warmingUp

    /// A part of a sum is missing. The sum is then unknown, rather than smaller.
    case partial

    /// There is nothing to read: no file, or a counter that never changed from 0.
    case absent

    /// The file exists, but this process lacks the permission to read it.
    case forbidden

    /// The read failed, or the text that was read is not a number.
    ///
    /// `errno` is the kernel's. For text that is not a number it is ENODATA if it is empty, EOVERFLOW if the number
    /// exceeds 64 bits, EMSGSIZE if it is longer than a page, and EBADMSG otherwise.
    case io(errno: Int32)

    /// The value cannot be true: it is out of range, or it changed faster than the maximum power allows.
    case implausible

    /// The source has not changed or answered for longer than it should take.
    case stale

    /// The device sleeps and is not woken to be read, or has been left alone for a while so that it can fall asleep. Its
    /// energy stands still. This is not a failure.
    case asleep

    /// The source answers, but in the interval of a snapshot it may have used more than twice the energy that was counted:
    /// a counter may have wrapped unseen, or no power was read for too long. The energy goes on as a lower bound, the
    /// power is known only by its bounds.
    case ambiguous

    /// Whether the source answers, even if its value needs another reading.
    package var isReadable: Bool { self == .ok || self == .warmingUp || self == .ambiguous }

    /// Whether the energy counted so far is all of it.
    var hasEnergy: Bool { isReadable || self == .asleep }

    /// The word in output, such as `warming_up`.
    public var name: String {
        switch self {
        case .ok: "ok"
        case .warmingUp: "warming_up"
        case .partial: "partial"
        case .absent: "absent"
        case .forbidden: "forbidden"
        case .io: "io"
        case .implausible: "implausible"
        case .stale: "stale"
        case .asleep: "asleep"
        case .ambiguous: "ambiguous"
        }
    }
}
