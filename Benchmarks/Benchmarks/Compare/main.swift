import CTwin
import Fixtures

// Compare [--runs N] [--instructions FILE]: prints the table, and fails where something allocates that must not.
// Compare --repeat KIND SOCKETS still|moving COUNT: runs one loop only, for callgrind.

let arguments = Array(CommandLine.arguments.dropFirst())

do {
    if arguments.first == "--slope" {
        for sockets in [1, 1, 1] {
            let bench = try BenchMachine.ofSockets(sockets)
            let c = try Comparison(pairs: 3000, operations: 50, ours: { bench.timeSamples(50) }, theirs: { bench.twin.timeSamples(50) })
            print(sockets * 4, c.ours, c.theirs, c.ours - c.theirs, c.minima)
        }
    } else if arguments.first == "--repeat" {
        try repeatLoop(arguments.dropFirst())
    } else {
        try exit(withStatus: compare(arguments))
    }
} catch {
    print("bench: \(error)")
    exit(withStatus: 1)
}
