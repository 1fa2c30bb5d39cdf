import PowerSensorsExporters

/// Why the command ends, as one line for people and an exit code for programs.
struct CommandFailure: Error, Hashable {
    /// The exit code for arguments that cannot be understood (EX_USAGE of sysexits.h).
    static let wrongUsage: Int32 = 64

    /// The line, without a line end; empty where there is nothing to say.
    let line: String

    /// The process's exit code.
    let exitCode: Int32

    /// The arguments are at fault.
    static func usage(_ line: String) -> CommandFailure { CommandFailure(line: line, exitCode: wrongUsage) }

    /// Something else is at fault.
    static func failure(_ line: String) -> CommandFailure { CommandFailure(line: line, exitCode: 1) }

    /// Nobody reads on, or somebody asked to end: no failure, and nothing to say.
    static let ended = CommandFailure(line: "", exitCode: 0)
}
