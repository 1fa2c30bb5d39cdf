import CPowerSensorsLibrary
import PowerSensors

/// What functions return. C gives the header's constants no type.
enum Code {
    static var ok: Int32 { Int32(POWERSENSORS_OK) }
    static var invalidArgument: Int32 { Int32(POWERSENSORS_INVALID_ARGUMENT) }
    static var invalidSize: Int32 { Int32(POWERSENSORS_INVALID_SIZE) }
    static var end: Int32 { Int32(POWERSENSORS_END) }
    static var nothingToRead: Int32 { Int32(POWERSENSORS_NOTHING_TO_READ) }
    static var noSuchScope: Int32 { Int32(POWERSENSORS_NO_SUCH_SCOPE) }
    static var noSuchSensor: Int32 { Int32(POWERSENSORS_NO_SUCH_SENSOR) }
    static var noSuchFolder: Int32 { Int32(POWERSENSORS_NO_SUCH_FOLDER) }
    static var noThread: Int32 { Int32(POWERSENSORS_NO_THREAD) }
    static var notYet: Int32 { Int32(POWERSENSORS_NOT_YET) }

    /// The word for a code or a status; nil for another number.
    static func name(_ code: Int32) -> StaticString? {
        switch Int(code) {
        case POWERSENSORS_OK: "ok"
        case POWERSENSORS_INVALID_ARGUMENT: "invalid_argument"
        case POWERSENSORS_INVALID_SIZE: "invalid_size"
        case POWERSENSORS_END: "end"
        case POWERSENSORS_NOTHING_TO_READ: "nothing_to_read"
        case POWERSENSORS_NO_SUCH_SCOPE: "no_such_scope"
        case POWERSENSORS_NO_SUCH_SENSOR: "no_such_sensor"
        case POWERSENSORS_NO_SUCH_FOLDER: "no_such_folder"
        case POWERSENSORS_NO_THREAD: "no_thread"
        case POWERSENSORS_NOT_YET: "not_yet"
        case POWERSENSORS_WARMING_UP: "warming_up"
        case POWERSENSORS_PARTIAL: "partial"
        case POWERSENSORS_ABSENT: "absent"
        case POWERSENSORS_FORBIDDEN: "forbidden"
        case POWERSENSORS_IO: "io"
        case POWERSENSORS_IMPLAUSIBLE: "implausible"
        case POWERSENSORS_STALE: "stale"
        case POWERSENSORS_ASLEEP: "asleep"
        case POWERSENSORS_AMBIGUOUS: "ambiguous"
        default: nil
        }
    }
}

extension ReadingStatus {
    /// The header's number for it.
    var code: Int32 {
        switch self {
        case .ok: Int32(POWERSENSORS_KNOWN)
        case .warmingUp: Int32(POWERSENSORS_WARMING_UP)
        case .partial: Int32(POWERSENSORS_PARTIAL)
        case .absent: Int32(POWERSENSORS_ABSENT)
        case .forbidden: Int32(POWERSENSORS_FORBIDDEN)
        case .io: Int32(POWERSENSORS_IO)
        case .implausible: Int32(POWERSENSORS_IMPLAUSIBLE)
        case .stale: Int32(POWERSENSORS_STALE)
        case .asleep: Int32(POWERSENSORS_ASLEEP)
        case .ambiguous: Int32(POWERSENSORS_AMBIGUOUS)
        }
    }

    /// The system's number of a failed read, else 0.
    var errorNumber: Int32 {
        if case .io(let number) = self { number } else { 0 }
    }
}
