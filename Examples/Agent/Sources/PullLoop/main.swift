import Glibc
import PowerSensors

// The pull-only use: a program that has a loop of its own already. No thread, no task, no callback.
var sampler = try Sampler()
for finding in sampler.findings() { print("finding:", finding) }

// However rarely the program wants figures, a counter must be read before it can have turned unseen.
let interval = min(sampler.longestSafeInterval ?? .seconds(1), .milliseconds(500))

// The first snapshot sets the origin of the energies, and has no power yet.
_ = sampler.snapshot()
for _ in 1...4 {
    usleep(UInt32(interval / .microseconds(1)))
    let snapshot = sampler.snapshot()
    for (channel, figures) in zip(snapshot.topology.channels, snapshot.channels) {
        let power = figures.power.map { "\($0.rawValue) W" } ?? figures.status.name
        print("\(channel.id): \(power) (\(channel.provenance))")
    }
}
