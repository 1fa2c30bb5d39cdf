import PowerSensors
import PowerSensorsTesting
import Testing

struct MockDeviceTests {
    @Test
    func `chips are numbered, and lie in the folder of their hardware`() throws {
        let machine = try MockMachine()
        let sysfs = machine.sysfs
        try machine.add(.chip("ina226", hardware: "platform/i2c-1/1-0040", files: ["power1_input": "65000000"]))
        try machine.add(.chip("virtual"))
        #expect(
            try sysfs.target(of: "class/hwmon/hwmon0") == "../../devices/platform/i2c-1/1-0040/hwmon/hwmon0"
        )
        #expect(try sysfs.target(of: "class/hwmon/hwmon1") == "../../devices/virtual/hwmon/hwmon1")
        #expect(try sysfs.text(of: "class/hwmon/hwmon0/name") == "ina226\n")
        #expect(try sysfs.text(of: "class/hwmon/hwmon0/power1_input") == "65000000\n")
        #expect(try sysfs.text(of: "class/hwmon/hwmon0/device/hwmon/hwmon0/name") == "ina226\n")
        #expect(try sysfs.text(of: "class/hwmon/hwmon1/subsystem/hwmon0/name") == "ina226\n")
        #expect(!sysfs.exists("class/hwmon/hwmon1/device"))
    }

    @Test
    func `an older driver keeps its files in its hardware's folder`() throws {
        let machine = try MockMachine()
        let chip = try machine.add(
            .olderChip("power_meter", hardware: "LNXSYSTM:00/ACPI000D:00", files: ["power1_average": "212500000"])
        )
        #expect(!machine.sysfs.exists(chip.path(of: "name")))
        #expect(try machine.sysfs.text(of: chip.path(of: "device/name")) == "power_meter\n")
        #expect(try machine.sysfs.text(of: chip.path(of: "device/power1_average")) == "212500000\n")
    }

    @Test
    func `a supply can change, be faulty, and be unplugged`() throws {
        let machine = try MockMachine()
        let battery = try machine.add(
            .supply("BAT0", hardware: "LNXSYSTM:00/PNP0C0A:00", files: ["power_now": "9000000"])
        )
        #expect(try machine.sysfs.text(of: "class/power_supply/BAT0/type") == "Battery\n")
        try battery.inject(.missing, at: "power_now")
        try battery.write("8000000", to: "power_now")
        #expect(!machine.sysfs.exists(battery.path(of: "power_now")))
        try battery.restore("power_now")
        #expect(try machine.sysfs.text(of: battery.path(of: "power_now")) == "8000000\n")
        try machine.remove(battery)
        #expect(try machine.sysfs.names(in: "class/power_supply").isEmpty)
    }

    @Test
    func `a counter stops when its device is removed`() throws {
        let machine = try MockMachine()
        let chip = try machine.add(.chip("card", hardware: "pci0000:00/0000:03:00.0"))
        let counter = try machine.addCounter(
            .microjoules(range: .max),
            at: "\(chip.path)/energy1_input",
            power: Watts(100),
            startCount: 1
        )
        try machine.advanceAll(by: .milliseconds(10))
        #expect(try machine.sysfs.text(of: chip.path(of: "energy1_input")) == "1000001\n")
        try machine.remove(chip)
        try machine.advanceAll(by: .milliseconds(10))
        #expect(counter.trueEnergy == Joules(1))
        #expect(!machine.sysfs.exists(chip.path))
    }
}
