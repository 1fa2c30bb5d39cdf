import PowerSensors

/// The zones of real machines.
extension MockControlType {
    /// An Intel server: each package with `core` and `dram`, followed by a `psys`.
    ///
    /// - Parameters:
    ///   - sockets: The number of packages.
    ///   - dies: The number of dies per package; with more than one, each is a zone such as `package-0-die-1`.
    ///   - hasCore: Whether there is `core`; many servers lack it.
    ///   - hasDRAM: Whether there is `dram`.
    ///   - hasPlatform: Whether there is `psys`, which is numbered between the packages.
    public static func intelServer(
        sockets: Int = 1,
        dies: Int = 1,
        hasCore: Bool = true,
        hasDRAM: Bool = true,
        hasPlatform: Bool = true
    ) -> MockControlType {
        var zones: [MockZone] = []
        for socket in 0..<max(sockets, 0) {
            for die in 0..<max(dies, 1) {
                var package = MockZone(
                    name: dies > 1 ? "package-\(socket)-die-\(die)" : "package-\(socket)",
                    power: Watts(120),
                    constraints: [.longTerm(Watts(205)), .shortTerm(Watts(246))]
                )
                if hasCore { package.children.append(.part("core", power: Watts(90))) }
                if hasDRAM { package.children.append(.part("dram", register: .serverDRAM, power: Watts(18))) }
                zones.append(package)
            }
            if hasPlatform {
                // The driver omits the number for the first package.
                let name = socket == 0 ? "psys" : "psys-\(socket)"
                zones.append(
                    MockZone(
                        name: name,
                        power: Watts(160),
                        constraints: [.longTerm(Watts(400)), .shortTerm(Watts(400))]
                    )
                )
            }
        }
        return MockControlType(zones: zones)
    }

    /// An Intel client: `package-0` with `core` and `uncore`, and `psys`.
    ///
    /// - Parameter hasDRAM: Whether there is `dram`.
    public static func intelClient(hasDRAM: Bool = false) -> MockControlType {
        var package = MockZone(
            name: "package-0",
            power: Watts(15),
            constraints: [
                .longTerm(Watts(28)), .shortTerm(Watts(64)),
                MockConstraint(name: "peak_power", limit: Watts(140), window: nil),
            ],
            children: [.part("core", power: Watts(9)), .part("uncore", power: Watts(1))]
        )
        if hasDRAM { package.children.append(.part("dram", power: Watts(2))) }
        let platform = MockZone(
            name: "psys",
            power: Watts(24),
            constraints: [.longTerm(Watts(0)), .shortTerm(Watts(0))]
        )
        return MockControlType(zones: [package, platform])
    }

    /// The MMIO interface to an Intel client's package. Add it after ``intelClient(hasDRAM:)``, whose register it shows.
    public static var intelClientMMIO: MockControlType {
        var package = MockZone(
            name: "package-0",
            constraints: [.longTerm(Watts(28)), .shortTerm(Watts(64))]
        )
        package.mirrorOf = "intel-rapl/package-0"
        return MockControlType("intel-rapl-mmio", zones: [package])
    }

    /// An AMD machine: packages with `core` only, and no limits.
    public static func amd(sockets: Int = 1) -> MockControlType {
        MockControlType(
            zones: (0..<max(sockets, 0)).map { socket in
                var core = MockZone(name: "core", register: .amd, power: Watts(3))
                core.isEnabled = false
                var package = MockZone(name: "package-\(socket)", register: .amd, power: Watts(95), children: [core])
                package.isEnabled = false
                return package
            }
        )
    }

    /// Zones that show power but no energy, as dynamic thermal power management on ARM has them.
    public static var dtpm: MockControlType {
        let limit = MockConstraint(name: "Instantaneous", limit: Watts(6), window: nil, maximum: Watts(6))
        return MockControlType(
            "dtpm",
            zones: [
                MockZone(
                    name: "pkg",
                    register: nil,
                    power: Watts(4),
                    constraints: [limit],
                    children: [MockZone(name: "cpu0-cpufreq", register: nil, power: Watts(3), constraints: [limit])]
                )
            ]
        )
    }
}

extension MockZone {
    /// A zone inside a package, which has one limit.
    fileprivate static func part(_ name: String, register: MockRegister = .intel, power: Watts) -> MockZone {
        var zone = MockZone(name: name, register: register, power: power, constraints: [.longTerm(Watts(0))])
        zone.isEnabled = false
        return zone
    }
}
