// Samples events of the kernel that runs it, by the way that RAPL's events go, for a tracer to look at.
//
//     PerfProbe SAMPLES
//
// There need be no RAPL: each event is the time-stamp counter, by the `msr` PMU that every x86 kernel has. It writes a
// line before and a line after the samples.
import PowerSensors
import PowerSensorsTesting

#if canImport(Glibc)
import Glibc
#endif

/// The kernel's events, but for every one of them its time-stamp counter.
private struct ClockEvents: EventSource {
    let type: UInt32
    let kernel = KernelEvents()

    func isShown(in sysfs: SystemRoot) -> Bool { true }

    func open(_ event: EventCode, processor: Int, leader: CInt) -> CInt {
        kernel.open(EventCode(type: type), processor: processor, leader: leader)
    }

    func read(_ leader: CInt, into values: inout MutableSpan<UInt64>) -> Int { kernel.read(leader, into: &values) }

    func close(_ descriptor: CInt) { kernel.close(descriptor) }
}

private func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe write(1, bytes, bytes.count)
}

let sysfs = SystemRoot(mountPoint: "/sys")
guard let samples = CommandLine.arguments.dropFirst().first.flatMap({ Int($0) }),
    let type = try? sysfs.number("\(PerfPMU.folder)/msr/type")
else {
    say("call it as: PerfProbe SAMPLES, on a kernel with an msr PMU")
    exit(64)
}
do {
    let machine = try MockMachine()
    var processor = MockProcessor.intelServer(sockets: 1)
    (processor.coresPerSocket, processor.threadsPerCore) = (1, 1)
    try machine.set(processor)
    try machine.add(pmu: .intelClient())
    let sensor = RaplSensor(roots: machine.roots, mechanisms: [.perf], events: ClockEvents(type: UInt32(type)))
    var sampler = try Sampler(SensorSet(only: [sensor]))
    sampler.sample()
    say("begin")
    for _ in 0..<samples { sampler.sample() }
    say("end")
    let channels = sampler.snapshot().channels
    say("\(channels.count) channels, \(channels.count { ($0.energy ?? Joules(0)) > Joules(0) }) with energy")
} catch {
    say("\(error)")
    exit(1)
}
