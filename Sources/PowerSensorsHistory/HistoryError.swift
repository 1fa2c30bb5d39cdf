#if History
import Glibc
import PowerSensors
import PowerSensorsExporters

/// A history that cannot be read or written.
public struct HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// A word for it, such as `full`.
        public let name: String

        /// There is no file of this name.
        public static let missing = Reason(name: "missing")

        /// The file is no history.
        public static let foreign = Reason(name: "foreign")

        /// A newer version of this program wrote the file.
        public static let newer = Reason(name: "newer")

        /// The file is damaged.
        public static let damaged = Reason(name: "damaged")

        /// There is no room for it.
        public static let full = Reason(name: "full")

        /// Another program has it locked, or writes it too.
        public static let busy = Reason(name: "busy")

        /// The file system does not answer.
        public static let slow = Reason(name: "slow")

        /// This user may not read or write it.
        public static let forbidden = Reason(name: "forbidden")

        /// Anything else.
        public static let failed = Reason(name: "failed")

        /// The same as ``name``.
        public var description: String { name }
    }

    /// The file.
    public let path: String

    /// What went wrong.
    public let reason: Reason

    /// What is wrong, and the remedy.
    public let problem: String

    /// The file, what is wrong, and the remedy.
    public var description: String { "\(path): \(problem)" }
}

extension HistoryError {
    static func missing(_ path: String) -> HistoryError {
        HistoryError(
            path: path, reason: .missing,
            problem:
                "There is no history yet. powersensors export --history \(path) keeps one; --history names another.")
    }

    static func foreign(_ path: String) -> HistoryError {
        HistoryError(
            path: path, reason: .foreign,
            problem: "It is not a history of powersensors. Name another file, or move this one away.")
    }

    static func damaged(_ path: String, _ text: String) -> HistoryError {
        HistoryError(
            path: path, reason: .damaged, problem: "It is damaged (\(text)). Move it away; a new one is then begun.")
    }

    static func incomplete(_ path: String, _ missing: [String]) -> HistoryError {
        HistoryError(
            path: path, reason: .forbidden,
            problem:
                "It cannot be read without \(missing.joined(separator: " and ")), and no file can be created there. "
                + "Copy the history with its -wal and -shm, or to where this user may write.")
    }

    static func newer(_ path: String, version: Int64, known: Int64) -> HistoryError {
        HistoryError(
            path: path, reason: .newer,
            problem: "A newer version of powersensors wrote it, in format \(version); this one knows formats up to "
                + "\(known). Use the newer version, or name another file.")
    }

    static func written(_ path: String) -> HistoryError {
        HistoryError(
            path: path, reason: .busy,
            problem: "Another powersensors export writes it already. Stop that one, or name another file.")
    }

    static func slow(_ path: String) -> HistoryError {
        HistoryError(
            path: path, reason: .slow,
            problem:
                "Its file system does not answer. Sampling goes on; the energy meanwhile counts in what is written "
                + "next. See which device hangs.")
    }

    static func read(_ path: String) -> HistoryError {
        HistoryError(
            path: path, reason: .busy,
            problem:
                "A program has been reading it for so long that nothing more is written. Sampling goes on; the energy "
                + "meanwhile counts in what is written next. End that program.")
    }

    init(_ error: OutputFileError) {
        let isForbidden = [EACCES, EPERM, EROFS].contains(error.errno)
        let isFull = [ENOSPC, EDQUOT, EFBIG].contains(error.errno)
        self.init(
            path: error.path, reason: isForbidden ? .forbidden : isFull ? .full : .failed, problem: error.problem)
    }

    /// The failure for what SQLite returned.
    ///
    /// - Parameters:
    ///   - code: SQLite's extended result code.
    ///   - errno: The system's error number; 0 for none.
    ///   - text: SQLite's own words.
    ///   - isWriting: Whether the file was to be written.
    init(_ path: String, code: Int32, errno: Int32, text: String, isWriting: Bool) {
        let remedy = remedyForWriting(errno: errno)
        switch code & 0xFF {
        case ResultCode.full,
            ResultCode.ioError where [ENOSPC, EDQUOT, EFBIG].contains(errno):
            let system = errno == 0 ? "There is no room for it" : systemMessage(errno: errno)
            self.init(
                path: path, reason: .full,
                problem: "\(system). Sampling goes on; the energy meanwhile counts in what is written next. "
                    + remedyForWriting(errno: errno == 0 ? ENOSPC : errno))
        case ResultCode.busy, ResultCode.locked, ResultCode.protocolError:
            self.init(
                path: path, reason: .busy, problem: "Another program has it locked. End that program, or try again.")
        case ResultCode.notDatabase: self = .foreign(path)
        case ResultCode.corrupt: self = .damaged(path, text)
        case ResultCode.readOnly, ResultCode.cannotOpen, ResultCode.forbidden:
            let system =
                errno == 0 ? (isWriting ? "It may not be written" : "It may not be read") : systemMessage(errno: errno)
            let rights = isWriting ? remedyForWriting(errno: errno == 0 ? EACCES : errno) : Self.readingRemedy
            self.init(path: path, reason: .forbidden, problem: "\(system). \(rights)")
        default:
            let system = errno == 0 ? text : "\(systemMessage(errno: errno)) (\(text))"
            self.init(path: path, reason: .failed, problem: "\(system). \(remedy)")
        }
    }

    static let readingRemedy = "Let this user read it, with its -wal and -shm, or run as another user: sudo"
}

/// SQLite's result codes (sqlite.org/rescode.html).
enum ResultCode {
    static let readOnly: Int32 = 8
    static let ioError: Int32 = 10
    static let corrupt: Int32 = 11
    static let full: Int32 = 13
    static let cannotOpen: Int32 = 14
    static let busy: Int32 = 5
    static let locked: Int32 = 6
    static let protocolError: Int32 = 15
    static let forbidden: Int32 = 23
    static let notDatabase: Int32 = 26
}
#endif
