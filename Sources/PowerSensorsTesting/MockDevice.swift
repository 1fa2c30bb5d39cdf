public import PowerSensors

/// The description of a device of a class such as `hwmon` or `power_supply`, which a ``MockMachine`` adds.
public struct MockClassDevice: Hashable, Sendable {
    /// The class, such as `hwmon`.
    public var className: String

    /// The name in the class's folder; a `#` at its end is replaced with the lowest free number.
    public var identifier: String

    /// The hardware it belongs to, as a path beneath `devices`; nil for a virtual device.
    public var hardware: String?

    /// The files' texts by name, without the final newline.
    public var files: [String: String]

    /// Files in the hardware's own folder, where older drivers keep all of theirs.
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
    ///   - name: The text of its `name` file; several chips may have the same.
    ///   - hardware: The hardware it belongs to, as a path beneath `devices`.
    ///   - files: The texts of files such as `power1_input`, without the final newline.
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
    ///   - files: The texts of files such as `power_now`, without the final newline.
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

/// A device on a mock machine.
public struct MockDevice: Sendable {
    /// The class, such as `hwmon`.
    public let className: String

    /// Its name in the class's folder, such as `hwmon0`.
    public let identifier: String

    /// The folder that holds its files, beneath sysfs.
    public let path: String

    let sysfs: MockTree

    /// The path of one of its files, such as `power1_input`, through its class.
    public func path(of file: String) -> String { "class/\(className)/\(identifier)/\(file)" }

    /// Writes one of its files and adds the newline.
    public func write(_ text: String, to file: String) throws(AttributeError) {
        try sysfs.write("\(text)\n", to: "\(path)/\(file)")
    }

    /// Injects a fault into one of its files.
    public func inject(_ fault: MockFault, at file: String) throws(AttributeError) {
        try sysfs.inject(fault, at: "\(path)/\(file)")
    }

    /// Ends the fault of one of its files.
    public func restore(_ file: String) throws(AttributeError) { try sysfs.restore("\(path)/\(file)") }
}

extension MockMachine {
    /// Adds a device as the kernel does: a folder beneath `devices`, and a link to it in its class.
    ///
    /// - Throws: The system's error if a file cannot be written.
    @discardableResult
    public func add(_ device: MockClassDevice) throws(AttributeError) -> MockDevice {
        let links = "class/\(device.className)"
        var identifier = device.identifier
        if identifier.hasSuffix("#") {
            identifier.removeLast()
            identifier += String(firstFreeNumber { "\(links)/\(identifier)\($0)" })
        }
        let parent = "devices/" + (device.hardware ?? "virtual")
        let path = "\(parent)/\(device.className)/\(identifier)"
        for (file, text) in device.files { try sysfs.write("\(text)\n", to: "\(path)/\(file)") }
        for (file, text) in device.hardwareFiles { try sysfs.write("\(text)\n", to: "\(parent)/\(file)") }
        if device.hardware != nil { try sysfs.link("\(path)/device", to: "../..") }
        try createDevice(identifier, of: device.className, at: path)
        return MockDevice(className: device.className, identifier: identifier, path: path, sysfs: sysfs)
    }

    /// Removes a device, as when it is unplugged; the files in its hardware's folder stay.
    public func remove(_ device: MockDevice) throws(AttributeError) {
        stopCounters(beneath: device.path)
        try sysfs.remove("class/\(device.className)/\(device.identifier)")
        try sysfs.remove(device.path)
    }

    /// Creates what every device of a class has: `uevent`, a link to the class and, unless `isLinked` is false, a link in
    /// the class.
    func createDevice(
        _ identifier: String, of className: String, at path: String, isLinked: Bool = true
    ) throws(AttributeError) {
        try sysfs.write("", to: "\(path)/uevent")
        let root = String(repeating: "../", count: path.split(separator: "/").count)
        try sysfs.link("\(path)/subsystem", to: "\(root)class/\(className)")
        // Last, so that a reader that follows the link finds the complete device.
        if isLinked { try sysfs.link("class/\(className)/\(identifier)", to: "../../\(path)") }
    }

    /// The lowest number whose path does not exist in sysfs.
    func firstFreeNumber(path: (Int) -> String) -> Int { (0...).first { !sysfs.exists(path($0)) } ?? 0 }
}
