import Glibc
import PowerSensors

/// A file that could not be written.
public struct OutputFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Why nothing was written although the system might have allowed it.
    package enum Refusal: Hashable, Sendable {
        /// A link on the way that its owner could have placed there to redirect the output.
        case link(String, owner: UInt32)

        /// A file that its owner could have placed there.
        case foreign(owner: UInt32)

        /// A file that has other names too, which may be in folders where only this user or root may write.
        case severalNames

        /// A device, a pipe or an open file, which a new file cannot replace.
        case notReplaceable

        /// A device, a pipe or an open file, which has no contents that could be read again.
        case notRegular
    }

    /// The file.
    public let path: String

    /// The error number that the kernel returned; `EPERM` where others could have redirected the output, and `EINVAL` for
    /// a file that cannot be replaced.
    public let errno: Int32

    /// Why nothing was written; nil if a system call failed.
    package let refusal: Refusal?

    package init(path: String, errno: Int32) {
        self.path = path
        self.errno = errno
        refusal = nil
    }

    package init(path: String, refusal: Refusal) {
        self.path = path
        errno = refusal == .notReplaceable || refusal == .notRegular ? EINVAL : EPERM
        self.refusal = refusal
    }

    /// Whether it was a pipe whose reading end is closed.
    public var isClosedPipe: Bool { errno == EPIPE }

    /// The file, what is wrong, and the remedy.
    public var description: String { "\(path): \(problem)" }

    /// What is wrong, and the remedy.
    package var problem: String {
        switch refusal {
        case nil:
            "\(systemMessage(errno: errno)). \(remedyForWriting(errno: errno))"
        case .link(let link, let owner):
            "The link \(link) belongs to user \(owner), and others may write to its folder, so it is not followed. "
                + "Name the file that it leads to, if that is right."
        case .foreign(let owner):
            "It belongs to user \(owner), and others may write to its folder, so nothing is written to it. "
                + "Remove it, or name a file in a folder that only this user may write to."
        case .severalNames:
            "It has several names, and others may write to its folder, so nothing is written to it. "
                + "Remove it, or name a file in a folder that only this user may write to."
        case .notReplaceable:
            "It is not a regular file, and a new file would take its place. Name a regular file."
        case .notRegular:
            "It is not a regular file. Name a regular file."
        }
    }
}

/// The remedy for a file that cannot be opened or written, by the kernel's error number.
package func remedyForWriting(errno code: Int32) -> String {
    switch code {
    case ENOSPC: "Make room on its file system."
    case EDQUOT: "Make room, or raise the quota that is used up."
    case EROFS: "Mount its file system writable, or name another path."
    case EFBIG: "Move it away, or raise the limit of the size of files: ulimit -f"
    case EACCES, EPERM: "Let this user write to it and to its folder, or run as another user."
    case ENOENT, ENOTDIR: "Create its folder, or name another one."
    case EISDIR: "Name a file in it."
    case ENXIO: "If it is a pipe, start the program that reads it first."
    case EBADF: "It is closed: start the command with an open one, such as > /dev/null."
    case EAGAIN: "The program that reads it is too slow."
    default: Finding.remedy(ofErrno: code).map { "\($0)." } ?? "Check its folder and its file system."
    }
}
