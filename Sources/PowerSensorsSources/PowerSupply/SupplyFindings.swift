import Glibc
import PowerSensorsCore

// What can be wrong with power supplies, and how to fix it.

extension AttributeError {
    /// Whether the error means that the driver does not know the value at the moment, rather than that reading failed.
    var meansUnknownValue: Bool { errno == ENODEV || errno == ENODATA }
}

extension Finding {
    private static let seeMessages = "See whether its driver says why: sudo dmesg"

    static let noSupplies = Finding(
        severity: .info, subject: PowerSupply.classPath, reason: .absent,
        text: "The kernel lists no battery and no other power supply.")

    /// A supply whose type or scope cannot be read.
    static func unidentifiedSupply(_ file: String, unknown: String, _ error: AttributeError) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: Finding.Reason(error.status),
            text: "\(unknown) cannot be read: \(error.reason). It is shown, but counts in no figure.",
            remedy: seeMessages)
    }

    /// A battery supplies the machine, but shows a power of 0 W.
    static func unknownRate(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: supply.path, reason: .rateless,
            text: """
                \(supply.name) discharges at a rate of 0, and nothing else feeds the machine: its firmware does not \
                know the rate, so it is unknown here too, unless what the battery stores shows it.
                """,
            remedy: "Wait a minute until its fuel gauge is updated; if that does not help, update its firmware.")
    }

    static func unreadableSupply(_ file: String, _ error: AttributeError, in sysfs: SystemRoot) -> Finding {
        guard error.meansUnknownValue else { return unreadable(file, error, in: sysfs) }
        return Finding(
            severity: .info, subject: file, reason: Finding.Reason(error.status),
            text: "The driver does not know the value at the moment: \(error.reason).")
    }

    static func implausibleSupply(_ file: String, _ number: Int64) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: .implausible,
            text: "The file shows \(number), which cannot be true.", remedy: seeMessages)
    }

    /// There are batteries, but none discharges. They show the host's power only while they supply it.
    static let onMains = Finding(
        severity: .info, subject: PowerSupply.classPath, reason: .idle,
        text: "No battery discharges, so the figure of scope battery has no value until one does.")

    /// A battery shows zeros for everything.
    static func blank(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: supply.path, reason: .contradictory,
            text: """
                \(supply.name) shows 0 for voltage, power and what it stores, which no battery does, so none of its values \
                is used. Some firmware does so after a resume.
                """,
            remedy: "Nothing needs to be done; its values are used again as soon as one of these is not 0.")
    }

    /// A battery's power is neither near to the product of its current and voltage, nor known to be the right one.
    static func contradictoryRate(_ supply: PowerSupply, shown: Double, product: Double) -> Finding {
        let (shown, product) = (fixed(shown, decimals: 2), fixed(product, decimals: 2))
        return Finding(
            severity: .warning, subject: "\(supply.path)/power_now", reason: .contradictory,
            text: """
                \(supply.name) shows a power of \(shown) W, but its current and voltage multiply to \(product) W, so neither \
                is believed.
                """,
            remedy: """
                Nothing needs to be done: while the battery discharges, its power is computed from its stored energy, \
                as soon as that has fallen by four steps over half a minute or more.
                """)
    }

    /// A battery holds more than it can.
    static func overfull(_ file: String, _ number: Int64) -> Finding {
        Finding(
            severity: .warning, subject: file, reason: .implausible,
            text: "The file shows \(number), more than four times what the battery says that it can hold.",
            remedy: "Compare it with the files next to it that end in _full and _full_design: one of them is wrong.")
    }

    /// A supply that the user leaves out.
    static func ignored(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .info, subject: supply.path, reason: .ignored,
            text: "The supply \(supply.name) is left out, as you asked. Only what kind of supply it is was read.")
    }

    /// One of the batteries is left out.
    static let incompleteBattery = Finding(
        severity: .info, subject: PowerSupply.classPath, reason: .ignored,
        text: "The figure battery lacks a battery that is left out, as you asked, so it has no value.")

    /// A port shows what was negotiated in a USB Power Delivery contract.
    static func negotiated(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .info, subject: supply.path, reason: .nominal,
            text: """
                \(supply.name) shows the voltage and current that the charger has agreed to supply at most, not what flows, \
                so they are nominal and have no energy.
                """)
    }

    /// It is unknown whether a battery supplies the machine.
    static func undecided(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: "\(supply.path)/status", reason: .unknown,
            text: """
                \(supply.name) does not report its status, and no mains adapter reports being unplugged, so it is \
                unknown whether \(supply.name) feeds the machine.
                """,
            remedy: """
                Unplug the charger and run this again: if the status is still unknown, its firmware does not say, and the \
                figure battery remains unknown.
                """)
    }

    /// A supply feeds something other than the machine.
    static func peripheral(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .info, subject: supply.path, reason: .peripheral,
            text: "\(supply.name) feeds a device other than the machine, so it counts in no figure of the host.")
    }

    /// A battery does not show whether it supplies the machine.
    static func undirected(_ supply: PowerSupply) -> Finding {
        Finding(
            severity: .warning, subject: "\(supply.path)/status", reason: .absent,
            text: "The battery has no status, so it is unknown when it feeds the machine; it counts in no figure.",
            remedy: seeMessages)
    }
}
