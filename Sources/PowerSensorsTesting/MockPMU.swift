public import PowerSensors

/// The description of a perf PMU that counts energy, which a ``MockMachine`` adds.
///
/// Its files only describe the events: these are opened by number through the kernel, never through the files.
public struct MockPMU: Hashable, Sendable {
    /// An event and its register's unit.
    public struct Event: Hashable, Sendable {
        /// The name, such as `energy-pkg`.
        public var name: String

        /// The kernel's number for the event, such as 2.
        public var code: UInt64

        /// The n of the register's unit of 2⁻ⁿ J.
        public var registerExponent: Int

        /// Describes an event.
        public init(_ name: String, code: UInt64, registerExponent: Int = 14) {
            self.name = name
            self.code = code
            self.registerExponent = registerExponent
        }
    }

    /// The name, such as `power`.
    public var name = "power"

    /// The type number that the kernel assigned.
    public var type: UInt32 = 23

    /// One processor of each package, die or core.
    public var processors: [Int]

    /// The events that it counts.
    public var events: [Event]

    /// The text of each event's `.scale` file: the joules of one count of the kernel's sum, by default 2⁻³².
    public var scale = "2.3283064365386962890625e-10"

    /// Describes a PMU.
    public init(_ name: String = "power", processors: [Int] = [0], events: [Event]) {
        self.name = name
        self.processors = processors
        self.events = events
    }

    /// The PMU of an Intel server, with packages, cores and memory, which has a unit of its own.
    public static func intelServer(processors: [Int] = [0]) -> MockPMU {
        MockPMU(
            processors: processors,
            events: [
                Event("energy-pkg", code: 2), Event("energy-cores", code: 1),
                Event("energy-ram", code: 3, registerExponent: 16),
            ])
    }

    /// The PMU of an Intel client, with graphics and the platform as well.
    public static func intelClient() -> MockPMU {
        MockPMU(events: [
            Event("energy-pkg", code: 2), Event("energy-cores", code: 1), Event("energy-ram", code: 3),
            Event("energy-gpu", code: 4), Event("energy-psys", code: 5),
        ])
    }

    /// The PMU of AMD packages.
    public static func amd(processors: [Int] = [0]) -> MockPMU {
        MockPMU(processors: processors, events: [Event("energy-pkg", code: 2, registerExponent: 16)])
    }

    /// The PMU of AMD cores, which exists since Linux 6.14.
    public static func amdCores(processors: [Int]) -> MockPMU {
        var pmu = MockPMU(
            "power_core", processors: processors, events: [Event("energy-core", code: 1, registerExponent: 16)])
        pmu.type = 24
        return pmu
    }
}

extension MockMachine {
    /// Writes a PMU's files as the kernel does.
    ///
    /// - Throws: The system's error if a file cannot be written.
    public func add(pmu: MockPMU) throws(AttributeError) {
        let path = "devices/\(pmu.name)"
        try sysfs.write("\(pmu.type)\n", to: "\(path)/type")
        try sysfs.write("\(pmu.processors.map(String.init).joined(separator: ","))\n", to: "\(path)/cpumask")
        try sysfs.write("config:0-7\n", to: "\(path)/format/event")
        for event in pmu.events {
            let digits = String(event.code, radix: 16)
            let code = String(repeating: "0", count: max(2 - digits.count, 0)) + digits
            try sysfs.write("event=0x\(code)\n", to: "\(path)/events/\(event.name)")
            try sysfs.write("\(pmu.scale)\n", to: "\(path)/events/\(event.name).scale")
            try sysfs.write("Joules\n", to: "\(path)/events/\(event.name).unit")
        }
        try sysfs.link("bus/event_source/devices/\(pmu.name)", to: "../../../\(path)")
    }

    /// Removes a PMU's files, as when its driver is unloaded.
    public func remove(pmu: MockPMU) throws(AttributeError) {
        try sysfs.remove("bus/event_source/devices/\(pmu.name)")
        try sysfs.remove("devices/\(pmu.name)")
    }
}
