// Samples events of the running kernel in the same way as RAPL's, so that its system calls can be traced.
//
//     PerfProbe SAMPLES
//     PerfProbe list
//
// It needs no RAPL: each event is the time-stamp counter of the `msr` PMU, which every x86 kernel has. It writes a line
// before and a line after the samples. `list` shows through which mechanism each channel is read, and the findings; the
// mock machine then also has powercap zones, which any user may read.
import PowerSensors
import PowerSensorsTesting

#if canImport(Glibc)
import Glibc
#endif

/// The kernel's events, but always the time-stamp counter, whatever event is opened.
private struct ClockEvents: EventSource {
    let type: UInt32
    let kernel = KernelEvents()

    func isShown(in sysfs: SystemRoot) -> Bool { true }

    func open(_ event: EventCode, processor: Int, leader: CInt, isPinned: Bool) -> CInt {
        kernel.open(EventCode(type: type), processor: processor, leader: leader, isPinned: isPinned)
    }

    func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int { kernel.read(leader, into: &values) }

    func close(_ descriptor: CInt) { kernel.close(descriptor) }
}

private func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe write(1, bytes, bytes.count)
}

private func list(_ machine: MockMachine, _ events: ClockEvents) throws {
    try machine.add(.intelClient(hasDRAM: true))
    let procfs = SystemRoot(mountPoint: "/proc")
    let level = "sys/kernel/perf_event_paranoid"
    try machine.procfs.write(try procfs.text(level), to: level)
    let discovery = RAPLSensor(roots: machine.roots, events: events).discover()
    for channel in discovery.channels { say("\(channel.id) \(channel.mechanism) \(channel.status.name)") }
    for finding in discovery.findings where finding.reason != .disagreement { say("\(finding)") }
}

private func sample(_ samples: Int, _ machine: MockMachine, _ events: ClockEvents) throws {
    let sensor = RAPLSensor(roots: machine.roots, mechanisms: [.perf], events: events)
    var sampler = try Sampler(SensorSet(only: [sensor]))
    sampler.sample()
    say("begin")
    for _ in 0..<samples { sampler.sample() }
    say("end")
    let channels = sampler.snapshot().channels
    say("\(channels.count) channels, \(channels.count { ($0.energy ?? Joules(0)) > Joules(0) }) with energy")
}

let sysfs = SystemRoot(mountPoint: "/sys")
let mode = CommandLine.arguments.dropFirst().first ?? ""
guard mode == "list" || Int(mode) != nil, let type = try? sysfs.number("\(PerfPMU.folder)/msr/type") else {
    say("call it as: PerfProbe SAMPLES, or PerfProbe list, on a kernel with an msr PMU")
    exit(64)
}
do {
    let machine = try MockMachine()
    var processor = MockProcessor.intelServer(sockets: 1)
    (processor.coresPerSocket, processor.threadsPerCore) = (1, 1)
    try machine.set(processor)
    try machine.add(pmu: .intelClient())
    let events = ClockEvents(type: UInt32(type))
    if let samples = Int(mode) {
        try sample(samples, machine, events)
    } else {
        try list(machine, events)
    }
} catch {
    say("\(error)")
    exit(1)
}
