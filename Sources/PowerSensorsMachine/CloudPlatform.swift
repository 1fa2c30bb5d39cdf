package import PowerSensorsCore

/// The cloud that a machine is rented from, as its firmware (DMI) names it.
///
/// The names are those by which cloud-init's `ds-identify` tells clouds apart, and those of the clouds' own documentation.
package struct CloudPlatform: Hashable, Sendable {
    /// A company that rents out machines.
    package enum Provider: String, CaseIterable, Sendable {
        case amazon = "Amazon EC2"
        case google = "Google Compute Engine"
        case azure = "Microsoft Azure"
        case oracle = "Oracle Cloud"
        case alibaba = "Alibaba Cloud"
        case tencent = "Tencent Cloud"
        case ibm = "IBM Cloud"
        case digitalOcean = "DigitalOcean"
        case hetzner = "Hetzner Cloud"
        case linode = "Linode"
        case scaleway = "Scaleway"
        case upCloud = "UpCloud"
        case vultr = "Vultr"
        case exoscale = "Exoscale"
    }

    /// Who rents the machine out.
    package var provider: Provider

    /// The instance type, such as `m5.large`; nil if the firmware does not have it. Only Amazon's has, on machines
    /// without Xen.
    package var instanceType: String?

    package init(_ provider: Provider, instanceType: String? = nil) {
        self.provider = provider
        self.instanceType = instanceType
    }

    /// DMI's names, as far as they tell clouds apart.
    package struct Names: Hashable, Sendable {
        package var vendor = ""
        package var product = ""
        package var assetTag = ""
        package var firmwareVersion = ""

        package init(vendor: String = "", product: String = "", assetTag: String = "", firmwareVersion: String = "") {
            self.vendor = vendor
            self.product = product
            self.assetTag = assetTag
            self.firmwareVersion = firmwareVersion
        }
    }

    /// The cloud that the firmware's names show; nil for none.
    package init?(_ names: Names) {
        if names.vendor == "Amazon EC2" {
            self.init(.amazon, instanceType: names.product.contains(".") ? names.product : nil)
            return
        }
        guard let provider = Self.provider(names) else { return nil }
        self.init(provider)
    }

    /// Reads the firmware's names; nil if they show no cloud or cannot be read.
    package init?(sysfs: SystemRoot) {
        let folders = [FirmwareDescription.dmiFolder, "devices/virtual/dmi/id"]
        guard let folder = folders.first(where: { sysfs.exists("\($0)/.") }) else { return nil }
        func name(_ file: String) -> String { (try? sysfs.text("\(folder)/\(file)")) ?? "" }
        self.init(
            Names(
                vendor: name("sys_vendor"), product: name("product_name"), assetTag: name("chassis_asset_tag"),
                firmwareVersion: name("bios_version")))
    }

    private static func provider(_ names: Names) -> Provider? {
        // Amazon's machines with Xen have Xen's names, and a version such as 4.11.amazon.
        if names.firmwareVersion.hasSuffix(".amazon") { return .amazon }
        if names.product == "Google Compute Engine" { return .google }
        switch names.assetTag {
        // Hyper-V elsewhere has the same vendor and product, and another tag.
        case "7783-7084-3265-9085-8269-3286-77": return .azure
        case "OracleCloud.com": return .oracle
        case "ibmcloud": return .ibm
        default: break
        }
        // Hetzner's physical machines have its name as the vendor too, and the model as the product.
        if names.vendor == "Hetzner" { return names.product == "vServer" ? .hetzner : nil }
        if names.product == "Exoscale" { return .exoscale }
        let vendors: [String: Provider] = [
            "Alibaba Cloud": .alibaba, "Tencent Cloud": .tencent, "DigitalOcean": .digitalOcean, "Linode": .linode,
            "Akamai": .linode, "Scaleway": .scaleway, "UpCloud": .upCloud, "Vultr": .vultr,
        ]
        return vendors[names.vendor]
    }
}
