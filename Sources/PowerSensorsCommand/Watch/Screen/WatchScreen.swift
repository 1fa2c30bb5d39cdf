#if Exporters
import Glibc
import PowerSensors
import PowerSensorsExporters

/// The screen of `watch`: it waits for keys and signals between two samples, and draws.
///
/// There is no thread for it: what waits for the next sample waits for keys too.
final class WatchScreen {
    /// The least time between two frames of new figures in nanoseconds; more than twenty a second nobody can read.
    private static let frameInterval: Int64 = 50_000_000

    private var state: ScreenState
    private let encoder: ScreenEncoder
    private var keys = ScreenKeyReader()
    private var listens: Bool
    private var size: (rows: Int, columns: Int)
    /// Whether the terminal is left to others for now.
    private var isHidden = true
    /// When the latest frame was drawn, on CLOCK_MONOTONIC.
    private var drawn: Int64 = 0
    /// Whether there are figures that no frame has shown.
    private var isStale = false
    /// What went wrong while it was drawn.
    private var failure: CommandFailure?

    /// Whether standard output is a terminal that a screen can be shown on.
    static var isPossible: Bool { StandardOutput.isTerminal && !TextStyle.isDumb }

    /// Shows the screen until ``close()``.
    init(_ watch: Watch) {
        listens = TerminalMode.hasKeys
        state = ScreenState(
            node: watch.settings.node, interval: watch.settings.interval, top: watch.top,
            showsAll: watch.settings.isVerbose, hasKeys: listens)
        let style = TextStyle.standardOutput(redraws: true)
        encoder = ScreenEncoder(hasColour: style.hasColour, characters: .ofLocale)
        size = Self.currentSize
        Signals.watchStops()
        showIfPossible()
    }

    deinit { TerminalMode.restore() }

    /// Whether the command is to end.
    var isOver: Bool { state.isOver || failure != nil || Signals.isEndRequested }

    /// Shows new figures.
    func show(_ snapshot: Snapshot, _ findings: [Finding]) {
        state.record(snapshot, findings: findings)
        isStale = true
        handleSignals()
        // There may be no time to wait before the next ones.
        readKeys(within: 0)
        _ = drawIfDue()
    }

    /// Waits until a moment of CLOCK_MONOTONIC and does what keys ask for meanwhile; returns earlier if the command is to end.
    func wait(untilMonotonic moment: Int64) {
        while true {
            handleSignals()
            let next = min(moment, drawIfDue() ?? moment)
            let left = next - SampleInstant.monotonicNow
            if isOver || left <= 0 { return }
            let milliseconds = left / 1_000_000
            // poll(2) knows no less than a millisecond.
            if !readKeys(within: Int32(clamping: milliseconds)), milliseconds == 0 {
                SampleInstant.sleep(untilMonotonic: next)
                if next == moment { return }
            }
        }
    }

    /// Leaves the screen.
    ///
    /// - Throws: What went wrong while it was drawn.
    func close() throws(CommandFailure) {
        TerminalMode.dropKeys()
        TerminalMode.restore()
        if let failure { throw failure }
    }

    // MARK: Keys and signals

    /// Does what the next keys ask for.
    ///
    /// - Parameter milliseconds: How long to wait for them.
    /// - Returns: Whether there were any.
    @discardableResult
    private func readKeys(within milliseconds: Int32) -> Bool {
        var input = pollfd(
            fd: listens && !isHidden && TerminalMode.ownsKeys ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&input, 1, milliseconds) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(STDIN_FILENO, $0.baseAddress, $0.count) }
        if count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN) {
            // The keyboard is gone; without this, each poll would return at once.
            listens = false
        }
        var hasChanged = false
        for key in keys.keys(in: buffer.prefix(max(count, 0))) where state.press(key) { hasChanged = true }
        if hasChanged, !state.isOver { draw() }
        return true
    }

    private func handleSignals() {
        if Signals.takeStop() { stop() }
        if Signals.takeContinue() || isHidden { showIfPossible() }
        if Signals.takeResize() {
            size = Self.currentSize
            draw()
        }
    }

    /// Stops the process as a shell expects it, with the terminal as it was.
    private func stop() {
        TerminalMode.restore()
        isHidden = true
        Signals.stop()
    }

    private func showIfPossible() {
        isHidden = TerminalMode.isInBackground
        if isHidden { return }
        size = Self.currentSize
        TerminalMode.begin()
        draw()
    }

    // MARK: Drawing

    /// Draws new figures unless the latest frame is too young.
    ///
    /// - Returns: When they are due; nil if there are none.
    private func drawIfDue() -> Int64? {
        guard isStale, !isHidden else { return nil }
        if SampleInstant.monotonicNow < drawn + Self.frameInterval { return drawn + Self.frameInterval }
        draw()
        return nil
    }

    private func draw() {
        if isHidden || failure != nil { return }
        (drawn, isStale) = (SampleInstant.monotonicNow, false)
        var frame = ScreenFrame(state, rows: size.rows, columns: size.columns)
        if state.showsFindings {
            state.limitScroll(to: frame.scrollLimit)
            frame = ScreenFrame(state, rows: size.rows, columns: size.columns)
        }
        do throws(CommandFailure) {
            try StandardOutput.write(encoder.bytes(frame.lines))
        } catch {
            failure = error
        }
    }

    private static var currentSize: (rows: Int, columns: Int) { StandardOutput.size ?? (24, 80) }
}
#endif
