import CTwin
import Fixtures

/// What the kernel asks for four events: by one read of a group, by four reads, and from another processor.
///
/// Both sides are C, since what differs is the kernel's work. The events are those of the `msr` PMU, whose time-stamp
/// counter stands for a RAPL register: the instruction that reads one is not in these figures.
func eventRows(runs: Int) throws -> [Row] {
    guard let group = unsafe ctwin_events_open(1) else { throw BenchError("the msr PMU's events cannot be opened") }
    defer { unsafe ctwin_events_close(group) }
    guard let single = unsafe ctwin_events_open(0) else { throw BenchError("the msr PMU's events cannot be opened") }
    defer { unsafe ctwin_events_close(single) }
    let files = try BenchMachine.ofSockets(1)
    guard ctwin_run_on(0) == 0 else { throw BenchError("this process may not run on processor 0 only") }
    defer { _ = ctwin_run_on(-1) }
    let timeGroup = { unsafe ctwin_events_time(group, 50) }
    guard timeGroup() > 0, unsafe ctwin_events_time(single, 1) > 0 else { throw BenchError("an event cannot be read") }

    var rows = [
        try row("one grouped read of 4 perf events", peer: "four single reads", runs, timeGroup) {
            unsafe ctwin_events_time(single, 50)
        },
        try row("one grouped read of 4 perf events", peer: "C loop over 4 powercap files in memory", runs, timeGroup) {
            files.twin.timeSamples(50)
        },
    ]
    // Where there is only one processor, there is no other.
    if ctwin_run_on(1) == 0 {
        _ = ctwin_run_on(0)
        rows.append(
            try row(
                "one grouped read of 4 perf events, from another processor", peer: "from their own", runs,
                { onProcessor(1) { unsafe ctwin_events_time(group, 50) } }, { onProcessor(0, timeGroup) }))
        rows[2].note = "of a RAPL event, a read from within its package is as quick as from its own processor"
    }
    return rows
}

private func onProcessor(_ processor: CInt, _ time: () -> Int64) -> Int64 {
    _ = ctwin_run_on(processor)
    return time()
}

private func row(
    _ work: String, peer: String, _ runs: Int, _ ours: () -> Int64, _ theirs: () -> Int64
) throws -> Row {
    var row = Row(work, peer: peer)
    for _ in 0..<runs { row.add(try Comparison(pairs: 300, operations: 50, ours: ours, theirs: theirs)) }
    return row
}
