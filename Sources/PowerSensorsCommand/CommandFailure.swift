/// Why the command ends: a line for people and an exit code for programs.
package struct CommandFailure: Error, Hashable {
    /// The exit code for arguments that cannot be understood (EX_USAGE of sysexits.h).
    static let wrongUsage: Int32 = 64

    /// The line, without a line end; empty if there is nothing to say.
    package let line: String

    let exitCode: Int32

    /// The arguments are wrong.
    static func usage(_ line: String) -> CommandFailure { CommandFailure(line: line, exitCode: wrongUsage) }

    /// Something other than the arguments is wrong.
    package static func failure(_ line: String) -> CommandFailure { CommandFailure(line: line, exitCode: 1) }

    /// An end without a failure: the reader of the output has gone, the command was asked to stop, or it has done what
    /// was asked.
    static let ended = CommandFailure(line: "", exitCode: 0)
}
