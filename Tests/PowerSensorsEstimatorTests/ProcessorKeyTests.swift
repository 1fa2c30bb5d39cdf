import PowerSensors
import Testing

struct ProcessorKeyTests {
    @Test(
        arguments: [
            ("Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz", "8380", 2300),
            ("Intel Xeon Platinum 8380", "8380", nil),
            ("INTEL(R) XEON(R) PLATINUM 8592+", "8592+", nil),
            ("Intel(R) Xeon(R) CPU E5-2670 0 @ 2.60GHz", "e52670", 2600),
            ("Intel(R) Xeon(R) CPU E5-2699 v4 @ 2.20GHz", "e52699v4", 2200),
            ("Intel Xeon E3-1220v2 (Intel Turbo Boost Technology up to 3.50 GHz)", "e31220v2", nil),
            ("AMD EPYC 7763 64-Core Processor", "7763", nil),
            ("AMD EPYC 7742 2.25Ghz", "7742", 2250),
            ("AMD EPYC 7601 2.20 GHz, Dell SKU [338-BNCG]", "7601", 2200),
            ("AMD EPYC 7763 64-Cores", "7763", nil),
            ("Six-Core AMD Opteron(tm) Processor 8425 HE", "8425he", nil),
            ("Ampere® Altra® Max 64-Bit Multi-Core Processor M128-30", "maxm12830", nil),
            ("Intel Xeon 3.8GHz", "", 3800),
            ("", "", nil),
            ("()@,", "", nil),
            ("GHz", "", nil),
        ] as [(String, String, Double?)])
    func `a name is reduced to what distinguishes the processor`(name: String, key: String, megahertz: Double?) {
        #expect(ProcessorKey(name).text == key)
        #expect(ProcessorKey(name).megahertz == megahertz)
    }

    @Test(arguments: [
        ("Intel Xeon L5420", true), ("AMD Opteron 2376 HE", true), ("AMD Opteron 2419EE", true),
        ("Intel Xeon E3-1265L v3", true), ("Intel Xeon E5-2650L", true), ("Intel Core i5-4570T", true),
        ("Intel Core i7-7600U", true), ("Intel Xeon Platinum 8280L", false), ("Intel Xeon E3-1230 v6", false),
        ("AMD EPYC 9654", false), ("Intel Xeon E5-2670", false), ("HE", false), ("L", false), ("", false),
    ])
    func `a processor for little power is known by its letters`(name: String, isForLittlePower: Bool) {
        #expect(ProcessorKey.isForLittlePower(ProcessorKey(name).text) == isForLittlePower)
    }
}
