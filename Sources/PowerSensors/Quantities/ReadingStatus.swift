/// Whether a value is known and, where not, why. A value that is not known is never shown as 0.
public enum ReadingStatus: Hashable, Sendable {
    /// The value is good.
    case ok

    /// The source answers, but a value needs one more reading.
    case warmingUp

    /// A part of the sum is missing, so the sum is unknown and not smaller.
    case partial

    /// There is nothing to read: no file, or a counter that never moved from 0.
    case absent

    /// The file is there, and this process may not read it.
    case forbidden

    /// The read failed, or gave what is no number.
    ///
    /// `errno` is the kernel's; or, for a text that is no number: ENODATA for an empty one, EOVERFLOW for one of more
    /// than 64 bits, EMSGSIZE for one longer than a page, EBADMSG for any other.
    case io(errno: Int32)

    /// The value cannot be true: beyond its range, or a step beyond the greatest possible power.
    case implausible

    /// The source has stood still for longer than it ever should.
    case stale

    /// The word for it in every output.
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
        }
    }
}
