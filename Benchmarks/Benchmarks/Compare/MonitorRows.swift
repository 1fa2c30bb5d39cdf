import CTwin
import Fixtures
import PowerSensors

/// The CPU time of one wake-up and sample at 1 kHz: the monitor, the C loop on the same timer, and that timer alone.
func monitorRows(runs: Int) throws -> [Row] {
    let bench = try BenchMachine.ofSockets(1)
    var row = Row("monitor at 1 kHz, 4 channels, CPU time a tick", peer: "C loop with the same timer")
    // A wake-up is cheap on a core that something else keeps awake, so the quickest rounds are no pair.
    row.bar = .medianAtMost(1.10)
    var timers: [Double] = []
    // First: a subscriber's task may end, and allocate, after its monitor.
    row.allocationBar = 0
    row.allocations = try allocationsOfTick(bench.files.sensors)
    var (allOurs, allTheirs, subscribers): ([Double], [Double], [Double]) = ([], [], [])
    for _ in 0..<runs {
        var ours: [Double] = []
        var theirs: [Double] = []
        var rest: [Double] = []
        for _ in 0..<rounds {
            ours.append(try tickOfMonitor(bench.files.sensors))
            theirs.append(try bench.twin.sampling(everyNanoseconds: period, cpuTimeOfTick))
            timers.append(try Twin.idling(everyNanoseconds: period, cpuTimeOfTick))
            rest.append(try tickOfMonitor(bench.files.sensors, subscribers: 1))
        }
        row.add(Comparison(ours: ours, theirs: theirs))
        subscribers += zip(rest, ours).map { $0 - $1 }
        allOurs += ours
        allTheirs += theirs
    }
    row.ours = allOurs.median
    row.theirs = allTheirs.median
    let timer = timers.median
    let ours = zip(allOurs, timers).map { $0 - $1 }.median
    let theirs = zip(allTheirs, timers).map { $0 - $1 }.median
    row.note =
        "medians; the timer alone costs \(fixed(timer, digits: 0)) ns, and above it are \(fixed(ours, digits: 0)) ns "
        + "of ours and \(fixed(theirs, digits: 0)) ns of the C loop's"
    var delivery = Row("one more snapshot delivered to a subscriber, CPU time")
    delivery.ours = subscribers.median
    return [row, delivery, try latestRow(bench)]
}

private let period: Int64 = 1_000_000
private let rounds = 20

private func tickOfMonitor(_ sensors: SensorSet, subscribers: Int = 0) throws -> Double {
    let monitor = try PowerMonitor(fastest(sensors))
    defer { monitor.stop() }
    for _ in 0..<subscribers {
        let snapshots = monitor.snapshots(every: .milliseconds(1))
        Task.detached {
            for await snapshot in snapshots where snapshot.channels.isEmpty { break }
        }
    }
    return try cpuTimeOfTick()
}

private func fastest(_ sensors: SensorSet) -> MonitorConfiguration {
    MonitorConfiguration(sensors: sensors, interval: .milliseconds(1), rediscoveryInterval: .zero)
}

/// What all threads together use for each period, in nanoseconds, while this one sleeps.
private func cpuTimeOfTick() throws -> Double {
    let ticks: Int64 = 100
    var woken: Int64 = 0
    // A machine that is busy with other things leaves ticks out; then the time is no measure of a tick.
    for _ in 0..<10 {
        // Threads start, and the first samples come sooner than the others: that does not count.
        ctwin_sleep_until(ctwin_now() + 30 * period)
        let (began, sleeps) = (ctwin_now(), ctwin_sleeps())
        let before = ctwin_cpu_time()
        ctwin_sleep_until(began + ticks * period)
        let used = ctwin_cpu_time() - before
        woken = ctwin_sleeps() - sleeps
        if woken >= ticks * 95 / 100 { return Double(used) / Double(ticks) }
    }
    throw BenchError("this machine is too busy: a timer of 1 kHz woke up \(woken) times instead of \(ticks)")
}

/// Between two renewals of the latest snapshot, which are a second apart.
private func allocationsOfTick(_ sensors: SensorSet) throws -> Double {
    var configuration = fastest(sensors)
    configuration.latestInterval = .seconds(3600)
    let monitor = try PowerMonitor(configuration)
    defer { monitor.stop() }
    ctwin_sleep_until(ctwin_now() + 50 * period)
    let before = ctwin_allocations()
    ctwin_sleep_until(ctwin_now() + 300 * period)
    return Double(ctwin_allocations() - before) / 300
}

/// Lets a monitor sample at 1 kHz.
func repeatTicks(_ ticks: Int, of bench: BenchMachine) throws {
    let monitor = try PowerMonitor(fastest(bench.files.sensors))
    ctwin_sleep_until(ctwin_now() + Int64(ticks) * period)
    monitor.stop()
}

private func latestRow(_ bench: BenchMachine) throws -> Row {
    let monitor = try PowerMonitor(MonitorConfiguration(sensors: bench.files.sensors))
    defer { monitor.stop() }
    while monitor.latest() == nil { ctwin_sleep_until(ctwin_now() + period) }
    var row = Row("latest snapshot of a monitor")
    var channels = 0
    row.allocations = allocations(of: 1000) { channels += monitor.latest()?.channels.count ?? 0 }
    row.ours =
        quickest(of: 1000) {
            for _ in 0..<100 { channels += monitor.latest()?.channels.count ?? 0 }
        } / 100
    guard channels > 0 else { throw BenchError("a latest snapshot has no channels") }
    return row
}
