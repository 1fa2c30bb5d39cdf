import PowerSensors
import PowerSensorsTesting
import Testing

/// Containers may be given only a part of a sysfs: chips and supplies are found in it, or the finding says what is missing.
struct PartialSysfsTests {
    @Test(arguments: [SensorName.hwmon, .supply])
    func `a class without its devices is one finding, which blames no driver`(name: SensorName) throws {
        let machine = try machine()
        try machine.sysfs.remove("devices")
        let discovery = discover(name, machine)
        #expect(discovery.channels.isEmpty)
        #expect(discovery.findings.map(\.reason) == [.masked])
        #expect(discovery.findings.first?.text.contains("not mounted") == true)
        #expect(discovery.findings.first?.remedy?.contains("driver") == false)
    }

    @Test(arguments: [SensorName.hwmon, .supply])
    func `a class that has one device's folder shows that device`(name: SensorName) throws {
        let machine = try machine()
        try machine.sysfs.remove("devices")
        try machine.sysfs.write("meter\n", to: "class/hwmon/hwmon7/name")
        try machine.sysfs.write("5000000\n", to: "class/hwmon/hwmon7/power1_input")
        try machine.sysfs.write("Battery\n", to: "class/power_supply/BAT7/type")
        try machine.sysfs.write("5000000\n", to: "class/power_supply/BAT7/power_now")
        let channels = discover(name, machine).channels
        #expect(channels.map(\.id) == [name == .hwmon ? "hwmon/meter/virtual/power1" : "supply/BAT7/power"])
        #expect(channels.allSatisfy { $0.status == .ok })
    }

    private func discover(_ name: SensorName, _ machine: MockMachine) -> Discovery {
        name == .hwmon
            ? HwmonSensor(roots: machine.roots).discover() : PowerSupplySensor(roots: machine.roots).discover()
    }

    private func machine() throws -> MockMachine {
        let machine = try MockMachine()
        try machine.add(.chip("ina226", hardware: "i2c-1/1-0040", files: ["power1_input": "3000000"]))
        try machine.add(.supply("BAT0", files: ["status": "Discharging", "power_now": "9000000"]))
        return machine
    }
}
