/// What the firmware calls the machine, by DMI or by a device tree.
package struct FirmwareDescription: Hashable, Sendable {
    /// The folder of DMI's names, relative to sysfs.
    package static let dmiFolder = "class/dmi/id"

    /// DMI's maker of the machine; empty where there is none.
    package var vendor: String

    /// DMI's name of the machine; empty where there is none.
    package var product: String

    /// What the device tree says the machine is compatible with; empty where there is none.
    package var compatible: String

    /// Whether the device tree has a hypervisor in it.
    package var hasHypervisorNode: Bool

    /// Describes a machine by its firmware.
    package init(
        vendor: String = "",
        product: String = "",
        compatible: String = "",
        hasHypervisorNode: Bool = false
    ) {
        self.vendor = vendor
        self.product = product
        self.compatible = compatible
        self.hasHypervisorNode = hasHypervisorNode
    }

    /// Reads what the firmware says; what cannot be read counts as not said.
    package init(sysfs: SystemRoot, procfs: SystemRoot) {
        self.init(
            vendor: (try? sysfs.text("\(Self.dmiFolder)/sys_vendor")) ?? "",
            product: (try? sysfs.text("\(Self.dmiFolder)/product_name")) ?? "",
            compatible: (try? procfs.text("device-tree/compatible")) ?? "",
            hasHypervisorNode: procfs.exists("device-tree/hypervisor")
        )
    }

    /// Whether the machine is virtual; nil where its names are none that hypervisors give.
    ///
    /// No name is proof of a physical machine, as many firms build servers, but for Amazon's: it names its machines'
    /// types, and only those without a hypervisor are called metal.
    package var isGuest: Bool? {
        if vendor == "Amazon EC2" {
            let size = product.split(separator: ".").dropFirst().first
            return size?.hasPrefix("metal") != true
        }
        if hasHypervisorNode || compatible.contains("linux,dummy-virt") { return true }
        if Self.vendors.contains(where: { vendor.hasPrefix($0) }) { return true }
        if Self.products.contains(where: { product.hasPrefix($0) }) { return true }
        return vendor == "Microsoft Corporation" && product == "Virtual Machine" ? true : nil
    }

    /// Who makes nothing but virtual machines.
    private static let vendors = ["QEMU", "KubeVirt", "VMware", "Xen", "innotek GmbH", "OpenStack"]

    /// Names of virtual machines whose makers also build others, or go by several names.
    private static let products = [
        "KVM", "QEMU", "Google Compute Engine", "VMware", "HVM domU", "VirtualBox", "OpenStack", "AHV", "vServer",
    ]
}
