import CPowerSensors
import Glibc
import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting
import Testing

struct RunOnTests {
    @Test func `a thread that was moved to a processor gets its earlier affinity back`() async throws {
        // In a separate process, since other tests use the same threads.
        await #expect(processExitsWith: .success) {
            let usual = allowed()
            try #require(cpowersensors_run_on(-1) == 0)
            try #require(allowed() == usual)
            let first = try #require(usual.first)
            try #require(cpowersensors_run_on(CInt(first)) == 0)
            try #require(allowed() == [first])
            try #require(cpowersensors_run_on(CInt(8191)) == EINVAL)
            try #require(cpowersensors_run_on(CInt.max) == EINVAL)
            try #require(cpowersensors_run_on(-1) == 0)
            try #require(allowed() == usual)
        }
    }

    @Test func `only the monitor's own thread is moved, and only to read registers`() async throws {
        await #expect(processExitsWith: .success) {
            let usual = allowed()
            let machine = try MockMachine()
            try machine.set(.smallServer(sockets: 1))
            try machine.addRegisters([0x606: 0xA_0E03, 0x611: 5])
            let sensor = RAPLSensor(roots: machine.roots, mechanisms: [.msr])
            let monitor = try PowerMonitor(
                MonitorConfiguration(
                    sensors: SensorSet(only: [sensor, SlowSensor(), PowerSupplySensor(roots: machine.roots)]),
                    interval: .milliseconds(1), rediscoveryInterval: .milliseconds(5)))
            while monitor.latest() == nil { usleep(1000) }
            // The threads of the next generation are created by a thread that has been moved.
            try machine.add(.supply("BAT0", files: ["status": "Discharging", "power_now": "10000000"]))
            while monitor.latest()?.topology.generation == 1 { usleep(1000) }
            // A thread that has just begun has its creator's name and processors for a moment.
            var places = ThreadPlaces(usual: usual)
            for _ in 0..<500 where !places.areRight {
                usleep(2000)
                places = ThreadPlaces(usual: usual)
            }
            try #require(places.areRight)
            monitor.stop()
            try #require(allowed() == usual)
        }
    }
}

/// Where the threads of this process may run at one moment.
private struct ThreadPlaces {
    private let usual: [Int]
    private var monitors: [[Int]] = []
    private var background: [[Int]] = []
    private var others: [[Int]] = []

    init(usual: [Int]) {
        self.usual = usual
        for thread in (try? SystemRoot(path: "/proc/self/task", mountPoint: "/proc").list("")) ?? [] {
            let folder = "/proc/self/task/\(thread)"
            // A thread of a discovery may have ended since it was listed.
            guard let name = try? SystemRoot(path: folder, mountPoint: "/proc").text("comm"), let list = allowed(folder)
            else { continue }
            switch name {
            case "powersensors": monitors.append(list)
            case "powersensors-bg": background.append(list)
            default: others.append(list)
            }
        }
    }

    /// The monitor's thread is at the first package's processor, which is 0, and no other has been moved.
    var areRight: Bool {
        (monitors == [[0]] || !usual.contains(0)) && !background.isEmpty
            && (background + others).allSatisfy { $0 == usual }
    }
}

/// A sensor that is read on its own thread.
private struct SlowSensor: Sensor {
    let name = SensorName("slow")
    let readingInterval: Duration? = .milliseconds(5)

    func discover() -> Discovery {
        Discovery(channels: [
            Channel(
                id: "slow/input", sensor: name, mechanism: "test", quantity: .power, encoding: .gauge, component: .host)
        ])
    }

    func open(_ channels: [Channel]) -> any SensorReader { Reader(channels: channels) }

    private struct Reader: SensorReader {
        let channels: [Channel]

        func readChannels(into readings: inout OutputSpan<Reading>) { readings.append(.value(5)) }
    }
}

/// The processors that the calling thread may run on.
private func allowed() -> [Int] { allowed("/proc/thread-self") ?? [] }

/// The processors that a thread may run on, by its folder; nil if it has ended.
private func allowed(_ folder: String) -> [Int]? {
    let status = try? SystemRoot(path: folder, mountPoint: "/proc").text("status")
    let line = status?.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
    return line.flatMap { ProcessorList(String($0.dropFirst("Cpus_allowed_list:\t".count))) }?.numbers
}
