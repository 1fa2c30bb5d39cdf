import PowerSensorsCore
import PowerSensorsMachine
import Synchronization

/// Decides before each reading of a device whether it may be read: not while it sleeps or may sleep, and not during a pause in
/// which an idle device can fall asleep.
///
/// A reading restarts the time after which an idle device falls asleep, so a card that is read once a second would never
/// fall asleep. If it looks idle, it is therefore left alone for that time plus 2 s. If it is still awake then, something else
/// uses it, and it is read for at least a minute before the next pause.
///
/// Only readers that see the device's power or energy begin pauses, unless no reader sees any.
final class SleepCheck {
    enum Verdict: Equatable {
        case read, pause
        /// Nothing is opened, and this is the readings' status.
        case missing(ReadingStatus)
    }

    private let power: RuntimePower
    private let sysfs: SystemRoot
    private let now: () -> SampleInstant
    private let pause: ReadingPause
    private let seesPower: Bool
    private var status: KeptFile

    /// When to check again, on the monotonic clock, whether the device is allowed to sleep at all.
    private var nextCheckNanoseconds = Int64.min
    /// Whether it is forbidden to sleep, as on most desktops and servers. Then its status is not read on every sample.
    private(set) var isForbiddenToSleep = false
    /// For how long the device is left alone so that it falls asleep; nil if it would be in vain, or take too long.
    private var pauseNanoseconds: Int64?
    /// The number of readings in a row that looked idle.
    private var idleReadings = 0
    /// Whether nothing of the present reading shows use.
    private var isIdle = true

    /// The instant of the present reading, and what ``begin()`` decided about it.
    private(set) var instant = SampleInstant(boottimeNanoseconds: 0, monotonicNanoseconds: 0)
    private(set) var verdict = Verdict.missing(.asleep)

    /// How often to check whether the device is allowed to sleep, and how long to wait after a sign that it is in use.
    private static let checkNanoseconds: Int64 = 10_000_000_000

    /// The longest pause of a device whose power or energy is read. Within a longer one, a card may be put to work, and its
    /// energy counter of 32 bits, which its driver extends only when it is read, may wrap around.
    private static let longestPauseNanoseconds: Int64 = 60_000_000_000

    /// The power up to which a device looks idle, in watts. Cards that sleep when they are idle draw less before they do.
    private static let idleWatts = 30.0

    /// - Parameter seesPower: Whether the reader reads a power or energy of the device.
    init(
        _ power: RuntimePower, in sysfs: SystemRoot, _ pause: ReadingPause, seesPower: Bool,
        now: @escaping () -> SampleInstant
    ) {
        self.power = power
        self.sysfs = sysfs
        self.pause = pause
        self.seesPower = seesPower
        self.now = now
        status = KeptFile(power.statusFile, beneath: sysfs)
        if seesPower { pause.powerReaders.add(1, ordering: .relaxed) }
    }

    deinit {
        if seesPower { pause.powerReaders.subtract(1, ordering: .relaxed) }
    }

    /// Decides about the present reading. It costs one system call, or none if the device is forbidden to sleep.
    func begin() {
        instant = now()
        isIdle = true
        verdict = decide(at: instant.monotonicNanoseconds)
    }

    private func decide(at now: Int64) -> Verdict {
        let isCheckDue = now >= nextCheckNanoseconds
        if isForbiddenToSleep, !isCheckDue { return .read }
        let state = state
        if state == .unmanaged { return .read }
        if let obstacle = state.obstacle {
            if state == .asleep { pause.reset() }
            (isForbiddenToSleep, idleReadings) = (false, 0)
            return .missing(obstacle)
        }
        if isCheckDue { checkPermission(at: now) }
        return now < pause.endNanoseconds.load(ordering: .relaxed) ? .pause : .read
    }

    private var state: RuntimePower.State {
        var buffer = InlineArray<16, UInt8>(repeating: 0)
        var bytes = buffer.mutableSpan
        do throws(AttributeError) {
            let count = try status.read(into: &bytes)
            return RuntimePower.State(buffer.span.extracting(first: count))
        } catch {
            return RuntimePower.State(error)
        }
    }

    private func checkPermission(at now: Int64) {
        nextCheckNanoseconds = now &+ Self.checkNanoseconds
        let isAllowed = power.isAllowedToSleep(in: sysfs)
        isForbiddenToSleep = isAllowed == false
        let delay = isAllowed == true ? power.autosuspendDelay(in: sysfs) : nil
        pauseNanoseconds = delay.map { ($0 + .seconds(2)).wholeNanoseconds }
        if seesPower, let length = pauseNanoseconds, length > Self.longestPauseNanoseconds { pauseNanoseconds = nil }
    }

    /// Records a power of the present reading, in watts; nil if it is not known yet. One that could not be read shows no use.
    func record(_ watts: Double?) {
        guard let watts else { return isIdle = false }
        if watts <= Self.idleWatts { return }
        isIdle = false
        pause.postpone(until: instant.monotonicNanoseconds &+ Self.checkNanoseconds)
    }

    /// Ends the present reading, and begins a pause if the device has looked idle twice.
    func end() {
        guard verdict == .read, pauseNanoseconds != nil, !isForbiddenToSleep,
            seesPower || pause.powerReaders.load(ordering: .relaxed) == 0
        else { return }
        idleReadings = isIdle ? idleReadings + 1 : 0
        guard idleReadings >= 2,
            instant.monotonicNanoseconds >= pause.nextNanoseconds.load(ordering: .relaxed)
        else { return }
        idleReadings = 0
        if power.isHeldAwake(in: sysfs) {
            pause.postpone(until: instant.monotonicNanoseconds &+ Self.checkNanoseconds)
        } else {
            beginPause()
        }
    }

    /// Begins a pause at the present reading, or the present pause again.
    func beginPause() {
        guard let pauseNanoseconds else { return }
        let end = instant.monotonicNanoseconds &+ pauseNanoseconds
        pause.endNanoseconds.store(end, ordering: .relaxed)
        pause.nextNanoseconds.store(end &+ max(8 &* pauseNanoseconds, 60_000_000_000), ordering: .relaxed)
    }
}
