#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Learns from what a machine does anyway, for minutes or for days, in bounded memory.
///
/// What was learned is saved every few minutes and at the end, so that a restart loses little, and a later run goes on with
/// it. While a profile exists, it is compared with what is measured; one that no longer fits is learned again.
struct PassiveCalibration {
    /// The time between two saves.
    private static let saveInterval = Duration.seconds(300)

    private let output: String?
    private let state: String?

    init(_ calibration: Calibration) {
        output = calibration.output
        state = calibration.state
    }

    /// What changes while it watches.
    private struct Progress {
        var learned: LearnedFile.Content
        let profile: CalibrationProfile?
        var drift: ProfileDrift?
        var saved = SampleInstant.monotonicNow
        var latest = SampleInstant.monotonicNow
    }

    /// Watches, and returns what was learned, with what earlier runs had learned.
    func watch(for time: Duration, _ meter: inout CalibrationMeter) throws(CommandFailure) -> CalibrationBins {
        let profile = profile(like: meter)
        var current = Progress(
            learned: LearnedFile.Content(from: meter), profile: profile, drift: profile.map { ProfileDrift($0) })
        if let state, let learned = try LearnedFile.read(state, for: meter) {
            StandardError.write("going on with \(learned.bins.windows) measurements of earlier runs.")
            current.learned = learned
        }
        let progress = ProgressLine("calibrate")
        let total = time + meter.window
        meter.findRhythm(within: min(time / 4, .seconds(120)), unless: { Signals.isEndRequested }) { _ in
            progress.show("watching", left: total - progress.elapsed)
        }
        Calibration.tell(meter)
        let isEnded = {
            progress.show("watching", left: total - progress.elapsed)
            return Signals.isEndRequested
        }
        meter.forEachPoint(for: time, unless: isEnded) { record($0, &current) }
        save(current.learned)
        if Signals.isEndRequested {
            StandardError.write("stopped early; the profile covers what was measured so far.")
        }
        return current.learned.bins
    }

    /// The profile that is being kept up to date; nil if there is none, or one of other hardware.
    func profile(like meter: borrowing CalibrationMeter) -> CalibrationProfile? {
        guard let output, let profile = try? ProfileFile.read(output), profile.scope == meter.scope,
            profile.hardware == meter.hardware
        else { return nil }
        return profile
    }

    private func record(_ point: CalibrationPoint, _ current: inout Progress) {
        let now = SampleInstant.monotonicNow
        // A window without a point, as during a suspend, says nothing of the time between.
        let time = min(Duration.nanoseconds(now - current.latest), .seconds(60))
        current.latest = now
        switch current.drift?.record(point, over: time) {
        case .began:
            let isGivenUp = current.learned.giveUp(since: current.profile)
            StandardError.write(
                "\(output ?? "profile"): \(current.drift?.text ?? "it no longer fits"). "
                    + (isGivenUp ? "What was learned before is given up." : "What was learned since then is kept."))
        case .ended:
            StandardError.write("\(output ?? "profile"): the profile fits again.")
            current.learned.keepAll()
        case nil: break
        }
        current.learned.bins.add(point)
        if now - current.saved >= Self.saveInterval.wholeNanoseconds {
            current.saved = now
            save(current.learned)
        }
    }

    /// Keeps what was learned. What cannot be saved is told, and does not end days of watching.
    private func save(_ learned: LearnedFile.Content) {
        guard let state else { return }
        do throws(CommandFailure) {
            try LearnedFile.write(learned, to: state)
        } catch {
            StandardError.write(error.line)
        }
    }
}
#endif
