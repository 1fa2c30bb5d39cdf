import PowerSensors

/// A monitoring agent: the machine's power twice a second, and what happens to its sensors.
///
/// It ends after five snapshots, so that it can be tried; a real agent leaves the count out.
@main
struct Agent {
    static func main() async throws {
        let monitor = try PowerMonitor()
        let log = Task {
            // What is missing or limited, what is lost and what comes back: write it to your own log.
            for await event in monitor.events() { print("event:", event) }
        }
        var count = 0
        for await snapshot in monitor.snapshots(every: .milliseconds(500)) {
            // Figures of different scopes stand side by side; never add them.
            for host in snapshot.host {
                // A value that is not known is nil, and never 0; the status says why.
                let watts = host.power?.description ?? host.status.name
                print("\(host.scope): \(watts) (\(host.provenance), \(host.sensor))")
            }
            if snapshot.skipped > 0 { print("too slow for \(snapshot.skipped) snapshots; no energy is lost") }
            count += 1
            if count == 5 { break }
        }
        // It joins the sampling thread and ends the events.
        monitor.stop()
        await log.value
    }
}
