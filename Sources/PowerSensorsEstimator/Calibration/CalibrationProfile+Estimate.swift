import PowerSensorsCore

extension CalibrationProfile {
    /// The power between idle and maximum.
    var powerCurve: PowerCurve {
        PowerCurve(idle: idle, maximum: maximum, shape: LoadCurve(shares: Array(curve.dropFirst().dropLast())))
    }

    /// The 68 % band for the machine that was calibrated, or an identical one.
    ///
    /// The mean error of a normal distribution is 0.8 of its standard deviation. In addition, machines of one kind
    /// differ by some per cent, which calibrating one of them does not show; that number is a judgement.
    var band: RelativeBand {
        let deviation = (error * error / 0.64 + 0.03 * 0.03).squareRoot()
        return RelativeBand(low: max(1 - deviation, 0), high: 1 + deviation)
    }
}
