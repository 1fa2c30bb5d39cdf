import PowerSensors

/// A monitoring agent in thirty lines: the machine's power twice a second, and what befalls its sensors.
///
/// It ends after five lines, so that it can be tried; a real agent leaves the count out.
@main
struct Agent {
    static func main() async throws {
        let monitor = try PowerMonitor()
        let log = Task {
            // What is missing or limited, what is lost and what comes back: a program's own log takes it from here.
            for await event in monitor.events() { print("event:", event) }
        }
        var count = 0
        for await snapshot in monitor.snapshots(every: .milliseconds(500)) {
            // Figures of different scopes stand side by side; they are never added.
            for host in snapshot.host { print(line(host)) }
            if snapshot.skipped > 0 { print("we were too slow for \(snapshot.skipped) snapshots; no joule is lost") }
            count += 1
            if count == 5 { break }
        }
        // It joins the sampling thread and ends the events.
        monitor.stop()
        await log.value
    }

    private static func line(_ host: HostSnapshot) -> String {
        // A value that is not known is nil, and never 0; the status says why.
        guard let power = host.power, let energy = host.energy else { return "\(host.scope): \(host.status.name)" }
        let watts = (power.rawValue * 10).rounded() / 10
        return "\(host.scope): \(watts) W, \(energy.rawValue) J so far (\(host.provenance), \(host.sensor))"
    }
}
