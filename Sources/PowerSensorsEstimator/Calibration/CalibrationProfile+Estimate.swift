import PowerSensorsCore

extension CalibrationProfile {
    /// The calibrated power over the load.
    var powerCurve: PowerCurve {
        PowerCurve(idle: idle, maximum: maximum, shape: LoadCurve(shares: Array(curve.dropFirst().dropLast())))
    }

    /// The 68 % band for the machine that was calibrated, or an identical one.
    ///
    /// The mean error of a normal distribution is 0.8 of its standard deviation, whose square is 0.64. In addition,
    /// machines of one kind differ by about 3 %, which cannot be seen when only one of them is calibrated; this number
    /// is a judgement.
    var band: RelativeBand {
        // The error of a merged profile is of machines that it was not learned on.
        let betweenMachines = machines > 1 ? 0 : 0.03
        let deviation = (error * error / 0.64 + betweenMachines * betweenMachines).squareRoot()
        return RelativeBand(low: max(1 - deviation, 0), high: 1 + deviation)
    }
}
