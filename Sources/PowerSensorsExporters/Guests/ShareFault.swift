import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// Why a part of a share could not be made, opened or written.
package struct ShareFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    package enum Problem: Hashable, Sendable {
        /// The kernel's answer.
        case system(errno: Int32)

        /// A link, or anything else that is no folder, stands where a folder should.
        case notAFolder

        /// A folder stands where a file should.
        case notAFile

        /// It is somebody else's, who could put anything in its place.
        case foreign(owner: UInt32)

        /// Others may write there.
        case writable(mode: UInt32)

        /// It holds what this program did not make, and so is not removed.
        case notEmpty

        /// Another publisher writes there.
        case taken
    }

    /// The file or folder.
    package let path: String

    /// What is wrong with it.
    package let problem: Problem

    /// What is wrong, as a sentence.
    var text: String {
        switch problem {
        case .system(let code): "It cannot be written: \(systemMessage(errno: code))."
        case .notAFolder: "It is a link or a file where a folder should be, and is left alone."
        case .notAFile: "It is a folder where a file should be, and is left alone."
        case .foreign(let owner): "It belongs to user \(owner), who could put anything in its place."
        case .writable(let mode): "Its mode \(String(mode, radix: 8)) lets others write there."
        case .notEmpty: "It holds what this program did not make, and so is not removed with its guest."
        case .taken: "Another program publishes there."
        }
    }

    /// What mends it.
    var remedy: String {
        switch problem {
        case .system(ENOSPC), .system(EDQUOT): "Make room on its file system."
        case .system(EROFS): "Mount its file system writable, or name another folder."
        case .system(EACCES), .system(EPERM): "Let this user write there, or run as another."
        case .system(ENOENT): "Make the folder that it should lie in."
        case .system: "Look at its file system."
        case .notAFolder, .notAFile: "Look what it is, and remove it: ls -ld '\(path)'"
        case .notEmpty: "Look what it is, and remove it: ls -lR '\(path)'"
        case .foreign: "chown '\(path)' to this user, or name another folder."
        // Such as /tmp, which everybody needs.
        case .writable(let mode) where mode & 0o1000 != 0: "Name a folder of this program's own."
        case .writable: "Name a folder of this program's own, or keep others out: chmod go-w '\(path)'"
        case .taken: "End it, or name another folder."
        }
    }

    /// What is wrong with what, and what mends it, as one line.
    package var description: String { "\(path): \(text) \(remedy)" }

    /// The same for those who look at findings.
    var finding: Finding {
        let reason =
            switch problem {
            case .system(let code): ReadingStatus(errno: code).name
            default: "refused"
            }
        return Finding(severity: .warning, subject: path, reason: reason, text: text, remedy: remedy)
    }
}
