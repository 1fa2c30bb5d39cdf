/// Why the command ends: a line for people and an exit code for programs.
package struct CommandFailure: Error, Hashable {
    /// The exit code for arguments that cannot be understood (EX_USAGE of sysexits.h).
    static let wrongUsage: Int32 = 64

    /// The line, without a line end; empty where there is nothing to say.
    package let line: String

    let exitCode: Int32

    /// The arguments are wrong.
    static func usage(_ line: String) -> CommandFailure { CommandFailure(line: line, exitCode: wrongUsage) }

    /// Something other than the arguments is wrong.
    package static func failure(_ line: String) -> CommandFailure { CommandFailure(line: line, exitCode: 1) }

    /// The reader has gone, or the command was asked to stop.
    static let ended = CommandFailure(line: "", exitCode: 0)
}
