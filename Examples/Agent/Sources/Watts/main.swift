import Glibc
import PowerSensors

// This machine's watts, in a loop that the program has already: no thread, no task, no callback.
var sampler = try Sampler()
for finding in sampler.findings() { print("finding:", finding) }
_ = sampler.snapshot()  // It sets the counters' origin, and has no power yet.
for _ in 1...4 {
    sleep(1)
    let snapshot = sampler.snapshot()
    if let host = snapshot.headline {
        print("\(host.scope): \(host.power?.description ?? host.status.name) (\(host.provenance))")
    }
    for socket in snapshot.sockets {
        print("  socket \(socket.number): \(socket.power?.description ?? socket.status.name)")
    }
    for (channel, figures) in snapshot.channelFigures {
        print("  \(channel.id): \(figures.power?.description ?? figures.status.name)")
    }
}
