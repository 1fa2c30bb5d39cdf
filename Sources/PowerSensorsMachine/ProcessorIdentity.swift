/// A processor's manufacturer.
package enum CPUVendor: String, CaseIterable, Sendable {
    case intel, amd, hygon, arm, other
}

/// How a processor identifies itself: by CPUID or, on Arm, by its main identity register.
package struct ProcessorIdentity: Hashable, Sendable {
    /// The manufacturer; `arm` for every Arm core, whoever designed it.
    package var vendor: CPUVendor

    /// CPUID's family including the extended family, as in cpuinfo; nil if unknown, and on Arm.
    package var family: Int?

    /// CPUID's model including the extended model; on Arm the part number.
    package var model: Int?

    /// CPUID's stepping.
    package var stepping: Int?

    /// On Arm, the designer of the core: 0x41 Arm, 0xC0 Ampere, and so on.
    package var implementer: Int?

    /// The model name; empty if there is none.
    package var name: String

    package init(
        vendor: CPUVendor, family: Int? = nil, model: Int? = nil, stepping: Int? = nil, implementer: Int? = nil,
        name: String = ""
    ) {
        self.vendor = vendor
        self.family = family
        self.model = model
        self.stepping = stepping
        self.implementer = implementer
        self.name = name
    }
}
