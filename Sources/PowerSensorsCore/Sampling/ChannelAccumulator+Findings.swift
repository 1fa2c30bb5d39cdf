extension Finding {
    /// An energy or a power that was read, and cannot be any more; nil where the status says something else.
    ///
    /// What was forbidden or broken from the beginning has a finding of the sensor's.
    static func unreadableByNow(_ channel: Channel, _ status: ReadingStatus) -> Finding? {
        let (cause, remedy): (String, String)
        switch status {
        case .forbidden:
            cause = "the permission to read it is gone"
            remedy = "Give it back, or run this as root."
        case .io(let errno):
            cause = AttributeError(path: channel.path ?? channel.id, errno: errno).reason
            remedy = Finding.remedy(ofErrno: errno) ?? "See whether its driver says why: sudo dmesg"
        default: return nil
        }
        return Finding(
            Finding.Reason(status), of: channel, text: "\(channel.id) could be read, and cannot any more: \(cause).",
            remedy: remedy)
    }

    /// A package's counter that does not change.
    static func frozen(_ channel: Channel) -> Finding {
        Finding(
            .frozen, of: channel,
            text: "The counter of \(channel.id) has not changed for 10 s. It shows 0 W, which no package can use.",
            remedy: "Read it twice by hand; if it does not change, its driver or emulator has stopped updating it.")
    }

    /// A counter that has shown only implausible numbers for a long time.
    static func implausible(_ channel: Channel) -> Finding {
        Finding(
            .implausible, of: channel,
            text: "For 10 s \(channel.id) has been out of range, or has risen faster than its maximum power of"
                + " \(channel.maximumPower.rawValue) W allows.",
            remedy: channel.hasKnownMaximum
                ? "This hardware cannot draw that much, so the driver most likely assumes the wrong unit for the"
                    + " counter. Use a newer kernel."
                : "If its hardware can draw more, raise the limit: powersensors --max-power WATTS; if it cannot, its"
                    + " driver or firmware shows wrong numbers.")
    }

    /// A power that was possible at discovery, and is not any more.
    static func implausiblePower(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning, subject: channel.path ?? channel.id, reason: .implausible,
            text: """
                \(channel.id) shows a power that is impossible, or that contradicts the other values of the same device. \
                It has no value until that changes.
                """,
            remedy: "Compare what its files show.")
    }

    /// A source that has not answered for three of its intervals, or whose numbers do not change.
    static func stale(_ channel: Channel) -> Finding {
        let file = channel.path ?? "it"
        let (text, remedy) =
            if let known = channel.staleExplanation {
                (known.text, known.remedy)
            } else if channel.readingInterval != nil || channel.mayBlock {
                // Only a channel that is read in the background can be without an answer.
                (
                    "\(channel.id) has not answered for longer than it should take; the read is still in progress.",
                    "Read \(file) by hand; if that hangs too, its driver or the device does."
                )
            } else {
                (
                    "\(channel.id) can be read, but has not changed for longer than it should take.",
                    "Read \(file) twice by hand; if it does not change, its source has stopped."
                )
            }
        return Finding(.stale, of: channel, text: text, remedy: remedy)
    }

    /// A meter at the machine's input that reports negative power.
    static func negative(_ channel: Channel, _ power: Watts, _ scope: Scope) -> Finding {
        Finding(
            .negative, of: channel,
            text: """
                \(channel.id) shows \(power.rawValue) W, but an input cannot supply power: the figure \(scope) has no value \
                until this changes, since a smaller one would be wrong.
                """,
            remedy: "Reverse the sign of its shunt or calibration, in the device tree or in its driver's options.")
    }
}
