public import PowerSensors

/// What a device of a class such as `hwmon` or `power_supply` is to be: a description, from which a
/// ``MockMachine`` lays the files.
public struct MockClassDevice: Hashable, Sendable {
    /// The class, such as `hwmon`.
    public var className: String

    /// The name in the class's folder; one that ends in `#` gets the lowest free number in its place.
    public var identifier: String

    /// The hardware it belongs to, as a path beneath `devices`; nil for a virtual device.
    public var hardware: String?

    /// Its files by name, each without its last newline.
    public var files: [String: String]

    /// Files of the hardware itself, where older drivers keep all of theirs.
    public var hardwareFiles: [String: String] = [:]

    /// Describes a device.
    public init(className: String, identifier: String, hardware: String? = nil, files: [String: String]) {
        self.className = className
        self.identifier = identifier
        self.hardware = hardware
        self.files = files
    }

    /// A hardware-monitoring chip, numbered as the kernel does.
    ///
    /// - Parameters:
    ///   - name: What its `name` file says; several chips may have one name.
    ///   - hardware: The hardware it belongs to, as a path beneath `devices`.
    ///   - files: Such as `power1_input`, each without its last newline.
    public static func chip(
        _ name: String,
        hardware: String? = nil,
        files: [String: String] = [:]
    ) -> MockClassDevice {
        let files = files.merging(["name": name]) { own, _ in own }
        return MockClassDevice(className: "hwmon", identifier: "hwmon#", hardware: hardware, files: files)
    }

    /// A chip of an older driver, which keeps its name and values in `device/`.
    public static func olderChip(
        _ name: String,
        hardware: String,
        files: [String: String] = [:]
    ) -> MockClassDevice {
        var chip = chip(name, hardware: hardware, files: files)
        swap(&chip.files, &chip.hardwareFiles)
        return chip
    }

    /// A power supply.
    ///
    /// - Parameters:
    ///   - identifier: Such as `BAT0` or `AC`.
    ///   - type: `Battery`, `Mains`, `USB` or `UPS`.
    ///   - hardware: The hardware it belongs to, as a path beneath `devices`.
    ///   - files: Such as `power_now`, each without its last newline.
    public static func supply(
        _ identifier: String,
        type: String = "Battery",
        hardware: String? = nil,
        files: [String: String] = [:]
    ) -> MockClassDevice {
        let files = files.merging(["type": type]) { own, _ in own }
        return MockClassDevice(className: "power_supply", identifier: identifier, hardware: hardware, files: files)
    }
}

/// A device whose files are laid.
public struct MockDevice: Sendable {
    /// The class, such as `hwmon`.
    public let className: String

    /// Its name in the class's folder, such as `hwmon0`.
    public let identifier: String

    /// The folder that holds its files, beneath sysfs.
    public let path: String

    let sysfs: MockTree

    /// The path of one of its files, such as `power1_input`, as readers find it.
    public func path(of file: String) -> String { "class/\(className)/\(identifier)/\(file)" }

    /// Writes one of its files; the newline is added.
    public func write(_ text: String, to file: String) throws(AttributeError) {
        try sysfs.write("\(text)\n", to: "\(path)/\(file)")
    }

    /// Makes something wrong with one of its files.
    public func inject(_ fault: MockFault, at file: String) throws(AttributeError) {
        try sysfs.inject(fault, at: "\(path)/\(file)")
    }

    /// Makes one of its files right again.
    public func restore(_ file: String) throws(AttributeError) { try sysfs.restore("\(path)/\(file)") }
}

extension MockMachine {
    /// Lays a device's files as the kernel does: a folder beneath `devices`, and a link to it in its class.
    ///
    /// - Throws: What the system says where a file cannot be written.
    @discardableResult
    public func add(_ device: MockClassDevice) throws(AttributeError) -> MockDevice {
        let links = "class/\(device.className)"
        let identifier = firstFree(device.identifier, in: links)
        let parent = "devices/" + (device.hardware ?? "virtual")
        let path = "\(parent)/\(device.className)/\(identifier)"
        for (file, text) in device.files { try sysfs.write("\(text)\n", to: "\(path)/\(file)") }
        for (file, text) in device.hardwareFiles { try sysfs.write("\(text)\n", to: "\(parent)/\(file)") }
        if device.hardware != nil { try sysfs.link("\(path)/device", to: "../..") }
        try layDevice(identifier, of: device.className, at: path)
        return MockDevice(className: device.className, identifier: identifier, path: path, sysfs: sysfs)
    }

    /// Removes a device, as when it is unplugged; its hardware's own files stay.
    public func remove(_ device: MockDevice) throws(AttributeError) {
        stopCounters(beneath: device.path)
        try sysfs.remove("class/\(device.className)/\(device.identifier)")
        try sysfs.remove(device.path)
    }

    /// What every device of a class has: an event file, the way to its class, and its link in the class.
    func layDevice(_ identifier: String, of className: String, at path: String) throws(AttributeError) {
        try sysfs.write("", to: "\(path)/uevent")
        let way = String(repeating: "../", count: path.split(separator: "/").count)
        try sysfs.link("\(path)/subsystem", to: "\(way)class/\(className)")
        // Last, so that a reader who follows the link finds all of the device.
        try sysfs.link("class/\(className)/\(identifier)", to: "../../\(path)")
    }

    private func firstFree(_ identifier: String, in folder: String) -> String {
        guard identifier.hasSuffix("#") else { return identifier }
        var number = 0
        while sysfs.exists("\(folder)/\(identifier.dropLast())\(number)") { number += 1 }
        return "\(identifier.dropLast())\(number)"
    }
}
