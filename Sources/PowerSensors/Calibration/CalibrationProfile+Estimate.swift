extension CalibrationProfile {
    /// The curve between idle and maximum.
    var powerCurve: PowerCurve {
        PowerCurve(idle: idle, maximum: maximum, shape: LoadCurve(shares: Array(curve.dropFirst().dropLast())))
    }

    /// Where the truth lies two times out of three, of the machine that was calibrated or its twin.
    ///
    /// A mean error of a normal distribution is 0.8 of its standard deviation; and machines of one kind differ by some
    /// per cent, which no calibration of one of them sees. The latter is a judgement.
    var band: RelativeBand {
        let deviation = (error * error / 0.64 + 0.03 * 0.03).squareRoot()
        return RelativeBand(low: max(1 - deviation, 0), high: 1 + deviation)
    }
}

extension Finding {
    /// A calibration takes the model's place.
    static func calibrated(
        _ calibration: CalibrationProfile, _ estimate: MachineEstimate, _ low: String, _ high: String
    ) -> Finding {
        let part = estimate.part.map {
            ", with this guest as the part of its host that is \($0.virtualProcessors) of its \($0.hostThreads) threads"
        }
        return Finding(
            severity: .info, subject: SensorName.estimator.name, reason: "estimated",
            text: """
                Host power is an estimate and no measurement: by a calibration with \(calibration.sensor) on \
                \(calibration.hardware.name)\(part ?? ""), off by \(low) to \(high) two times out of three.
                """)
    }

    /// A calibration says nothing of this machine.
    static func foreignCalibration(_ mismatch: String) -> Finding {
        Finding(
            severity: .error, subject: SensorName.estimator.name, reason: "configuration",
            text: "The calibration's profile is of other hardware: \(mismatch).",
            remedy: "Calibrate on the same hardware, leave the profile out, or force it.")
    }
}
