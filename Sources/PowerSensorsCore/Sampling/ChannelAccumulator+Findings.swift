extension Finding {
    /// A package's counter that does not change.
    static func frozen(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: .frozen,
            text: "The counter of \(channel.id) has not changed for 10 s. It shows 0 W, which no package can use.",
            remedy: "Read it twice by hand; if it does not change, its driver or emulator has stopped updating it.")
    }

    /// A counter that has shown only implausible numbers for a long time.
    static func implausible(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: .implausible,
            text: "For 10 s \(channel.id) has been out of range, or has risen faster than its maximum power of"
                + " \(channel.maximumPower.rawValue) W allows.",
            remedy: "If more power is possible, raise the limit: powersensors --max-power WATTS")
    }

    /// A source that has not answered for three of its intervals.
    static func silent(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: .stale,
            text: "\(channel.id) has not answered for three of its intervals; the read is still in progress.",
            remedy: "Read \(channel.path ?? "it") by hand; if that hangs too, reload its driver.")
    }

    /// A source that answers, but whose numbers do not change.
    static func stale(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: .stale,
            text: "\(channel.id) can be read, but has not changed for longer than it should take.",
            remedy: "Read \(channel.path ?? "it") twice by hand; if it does not change, its source has stopped.")
    }

    /// A stale source whose sensor knows the cause.
    static func stale(_ channel: Channel, _ staleExplanation: StaleExplanation) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: .stale,
            text: staleExplanation.text,
            remedy: staleExplanation.remedy)
    }

    /// A meter at the machine's input that reports negative power.
    static func negative(_ channel: Channel, _ power: Watts, _ scope: Scope) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: .negative,
            text: """
                \(channel.id) shows \(power.rawValue) W, but an input cannot supply power: the figure \(scope) has no value \
                until this changes, since a smaller one would be wrong.
                """,
            remedy:
                "Reverse the sign of its shunt or calibration, in the device tree or in its driver's options.")
    }
}
