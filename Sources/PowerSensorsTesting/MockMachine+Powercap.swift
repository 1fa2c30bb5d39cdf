public import PowerSensors

extension MockMachine {
    /// Adds a control type as the kernel does, or adds zones to an existing one.
    ///
    /// The zones' folders are nested beneath `devices/virtual/powercap`; `class/powercap` has a flat list of links to them.
    ///
    /// - Returns: The top zones, in order.
    /// - Throws: The system's error if a file cannot be written.
    @discardableResult
    public func add(_ controlType: MockControlType) throws(AttributeError) -> [MockPowercapZone] {
        let folder = "\(powercapLayout.folder)/\(controlType.name)"
        if !sysfs.exists(folder) {
            try sysfs.write("1\n", to: "\(folder)/enabled")
            try createDevice(controlType.name, of: "powercap", at: folder, isLinked: powercapLayout == .linked)
        }
        return try controlType.zones.map { zone throws(AttributeError) in
            let created = try create(zone, in: folder, parent: controlType.name, controlType: controlType.name)
            // Immediately, so that a later zone of the same type may mirror it.
            state.withLock { $0.zones.append(created) }
            return created
        }
    }

    /// Adds a zone inside another, as when a domain comes back.
    ///
    /// - Throws: The system's error if a file cannot be written.
    @discardableResult
    public func add(_ zone: MockZone, in parent: MockPowercapZone) throws(AttributeError) -> MockPowercapZone {
        let created = try create(zone, in: parent.path, parent: parent.identifier, controlType: parent.controlType)
        state.withLock { $0.zones.add(created, in: parent.path) }
        return created
    }

    /// The zone at a path of names, such as `package-0/core`; nil if there is none.
    public func zone(_ names: String, of controlType: String = "intel-rapl") -> MockPowercapZone? {
        zone(at: "\(controlType)/\(names)")
    }

    /// The zone at a path of its control type's name and the zones' names.
    private func zone(at path: String) -> MockPowercapZone? {
        let names = path.split(separator: "/").map(String.init)
        var found: [MockPowercapZone] = []
        var inside = state.withLock { $0.zones }.filter { $0.controlType == names.first }
        for name in names.dropFirst() {
            found = inside.filter { $0.name == name }
            inside = found.flatMap(\.children)
        }
        return found.first
    }

    /// Removes a zone and the zones inside it, as when its package goes offline.
    ///
    /// Its number becomes free. Open descriptors keep showing the last number, whereas the kernel's fail with ENODEV.
    public func remove(_ zone: MockPowercapZone) throws(AttributeError) {
        stopCounters(beneath: zone.path)
        if powercapLayout == .linked {
            for member in zone.family { try sysfs.remove("class/powercap/\(member.identifier)") }
        }
        try sysfs.remove(zone.path)
        state.withLock { $0.zones.remove(zone.path) }
    }

    private func create(
        _ zone: MockZone, in folder: String, parent: String, controlType: String
    ) throws(AttributeError) -> MockPowercapZone {
        let number = zone.number ?? firstFreeNumber { "\(folder)/\(parent):\(String($0, radix: 16))" }
        let identifier = "\(parent):\(String(number, radix: 16))"
        let path = "\(folder)/\(identifier)"
        try sysfs.writeReadOnly("\(zone.name)\n", to: "\(path)/name")
        try sysfs.write(zone.isEnabled ? "1\n" : "0\n", to: "\(path)/enabled")
        for (index, constraint) in zone.constraints.enumerated() {
            try create(constraint, as: "\(path)/constraint_\(index)")
        }
        let counter = try createCounter(of: zone, at: path)
        let children = try zone.children.map { child throws(AttributeError) in
            try create(child, in: path, parent: identifier, controlType: controlType)
        }
        try sysfs.link("\(path)/device", to: "../../\(parent)")
        let isLinked = powercapLayout == .linked
        try createDevice(identifier, of: "powercap", at: path, isLinked: isLinked)
        return MockPowercapZone(
            name: zone.name,
            identifier: identifier,
            controlType: controlType,
            path: path,
            counter: counter,
            children: children,
            shownPath: isLinked ? "class/powercap/\(identifier)" : path,
            sysfs: sysfs
        )
    }

    private func createCounter(of zone: MockZone, at path: String) throws(AttributeError) -> MockCounter? {
        let file = "\(path)/energy_uj"
        var counter: MockCounter?
        if let mirrored = zone.mirrorOf.flatMap({ self.zone(at: $0)?.counter }) {
            try mirrored.show(at: file)
            counter = mirrored
        } else if let register = zone.register {
            counter = try addCounter(register, at: file, power: zone.power, startCount: zone.startCount)
        }
        if let counter {
            try sysfs.setPermissions(0o400, of: file)
            try sysfs.writeReadOnly("\(counter.register.shownRange)\n", to: "\(path)/max_energy_range_uj")
        } else {
            try sysfs.writeReadOnly("\(zone.power.microwatts)\n", to: "\(path)/power_uw")
            let maximum = zone.constraints.first?.maximum ?? zone.power
            try sysfs.writeReadOnly("\(maximum.microwatts)\n", to: "\(path)/max_power_range_uw")
        }
        return counter
    }

    private func create(_ constraint: MockConstraint, as prefix: String) throws(AttributeError) {
        try sysfs.writeReadOnly("\(constraint.name)\n", to: "\(prefix)_name")
        try sysfs.write("\(constraint.limit.microwatts)\n", to: "\(prefix)_power_limit_uw")
        if let window = constraint.window {
            try sysfs.write("\(window.attoseconds / 1_000_000_000_000)\n", to: "\(prefix)_time_window_us")
        }
        if let maximum = constraint.maximum {
            try sysfs.writeReadOnly("\(maximum.microwatts)\n", to: "\(prefix)_max_power_uw")
        }
    }
}

extension [MockPowercapZone] {
    /// Adds a zone to those inside the zone at a path.
    fileprivate mutating func add(_ zone: MockPowercapZone, in parent: String) {
        for index in indices {
            if self[index].path == parent { self[index].children.append(zone) }
            self[index].children.add(zone, in: parent)
        }
    }

    /// Removes the zone at a path.
    fileprivate mutating func remove(_ path: String) {
        removeAll { $0.path == path }
        for index in indices { self[index].children.remove(path) }
    }
}

extension MockTree {
    /// Writes a file that may only be read, as most of the kernel's.
    func writeReadOnly(_ text: String, to path: String) throws(AttributeError) {
        try write(text, to: path)
        try setPermissions(0o444, of: path)
    }
}
