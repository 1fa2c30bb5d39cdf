public import PowerSensors

/// A hardware register that counts energy, and a driver's conversion to µJ.
public struct MockRegister: Hashable, Sendable {
    /// The energy of one count in the driver's calculation, which may have rounded it.
    let driverUnit: EnergyUnit

    /// The exact energy of one count.
    public let unit: EnergyUnit

    /// The greatest count, after which the register wraps to 0.
    public let lastCount: UInt64

    /// The number in `max_energy_range_uj`. By default it follows from the last count, but a driver may show another.
    public var shownRange: UInt64 = 0

    /// Registers of 2⁻ⁿ J, shown as the powercap driver does since Linux 3.14: 14 on Intel, 16 on AMD.
    public static func binaryFraction(_ exponent: Int, lastCount: UInt64 = UInt64(UInt32.max)) -> MockRegister {
        let nanojoules: UInt64 = 1_000_000_000 >> UInt64(min(max(exponent, 0), 63))
        return MockRegister(.binaryFraction(exponent), driverUnit: .nanojoules(nanojoules), lastCount: lastCount)
    }

    /// Registers of a whole number of nJ: 15 300 for the DRAM of Intel servers, 2ⁿ µJ on some Atoms.
    public static func nanojoules(_ count: UInt64, lastCount: UInt64 = UInt64(UInt32.max)) -> MockRegister {
        MockRegister(.nanojoules(count), lastCount: lastCount)
    }

    /// Registers of 2⁻ⁿ J, shown without the error of an integer unit, as in drivers before Linux 3.14.
    public static func olderDriver(_ exponent: Int, lastCount: UInt64 = UInt64(UInt32.max)) -> MockRegister {
        MockRegister(.binaryFraction(exponent), lastCount: lastCount)
    }

    /// A counter of plain µJ that wraps to 0 after its range.
    public static func microjoules(range: UInt64) -> MockRegister {
        MockRegister(.microjoules(1), lastCount: range)
    }

    /// Intel's usual register.
    public static let intel = binaryFraction(14)

    /// AMD's usual register.
    public static let amd = binaryFraction(16)

    /// The register of an Intel server's DRAM.
    public static let serverDRAM = nanojoules(15_300)

    private init(_ unit: EnergyUnit, driverUnit: EnergyUnit? = nil, lastCount: UInt64) {
        self.driverUnit = driverUnit ?? unit
        self.unit = unit
        self.lastCount = lastCount
        shownRange = number(of: lastCount)
    }

    /// The same register with a driver that shows another range.
    public func showing(range: UInt64) -> MockRegister {
        var register = self
        register.shownRange = range
        return register
    }

    /// The register's value after a number of counts from 0.
    public func wrapped(_ count: UInt64) -> UInt64 {
        lastCount == .max ? count : count % (lastCount + 1)
    }

    /// The number in µJ that a driver shows after a number of counts from 0.
    public func number(of count: UInt64) -> UInt64 {
        let scaled = UInt128(wrapped(count)) * UInt128(driverUnit.numerator) * 1_000_000
        return UInt64(truncatingIfNeeded: scaled / UInt128(driverUnit.denominator))
    }
}
