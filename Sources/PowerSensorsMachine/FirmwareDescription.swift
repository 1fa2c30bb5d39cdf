package import PowerSensorsCore

/// The names that the firmware gives the machine, through DMI or a device tree. They mainly show whether it is virtual.
package struct FirmwareDescription: Hashable, Sendable {
    /// The folder of DMI's names, relative to sysfs.
    package static let dmiFolder = "class/dmi/id"

    /// DMI's manufacturer of the machine; empty if there is none.
    package var vendor: String

    /// DMI's product name of the machine; empty if there is none.
    package var product: String

    /// The device tree's `compatible` property; empty if there is none.
    package var compatible: String

    /// Whether the device tree has a node for a hypervisor.
    package var hasHypervisorNode: Bool

    package init(
        vendor: String = "", product: String = "", compatible: String = "", hasHypervisorNode: Bool = false
    ) {
        self.vendor = vendor
        self.product = product
        self.compatible = compatible
        self.hasHypervisorNode = hasHypervisorNode
    }

    /// Reads the firmware's names; those that cannot be read are left empty.
    package init(sysfs: SystemRoot, procfs: SystemRoot) {
        // The class has a link to the device. A container may be given only the devices.
        let folder = [Self.dmiFolder, "devices/virtual/dmi/id"].first { sysfs.exists("\($0)/.") } ?? Self.dmiFolder
        self.init(
            vendor: (try? sysfs.text("\(folder)/sys_vendor")) ?? "",
            product: (try? sysfs.text("\(folder)/product_name")) ?? "",
            compatible: (try? procfs.text("device-tree/compatible")) ?? "",
            hasHypervisorNode: procfs.exists("device-tree/hypervisor")
        )
    }

    /// Whether the machine is virtual; nil if its names do not show it.
    ///
    /// No name proves that a machine is physical, since many companies build servers. The exception is Amazon, where
    /// the product is the instance type: that of machines without a hypervisor contains `metal`.
    package var isGuest: Bool? {
        if vendor == "Amazon EC2" {
            let size = product.split(separator: ".").dropFirst().first
            return size?.hasPrefix("metal") != true
        }
        if hasHypervisorNode || compatible.contains("linux,dummy-virt") { return true }
        if Self.virtualVendors.contains(where: { vendor.hasPrefix($0) }) { return true }
        if Self.virtualProducts.contains(where: { product.hasPrefix($0) }) { return true }
        return vendor == "Microsoft Corporation" && product == "Virtual Machine" ? true : nil
    }

    /// Vendors that only make virtual machines.
    private static let virtualVendors = ["QEMU", "KubeVirt", "VMware", "Xen", "innotek GmbH", "OpenStack"]

    /// Virtual machines whose vendors also build physical ones, or use several names.
    private static let virtualProducts = [
        "KVM", "QEMU", "Google Compute Engine", "VMware", "HVM domU", "VirtualBox", "OpenStack", "AHV", "vServer",
    ]
}
