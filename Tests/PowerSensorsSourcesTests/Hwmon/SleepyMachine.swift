import PowerSensors
import PowerSensorsTestSupport
import PowerSensorsTesting

/// A machine with a graphics processor that may sleep.
struct SleepyMachine {
    static let device = "pci0000:00/0000:00:02.1/0000:0a:00.0"
    static let power = "devices/\(device)/power"

    let mock: MockMachine
    let chip: MockDevice
    let clock = ManualClock()

    init(
        status: String?, control: String? = "auto", delay: String? = "3000", driver: String? = "amdgpu",
        name: String = "amdgpu",
        files: [String: String] = ["power1_average": "8000000", "power1_label": "PPT", "temp1_input": "41000"]
    ) throws {
        mock = try MockMachine()
        chip = try mock.add(.chip(name, hardware: Self.device, files: files))
        for (file, text) in [("runtime_status", status), ("control", control), ("autosuspend_delay_ms", delay)] {
            if let text { try write(text, to: file) }
        }
        if let driver {
            try mock.sysfs.link("devices/\(Self.device)/driver", to: "../../../../bus/pci/drivers/\(driver)")
        }
    }

    /// Writes a file of the device's runtime power management.
    func write(_ text: String, to file: String) throws {
        try mock.sysfs.write("\(text)\n", to: "\(Self.power)/\(file)")
    }

    /// Watches the files of the chip and its device, without those of runtime power management.
    func openedFiles() throws -> OpenedFiles {
        try OpenedFiles(in: [chip.path, "devices/\(Self.device)"], of: mock)
    }

    func sensor(ignoring: String...) -> HwmonSensor {
        HwmonSensor(
            roots: mock.roots, ignored: IgnoredChannels(ignoring), descriptorBudget: nil,
            now: { [clock] in clock.instant })
    }

    func sampler() throws -> Sampler { try Sampler(SensorSet(only: [sensor()]), now: { clock.instant }) }
}
