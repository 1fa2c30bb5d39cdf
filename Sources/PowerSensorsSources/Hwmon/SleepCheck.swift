import PowerSensorsCore
import PowerSensorsMachine
import Synchronization

/// Decides before each reading of a device whether it may be read: not while it sleeps, and not during a pause in which an
/// idle device can fall asleep.
///
/// A reading restarts the time after which an idle device falls asleep, so a card that is read once a second would stay awake
/// for ever. If it looks idle, it is therefore left alone for that time plus 2 s. If it is still awake then, something else
/// uses it, and it is read for at least a minute before the next pause.
final class SleepCheck {
    enum Verdict {
        case read, pause, asleep
    }

    private let power: RuntimePower
    private let sysfs: SystemRoot
    private let now: () -> SampleInstant
    private let pause: ReadingPause
    /// Whether this reader begins pauses: the one that reads the chip's power, if it has any.
    private let beginsPauses: Bool
    private var status: KeptFile

    /// When to read again, on the monotonic clock, whether the device may sleep at all.
    private var nextLookNanoseconds = Int64.min
    /// Whether it is forbidden to sleep, as on most desktops and servers. Then its status is not read on every sample.
    private(set) var isForbiddenToSleep = false
    private var autosuspendDelay: Duration?
    /// The number of readings in a row that looked idle.
    private var idleReadings = 0

    /// The highest power of the present reading, in watts.
    private var highestPower = 0.0

    /// The instant of the present reading, and what ``begin()`` decided about it.
    private(set) var instant = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
    private(set) var verdict = Verdict.asleep

    /// How often to look whether the device may sleep.
    private static let lookNanoseconds: Int64 = 10_000_000_000

    /// The power up to which a device looks idle, in watts. Cards that sleep when they are idle draw less before they do.
    private static let idleWatts = 30.0

    init(
        _ power: RuntimePower, in sysfs: SystemRoot, _ pause: ReadingPause, beginsPauses: Bool,
        now: @escaping () -> SampleInstant
    ) {
        self.power = power
        self.sysfs = sysfs
        self.pause = pause
        self.beginsPauses = beginsPauses
        self.now = now
        status = KeptFile(power.statusFile, beneath: sysfs)
    }

    /// Decides about the present reading. It costs one system call, or none if the device is forbidden to sleep.
    func begin() {
        instant = now()
        highestPower = 0
        verdict = decide(at: instant.monotonicNanoseconds)
    }

    private func decide(at now: Int64) -> Verdict {
        let isLookDue = now >= nextLookNanoseconds
        if isForbiddenToSleep, !isLookDue { return .read }
        switch state {
        case .unmanaged: return .read
        case .asleep:
            pause.reset()
            (isForbiddenToSleep, idleReadings) = (false, 0)
            return .asleep
        case .awake: break
        }
        if isLookDue {
            nextLookNanoseconds = now &+ Self.lookNanoseconds
            isForbiddenToSleep = power.isForbiddenToSleep(in: sysfs)
            autosuspendDelay = power.isAllowedToSleep(in: sysfs) ? power.autosuspendDelay(in: sysfs) : nil
        }
        return now < pause.endNanoseconds.load(ordering: .relaxed) ? .pause : .read
    }

    private var state: RuntimePower.State {
        var buffer = InlineArray<16, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        guard let count = try? status.read(into: &bytes) else { return .unmanaged }
        return RuntimePower.State(buffer.span.extracting(first: count))
    }

    /// Records a power that was read, in watts.
    func record(_ power: Double) { highestPower = max(highestPower, power) }

    /// Ends the present reading, and begins a pause if the device has looked idle twice.
    func end() {
        guard beginsPauses, verdict == .read, autosuspendDelay != nil, !isForbiddenToSleep else { return }
        idleReadings = highestPower <= Self.idleWatts ? idleReadings + 1 : 0
        guard idleReadings >= 2,
            instant.monotonicNanoseconds >= pause.nextNanoseconds.load(ordering: .relaxed),
            !power.isHeldAwake(in: sysfs)
        else { return }
        idleReadings = 0
        beginPause()
    }

    /// Begins a pause at the present reading, or the present pause again.
    func beginPause() {
        guard let autosuspendDelay else { return }
        let length = (autosuspendDelay + .seconds(2)).wholeNanoseconds
        let end = instant.monotonicNanoseconds &+ length
        pause.endNanoseconds.store(end, ordering: .relaxed)
        pause.nextNanoseconds.store(end &+ max(8 &* length, 60_000_000_000), ordering: .relaxed)
    }
}
