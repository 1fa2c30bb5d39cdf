#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters

/// The end of `export`: orderly if it can be, and within ``limit`` whatever hangs.
///
/// A thread of its own waits for the signal, and for the end. It needs no descriptor, and no thread on which asynchronous code runs,
/// since those may be what hangs.
final class BoundedEnd: Sendable {
    /// The longest time from a signal to the exit. What takes its time by itself has less.
    private static let limit = Duration.seconds(9)

    private let thread: OwnedThread
    private let unfinished: Locked<[String]>

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - monitor: The monitor, which is stopped after a signal.
    ///   - exporters: The names of those that then have to finish.
    init(of monitor: PowerMonitor, _ exporters: [String]) throws(CommandFailure) {
        let unfinished = Locked(exporters)
        self.unfinished = unfinished
        Signals.leaveEndToCaller()
        do throws(ThreadError) {
            thread = try OwnedThread(name: "powersensors-en") {
                Signals.waitForEnd()
                monitor.endSubscriptions()
                let end = SampleInstant.monotonicNow + Self.limit.wholeNanoseconds
                SampleInstant.sleep(untilMonotonic: end)
                // Even standard error may hang.
                Signals.exitSoon()
                let isStopped = monitor.stop(within: .zero)
                StandardError.write(Self.message(of: unfinished.withLock { $0 }, sensorHangs: !isStopped))
                _exit(1)
            }
        } catch {
            throw .failure("No thread can be started: \(systemMessage(errno: error.errno)).")
        }
    }

    /// - Parameters:
    ///   - exporters: The names of those that have not finished.
    ///   - sensorHangs: Whether the monitor does not stop.
    private static func message(of exporters: [String], sensorHangs: Bool) -> String {
        if exporters.isEmpty, sensorHangs {
            return
                "ended without waiting any longer for a sensor; every target had ended before. See which device does not"
                + " answer."
        }
        let parts = exporters + (sensorHangs ? ["a sensor"] : [])
        let names = parts.isEmpty ? "its clients" : parts.joined(separator: " and ")
        return
            "ended without waiting any longer for \(names): what was not written yet is lost. See which device, file or server"
            + " does not answer."
    }

    /// Waits for the monitor to stop.
    ///
    /// - Throws: A failure if it does not, since a sensor hangs.
    static func stop(_ monitor: PowerMonitor) throws(CommandFailure) {
        if !monitor.stop(within: .seconds(2)) { throw .failure(message(of: [], sensorHangs: true)) }
    }

    /// Records that an exporter has finished.
    func finish(_ exporter: String) {
        unfinished.withLock { unfinished in
            if let index = unfinished.firstIndex(of: exporter) { unfinished.remove(at: index) }
        }
    }
}
#endif
