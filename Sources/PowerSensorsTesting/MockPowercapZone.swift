public import PowerSensors

/// A powercap zone whose files are laid.
public struct MockPowercapZone: Sendable {
    /// What its `name` file says.
    public let name: String

    /// The zone's folder in `class/powercap`, such as `intel-rapl:0:a`.
    public let identifier: String

    /// The control type it belongs to.
    public let controlType: String

    /// The folder that holds its files, beneath sysfs; `class/powercap` has a link to it.
    public let path: String

    /// Its energy; nil for a zone that shows only its power.
    public let counter: MockCounter?

    /// The zones inside it.
    public let children: [MockPowercapZone]

    let sysfs: MockTree

    /// The path of one of its files, such as `energy_uj`, as readers find it.
    public func path(of file: String) -> String { "class/powercap/\(identifier)/\(file)" }

    /// Makes something wrong with one of its files.
    public func inject(_ fault: MockFault, at file: String) throws(AttributeError) {
        try sysfs.inject(fault, at: "\(path)/\(file)")
    }

    /// Makes one of its files right again.
    public func restore(_ file: String) throws(AttributeError) { try sysfs.restore("\(path)/\(file)") }

    /// Writes the text of one of its files.
    public func write(_ text: String, to file: String) throws(AttributeError) {
        try sysfs.write(text, to: "\(path)/\(file)")
    }

    /// Sets the power: what the counter runs at, or what `power_uw` shows.
    public func set(power: Watts) throws(AttributeError) {
        if let counter {
            counter.power = power
        } else {
            try write("\(power.microwatts)\n", to: "power_uw")
        }
    }

    /// The zone that a path of names leads to, such as `core`; an empty path leads here.
    func descendant(_ names: ArraySlice<Substring>) -> MockPowercapZone? {
        guard let first = names.first else { return self }
        for child in children where child.name == first {
            if let found = child.descendant(names.dropFirst()) { return found }
        }
        return nil
    }

    /// The zone and all that are in it.
    var family: [MockPowercapZone] { [self] + children.flatMap(\.family) }
}

extension Watts {
    /// The nearest number of µW.
    var microwatts: Int64 { Int64((rawValue * 1_000_000).rounded()) }
}
