import PowerSensors
import PowerSensorsTesting

extension MockMachine {
    /// Two sockets with core, uncore and dram, psys between them, and a second control type with the first package.
    static func twoSockets() throws -> MockMachine {
        let machine = try MockMachine()
        try machine.add(
            MockControlType(zones: [
                .package(0), MockZone(name: "psys", power: Watts(400)), .package(1),
            ])
        )
        var twin = MockZone(name: "package-0")
        twin.mirrorOf = "intel-rapl/package-0"
        try machine.add(MockControlType("intel-rapl-mmio", zones: [twin]))
        return machine
    }

    /// One package with counts of 2⁻¹⁴ J, and this many counts before its wrap.
    static func onePackage(countsBeforeWrap counts: UInt64 = 1 << 31) throws -> MockMachine {
        let machine = try MockMachine()
        let start = UInt64(UInt32.max) + 1 - counts
        try machine.add(MockControlType(zones: [MockZone(name: "package-0", power: Watts(50), startCount: start)]))
        return machine
    }

    /// A machine whose powercap files all contain garbage.
    static func garbage() throws -> MockMachine {
        let machine = try twoSockets()
        for folder in try machine.sysfs.names(in: "class/powercap") where folder.contains(":") {
            for file in ["name", "energy_uj", "max_energy_range_uj"] {
                try machine.sysfs.write(
                    bytes: [0x00, 0xFF, 0x1B, 0x5B, 0x32, 0x4A],
                    to: "class/powercap/\(folder)/\(file)"
                )
            }
        }
        return machine
    }
}

extension MockZone {
    fileprivate static func package(_ number: Int) -> MockZone {
        MockZone(
            name: "package-\(number)",
            power: Watts(100),
            children: [
                MockZone(name: "core", power: Watts(70)), MockZone(name: "uncore", power: Watts(5)),
                MockZone(name: "dram", register: .serverDRAM, power: Watts(20)),
            ]
        )
    }
}

/// Advances a machine's counters about every 10 ms until the body has ended.
func withRunningClock<Result: Sendable>(
    of machine: MockMachine,
    _ body: @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            while !Task.isCancelled {
                try machine.advanceAll(by: .milliseconds(10))
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
        let result = try await body()
        group.cancelAll()
        return result
    }
}
