extension Finding {
    /// A package whose counter does not move.
    static func frozen(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: "frozen",
            text: "The counter of \(channel.id) has stood still for 10 s; it is shown as 0 W, which no package uses.",
            remedy: "Read it twice by hand; if it does not move, its driver or emulator has stopped renewing it.")
    }

    /// A counter that has shown nothing that could be true for long.
    static func implausible(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: ReadingStatus.implausible.name,
            text: "For 10 s \(channel.id) has been beyond its range, or has risen by more than"
                + " \(channel.maximumPower.rawValue) W allow.",
            remedy: "If so much power is possible there, say so: powersensors --max-power WATTS")
    }

    /// A source that has not answered for three of its intervals.
    static func silent(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: ReadingStatus.stale.name,
            text: "\(channel.id) has not answered for three of its intervals; the read is still under way.",
            remedy: "Read \(channel.path ?? "it") by hand; where that hangs too, load its driver again.")
    }

    /// A source that answers, and whose numbers do not change.
    static func standstill(_ channel: Channel) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: ReadingStatus.stale.name,
            text: "\(channel.id) is answered, and what answers has stood still for longer than it should.",
            remedy: "Read \(channel.path ?? "it") twice by hand; if it does not change, what renews it has stopped.")
    }

    /// A source of which more is known than that it stands still.
    static func standstill(_ channel: Channel, _ standstill: Standstill) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: ReadingStatus.stale.name,
            text: standstill.text,
            remedy: standstill.remedy)
    }

    /// A meter at the machine's input that says that power flows out of it.
    static func negative(_ channel: Channel, _ power: Watts, _ scope: Scope) -> Finding {
        Finding(
            severity: .warning,
            subject: channel.path ?? channel.id,
            reason: "negative",
            text: """
                \(channel.id) shows \(power.rawValue) W, and no machine feeds its input: the figure \(scope) has no value \
                meanwhile, where a smaller one would be wrong.
                """,
            remedy:
                "Have its shunt or its calibration turned round, in the board's description or its driver's options.")
    }
}
