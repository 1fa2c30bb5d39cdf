extension Int64 {
    /// Whether drivers use this number for an unknown value: a limit of 32-bit integers, perhaps times 1000, or a limit
    /// of 64-bit integers.
    package var isUnknownValue: Bool {
        switch self {
        case 4_294_967_295, 4_294_967_295_000, 2_147_483_647, 2_147_483_647_000, -2_147_483_648, .min, .max: true
        default: false
        }
    }
}
