/// Why a part of what a command wrote did not come through, where its output is searched for phases.
enum LostOutput: String, Sendable {
    /// It could not be written, as on a full disk.
    case error
    /// Its reader did not take it after powersensors had been asked to end.
    case reader
    /// Processes that the command left behind may write later than powersensors waits.
    case leftBehind = "left_behind"

    /// One line about it.
    var text: String {
        switch self {
        case .error: "a part of its output could not be written, and is lost"
        case .reader: "its reader did not take all of its output in time; the rest is lost"
        case .leftBehind:
            "processes that it left behind still had its output open; what they write there later than 1 s after its end is lost"
        }
    }
}
