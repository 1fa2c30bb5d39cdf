public import PowerSensors

/// Which part of powercap's folders a mock machine has.
package enum MockPowercapLayout: CaseIterable, Sendable {
    /// All of them, as in the kernel's sysfs: nested folders of devices, and the class with a link to each.
    case linked

    /// Only the nested folders, where the class would have a link to each control type, as in a container that is given
    /// `class/powercap/intel-rapl`.
    case nested

    /// Only the devices, without the class.
    case devices

    var folder: String { self == .nested ? "class/powercap" : "devices/virtual/powercap" }
}

/// A powercap zone on a mock machine.
public struct MockPowercapZone: Sendable {
    /// The text of its `name` file.
    public let name: String

    /// The zone's folder in `class/powercap`, such as `intel-rapl:0:a`.
    public let identifier: String

    /// The control type it belongs to.
    public let controlType: String

    /// The folder of its files beneath sysfs; `class/powercap` has a link to it.
    public let path: String

    /// Its energy counter; nil for a zone that shows only its power.
    public let counter: MockCounter?

    /// The zones inside it.
    public internal(set) var children: [MockPowercapZone]

    /// The path through its class, if that has a link to it.
    let shownPath: String

    let sysfs: MockTree

    /// The path of one of its files, such as `energy_uj`, through its class.
    public func path(of file: String) -> String { "\(shownPath)/\(file)" }

    /// Injects a fault into one of its files.
    public func inject(_ fault: MockFault, at file: String) throws(AttributeError) {
        try sysfs.inject(fault, at: "\(path)/\(file)")
    }

    /// Ends the fault of one of its files.
    public func restore(_ file: String) throws(AttributeError) { try sysfs.restore("\(path)/\(file)") }

    /// Writes the text of one of its files.
    public func write(_ text: String, to file: String) throws(AttributeError) {
        try sysfs.write(text, to: "\(path)/\(file)")
    }

    /// Sets the power of the counter, or the text of `power_uw`.
    public func set(power: Watts) throws(AttributeError) {
        if let counter {
            counter.power = power
        } else {
            try write("\(power.microwatts)\n", to: "power_uw")
        }
    }

    /// The zone and all its descendants.
    var family: [MockPowercapZone] { [self] + children.flatMap(\.family) }
}

extension Watts {
    /// The power rounded to µW.
    var microwatts: Int64 { Int64((rawValue * 1_000_000).rounded()) }
}
