import Glibc
import PowerSensors

/// A part of a share that could not be created, opened or written.
package struct ShareFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    package enum Problem: Hashable, Sendable {
        /// A system call failed.
        case system(errno: Int32)

        /// A link or a file is where a folder should be.
        case notAFolder

        /// A folder is where a file should be.
        case notAFile

        /// It belongs to another user, who could replace its contents.
        case foreign(owner: UInt32)

        /// Its path leads over a link of another user, in a folder that others may write to.
        case foreignLink(String, owner: UInt32)

        /// Other users may write to it.
        case writable(mode: UInt32)

        /// It holds files that this program did not create, so it is not removed.
        case notEmpty

        /// Another publisher uses it.
        case taken
    }

    /// The file or folder.
    package let path: String

    /// What is wrong with it.
    package let problem: Problem

    /// The fault of a system call that has just failed.
    static func system(_ path: String) -> ShareFault { ShareFault(path: path, problem: .system(errno: errno)) }

    /// What is wrong, as a sentence.
    var text: String {
        switch problem {
        case .system(let code): "It cannot be written: \(systemMessage(errno: code))."
        case .notAFolder: "It is a link or a file where a folder should be, so it is left alone."
        case .notAFile: "It is a folder where a file should be, so it is left alone."
        case .foreign(let owner): "It belongs to user \(owner), who could replace its contents."
        case .foreignLink(let link, let owner):
            "The link \(link) on its path belongs to user \(owner), in a folder that others may write to."
        case .writable(let mode): "Its mode \(String(mode, radix: 8)) lets others write to it."
        case .notEmpty: "It holds files that this program did not create, so it is not removed with its guest."
        case .taken: "Another program publishes in it."
        }
    }

    /// The remedy.
    var remedy: String {
        switch problem {
        case .system(ENOENT): "Create its parent folder."
        case .system(let code): remedyForWriting(errno: code)
        case .notAFolder, .notAFile: "Check what it is, and remove it: ls -ld '\(path)'"
        case .notEmpty: "Check what it is, and remove it: ls -lR '\(path)'"
        case .foreignLink: "Name the folder that it leads to, if that is right."
        case .foreign: "chown '\(path)' to this user, or name another folder."
        // A sticky folder such as /tmp must stay writable.
        case .writable(let mode) where mode & 0o1000 != 0: "Name a folder that only this program uses."
        case .writable: "Name a folder that only this program uses, or deny others: chmod go-w '\(path)'"
        case .taken: "Stop it, or name another folder."
        }
    }

    /// The path, the problem and the remedy as one line.
    package var description: String { "\(path): \(text) \(remedy)" }

    /// The fault as a finding.
    var finding: Finding {
        let reason: Finding.Reason =
            switch problem {
            case .system(let code): Finding.Reason(ReadingStatus(errno: code))
            default: .refused
            }
        return Finding(severity: .warning, subject: path, reason: reason, text: text, remedy: remedy)
    }
}
