import PowerSensors
import PowerSensorsTesting
import Testing

struct FirmwareDescriptionTests {
    @Test(arguments: [
        ("QEMU", "KVM Virtual Machine"), ("QEMU", ""), ("Red Hat", "KVM"), ("KubeVirt", "None"),
        ("Amazon EC2", "m7g.large"), ("Amazon EC2", ""), ("Google", "Google Compute Engine"),
        ("Microsoft Corporation", "Virtual Machine"), ("VMware, Inc.", "VMware20,1"), ("Xen", "HVM domU"),
        ("innotek GmbH", "VirtualBox"), ("OpenStack Foundation", "OpenStack Nova"), ("Nutanix", "AHV"),
        ("Hetzner", "vServer"),
    ])
    func `firmware with a hypervisor's name means a guest`(vendor: String, product: String) {
        #expect(FirmwareDescription(vendor: vendor, product: product).isGuest == true)
    }

    @Test(arguments: [
        ("", ""), ("GIGABYTE", "R152-P32-00"), ("HPE", "ProLiant RL300 Gen11"), ("Google", "Kevin"),
        ("Microsoft Corporation", "Surface Pro X"), ("Nutanix", "NX-3060-G8"), ("Hetzner", "RX170"),
    ])
    func `any other name leaves it unknown`(vendor: String, product: String) {
        #expect(FirmwareDescription(vendor: vendor, product: product).isGuest == nil)
    }

    @Test(arguments: ["c7g.metal", "m8g.metal-24xl"])
    func `Amazon's metal instances are physical machines`(product: String) {
        #expect(FirmwareDescription(vendor: "Amazon EC2", product: product).isGuest == false)
    }

    @Test func `a device tree names its hypervisor`() {
        #expect(FirmwareDescription(hasHypervisorNode: true).isGuest == true)
        #expect(FirmwareDescription(compatible: "linux,dummy-virt").isGuest == true)
        #expect(FirmwareDescription(compatible: "raspberrypi,5-model-b\0brcm,bcm2712").isGuest == nil)
    }

    @Test(arguments: ["class/dmi/id", "devices/virtual/dmi/id"])
    func `the names are found through the class and among the devices`(folder: String) throws {
        let machine = try MockMachine()
        try machine.sysfs.write("QEMU\n", to: "\(folder)/sys_vendor")
        try machine.sysfs.write("Standard PC\n", to: "\(folder)/product_name")
        let firmware = FirmwareDescription(sysfs: machine.roots.sysfs, procfs: machine.roots.procfs)
        #expect(firmware.vendor == "QEMU" && firmware.product == "Standard PC")
    }
}
