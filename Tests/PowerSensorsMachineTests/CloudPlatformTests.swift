import PowerSensors
import Testing

struct CloudPlatformTests {
    typealias Names = CloudPlatform.Names

    @Test(
        arguments: [
            (Names(vendor: "Amazon EC2", product: "m7g.large"), .amazon, "m7g.large"),
            (Names(vendor: "Amazon EC2", product: ""), .amazon, nil),
            (Names(vendor: "Xen", product: "HVM domU", firmwareVersion: "4.11.amazon"), .amazon, nil),
            (Names(vendor: "Google", product: "Google Compute Engine"), .google, nil),
            (
                Names(
                    vendor: "Microsoft Corporation", product: "Virtual Machine",
                    assetTag: "7783-7084-3265-9085-8269-3286-77"), .azure, nil
            ),
            (Names(vendor: "QEMU", product: "Standard PC", assetTag: "OracleCloud.com"), .oracle, nil),
            (Names(vendor: "Hetzner", product: "vServer"), .hetzner, nil),
            (Names(vendor: "DigitalOcean", product: "Droplet"), .digitalOcean, nil),
            (Names(vendor: "Alibaba Cloud", product: "Alibaba Cloud ECS"), .alibaba, nil),
        ] as [(Names, CloudPlatform.Provider, String?)])
    func `a cloud is known by its firmware's names`(
        names: Names, provider: CloudPlatform.Provider, type: String?
    ) {
        #expect(CloudPlatform(names) == CloudPlatform(provider, instanceType: type))
    }

    @Test(arguments: [
        Names(), Names(vendor: "Microsoft Corporation", product: "Virtual Machine"),
        Names(vendor: "QEMU", product: "Standard PC (Q35 + ICH9, 2009)"), Names(vendor: "Hetzner", product: "RX170"),
        Names(vendor: "Xen", product: "HVM domU", firmwareVersion: "4.11"), Names(vendor: "Dell Inc.", product: "R750"),
    ])
    func `other machines are in no cloud`(names: Names) {
        #expect(CloudPlatform(names) == nil)
    }
}
