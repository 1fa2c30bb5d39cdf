import PowerSensors
import Testing

struct InstanceTypeTests {
    struct Name: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let provider: CloudPlatform.Provider
        let family: String
        let processors: Int?
        var isWhole = false

        init(
            _ name: String, _ provider: CloudPlatform.Provider, _ family: String, _ processors: Int?,
            isWhole: Bool = false
        ) {
            testDescription = name
            (self.provider, self.family, self.processors, self.isWhole) = (provider, family, processors, isWhole)
        }
    }

    @Test(arguments: [
        Name("m5.large", .amazon, "m5", 2), Name("m5.24xlarge", .amazon, "m5", 96),
        Name("t2.micro", .amazon, "t2", 1), Name("t2.medium", .amazon, "t2", 2),
        Name("t3.micro", .amazon, "t3", 2), Name("m6g.medium", .amazon, "m6g", 1),
        Name("t4g.medium", .amazon, "t4g", 2), Name("c5n.metal", .amazon, "c5n", nil, isWhole: true),
        Name("m7i.metal-48xl", .amazon, "m7i", 192, isWhole: true),
        Name("m7i.metal-24xl", .amazon, "m7i", 96, isWhole: true), Name("c7i-flex.xlarge", .amazon, "c7i-flex", 4),
        Name("n2-standard-8", .google, "n2", 8), Name("e2-medium", .google, "e2", 2),
        Name("c3-standard-176-lssd", .google, "c3", 176), Name("n1-custom-4-8192", .google, "n1", 4),
        Name("Standard_D4s_v3", .azure, "d3", 4), Name("standard_d4s_v3", .azure, "d3", 4),
        Name("Standard_E8-4ds_v5", .azure, "e5", 8), Name("Standard_D96ads_v5", .azure, "da5", 96),
        Name("Standard_D2ps_v5", .azure, "dp5", 2), Name("Standard_B2s", .azure, "b1", 2),
        Name("Standard_F72s_v2", .azure, "f2", 72), Name("f1-micro", .google, "f1", 1),
        Name("g1-small", .google, "g1", 1), Name("m7a.medium", .amazon, "m7a", 1),
        Name("c4.8xlarge", .amazon, "c4", 36),
        Name("d2.8xlarge", .amazon, "d2", 36), Name("m7a.large", .amazon, "m7a", 2),
        Name("x1e.32xlarge", .amazon, "x1e", 128),
    ])
    func `a name tells the cloud, the family and the processors`(name: Name) throws {
        let type = try #require(InstanceType(name.testDescription))
        #expect(type.provider == name.provider)
        #expect(type.virtualProcessors == name.processors)
        #expect(type.isWholeMachine == name.isWhole)
        #expect(type.family == name.family)
    }

    @Test(arguments: [
        "", "m5", "large", ".", "m5.", ".large", "a.b.c", "www.example", "Standard_", "Standard_D", "-8", "web-01-x",
        "n2-standard--4", "n2-standard-",
    ])
    func `what has no cloud's form is no instance type`(name: String) {
        // `web-01-x` could be anything's name: Google's families have a number in their first part.
        #expect(InstanceType(name) == nil)
    }

    @Test(
        arguments: [
            ("t3.micro", true), ("f1-micro", true), ("e2-small", true), ("Standard_B2s", true), ("m5.large", false),
            ("e2-standard-4", false), ("n2-standard-4", false), ("Standard_D4s_v3", false),
        ])
    func `types that have their processors for a part of the time are known`(name: String, isBurstable: Bool) throws {
        #expect(try #require(InstanceType(name)).isBurstable == isBurstable)
    }

    @Test(arguments: [
        "m5.nano", "m5.medium", "m5.7xlarge", "n2-standard-7", "n2-foo-8", "Standard_D3s_v5", "Standard_D119s_v5",
    ])
    func `a size that a cloud does not sell has no processors`(name: String) throws {
        #expect(try #require(InstanceType(name)).virtualProcessors == nil)
    }

    @Test func `a size beyond any machine is not believed`() throws {
        #expect(try #require(InstanceType("m5.99999999999999999999xlarge")).virtualProcessors == nil)
        #expect(try #require(InstanceType("m5.9223372036854775807xlarge")).virtualProcessors == nil)
    }

    @Test func `every host in the table is possible, and its processor is a cloud's or is sold to anybody`() throws {
        let names = [
            "m5.large", "c5.large", "r6i.large", "m7g.large", "n2-standard-2", "c3-standard-4", "Standard_D2s_v5",
            "Standard_D2as_v5", "Standard_E2s_v3", "m1-ultramem-40", "x1.16xlarge",
        ]
        for name in names {
            let hosts = CloudHost.all(of: try #require(InstanceType(name)))
            #expect(!hosts.isEmpty, "\(name)")
            for host in hosts {
                #expect((1...8).contains(host.sockets) && (4...128).contains(host.coresPerSocket), "\(name)")
                #expect(host.virtualProcessors <= host.cores * 2, "\(name)")
                #expect(host.memoryGigabytes >= 32, "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("n2-standard-8", 80), ("n2-standard-96", 128), ("n2-standard-128", 128), ("n2-standard-200", 128),
        ("m1-ultramem-160", 160),
    ])
    func `a type runs on a host that is as large, or on its family's largest`(name: String, processors: Int) throws {
        let unseen = ProcessorIdentity(vendor: .intel, name: "")
        let host = CloudHost.host(of: try #require(InstanceType(name)), seenAs: unseen)
        #expect(host?.virtualProcessors == processors)
    }

    @Test(arguments: [
        "Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "AMD EPYC 7R13 Processor", "AMD EPYC 7763v 64-Core Processor",
        "AWS Graviton3", "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz",
    ])
    func `processors that only clouds have are known`(name: String) {
        #expect(CloudHost.isCloudProcessor(ProcessorName(name), ProcessorKey(name)))
    }

    @Test(arguments: [
        "", "Intel(R) Xeon(R) Platinum 8180 CPU @ 2.50GHz", "AMD EPYC 7763 64-Core Processor", "Intel Xeon Processor",
        "Intel(R) Xeon(R) CPU @ 2.20GHz", "Intel Xeon Platinum 8176M",
    ])
    func `processors that anybody may buy are none of them`(name: String) {
        #expect(!CloudHost.isCloudProcessor(ProcessorName(name), ProcessorKey(name)))
    }
}
