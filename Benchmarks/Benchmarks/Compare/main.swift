import CTwin
import Fixtures

// Compare [--runs N] [--instructions FILE]: prints the table, and fails where something allocates that must not.
// Compare --processes [--runs N]: only the rows of the division among processes.
// Compare --growth: only how costs grow with channels and processes.
// Compare --repeat KIND SOCKETS still|moving COUNT: runs one loop only, for callgrind.

let arguments = Array(CommandLine.arguments.dropFirst())

do {
    if arguments.first == "--repeat" {
        try repeatLoop(arguments.dropFirst())
    } else {
        try exit(withStatus: compare(arguments))
    }
} catch {
    print("bench: \(error)")
    exit(withStatus: 1)
}
