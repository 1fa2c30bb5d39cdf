import Glibc

/// Decodes the machines that the model was fitted to, which ``EstimatorTables`` holds as points: lines of digits in
/// base 64.
struct PointDigits {
    /// The number of digits of a point.
    static let width = 51

    /// The digits' number that stands for a weight of 0, in the middle of the range of three digits, so that smaller
    /// numbers are negative weights.
    private static let zeroWeight = 131_071.0

    /// The resolution of the logarithms of watts.
    private static let endStep = 0.04

    /// The difference between two neighbouring numbers, for each of the eleven weights.
    let steps: [Double]

    /// The median year of each generation's machines.
    let years: [Double]

    /// The generations; nil for one that the program does not know.
    let generations: [CPUGeneration?]

    /// All points in the text; none if the text is malformed.
    func points(in text: [UInt8]) -> [ReferencePoints.Point] {
        guard text.count % Self.width == 0, steps.count == 11 else { return [] }
        return stride(from: 0, to: text.count, by: Self.width).compactMap {
            point(in: text[$0..<($0 + Self.width)])
        }
    }

    private func point(in text: ArraySlice<UInt8>) -> ReferencePoints.Point? {
        var text = text
        func number(_ digits: Int) -> Int {
            let value = text.prefix(digits).reduce(0) { $0 << 6 | Self.digit($1) }
            text = text.dropFirst(digits)
            return value
        }
        let (generation, maker, key) = (number(1), number(1), number(2))
        let (sockets, cores, halfGigabytes) = (Double(number(1)), Double(number(2)), Double(number(3)))
        let (megahertz, designPower) = (Double(number(2)) * 10, Double(number(2)))
        let ends = SIMD2(Double(-number(2)), Double(number(2) - 200)) * Self.endStep
        guard years.indices.contains(generation), generations.indices.contains(generation),
            let brand = generations[generation]?.brand
        else { return nil }
        let weights = steps.map { $0 * (Double(number(3)) - Self.zeroWeight) }
        return ReferencePoints.Point(
            features: ReferencePoints.Features(
                generation: generation, maker: maker == 0 ? nil : maker, key: key == Self.noKey ? nil : key,
                year: years[generation], brand: brand,
                logSize: SIMD3(log(sockets), log(cores / sockets), log(halfGigabytes / 2 / sockets / 32)),
                logMegahertz: log(megahertz), logDesign: log(designPower)),
            ends: ends,
            weights: [
                SIMD2(weights[0], weights[1]), SIMD2(weights[2], weights[3]), SIMD2(weights[4], weights[5]),
            ],
            curve: SIMD8(weights[6], weights[7], weights[8], weights[9], weights[10], 0, 0, 0)
        )
    }

    /// The key of a point whose processor is unknown.
    private static let noKey = 4095

    private static func digit(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte - UInt8(ascii: "A")) + 10
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte - UInt8(ascii: "a")) + 36
        case UInt8(ascii: "+"): 62
        default: 63
        }
    }
}
