#if Exporters
import ArgumentParser
import PowerSensorsExporters

/// A subcommand of ours: it is run with the environment, and fails in one line.
protocol RunnableCommand: ParsableCommand {
    /// Does what was asked for.
    func run(in environment: Environment) throws(CommandFailure)
}

/// Parses the arguments, runs what they ask for, and gives the exit code.
///
/// ArgumentParser would add lines of usage to what is wrong; here an error is one line.
func runCommand(_ arguments: [String]) -> Int32 {
    let command: any ParsableCommand
    do {
        command = try PowersensorsCommand.parseAsRoot(arguments)
    } catch {
        return report(parsing: error, of: arguments)
    }
    do throws(CommandFailure) {
        if let command = command as? any RunnableCommand {
            try command.run(in: .process)
            return 0
        }
    } catch {
        if !error.line.isEmpty { StandardError.write("powersensors: \(error.line)") }
        return error.exitCode
    }
    // What is left is ArgumentParser's own, such as `help`, which ends with an error that is its text.
    do {
        var command = command
        try command.run()
        return 0
    } catch {
        return report(parsing: error, of: arguments)
    }
}

/// Prints the help or version that was asked for, or what is wrong with the arguments.
private func report(parsing error: any Error, of arguments: [String]) -> Int32 {
    let code = PowersensorsCommand.exitCode(for: error)
    guard code != .success else {
        let text = PowersensorsCommand.fullMessage(for: error) + "\n"
        do throws(CommandFailure) {
            var output = StandardOutput()
            try output.write(Array(text.utf8))
            return 0
        } catch {
            if !error.line.isEmpty { StandardError.write("powersensors: \(error.line)") }
            return error.exitCode
        }
    }
    let message = PowersensorsCommand.message(for: error).split(separator: "\n").joined(separator: " ")
    let end = message.last.map { ".!?".contains($0) } == true ? "" : "."
    let subcommand = arguments.first == "list" ? "list" : "watch"
    StandardError.write("powersensors: \(message)\(end) See powersensors \(subcommand) --help.")
    return CommandFailure.wrongUsage
}
#endif
