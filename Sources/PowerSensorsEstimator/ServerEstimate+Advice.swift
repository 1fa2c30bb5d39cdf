import PowerSensorsCore

extension ServerEstimate {
    /// What the estimate rests on, and the one fact that would narrow its band most, in a line.
    ///
    /// - Parameters:
    ///   - isAssumed: Whether the generation or the size is only assumed.
    ///   - isForGuest: Whether a guest's part of it is shown, which cannot measure anything.
    package func advice(isAssumed: Bool, isForGuest: Bool = false) -> String {
        let remedy = isForGuest ? "Nothing that a guest can see would narrow it." : remedy(isAssumed)
        return "It rests on \(grounds(isAssumed)). \(remedy)"
    }

    private func grounds(_ isAssumed: Bool) -> String {
        let known = [known.idle.map { _ in "idle" }, known.maximum.map { _ in "full load" }].compactMap { $0 }
        let watts = known.isEmpty ? "" : "the known watts at \(known.joined(separator: " and at ")), and on "
        if server.isUnknown { return watts + "a usual server, since nothing is known of its processor" }
        if server.hasUnseenGeneration {
            return watts + "a similar or assumed generation, since there are no data for its own"
        }
        if isAssumed, basis != .anchored { return watts + "an assumed size" }
        let (processor, maker, generation) = ReferencePoints.embedded.similar(to: server)
        func machines(_ number: Int) -> String { "\(number) machine\(number == 1 ? "" : "s")" }
        if processor == 0 {
            return watts + "\(machines(generation)) of this generation in the data, none with this processor"
        }
        let ofMaker = server.maker.isEmpty ? "" : ", \(maker == 0 ? "none" : "\(maker)") of them by this maker"
        return watts + "\(machines(processor)) with this processor in the data\(ofMaker)"
    }

    private func remedy(_ isAssumed: Bool) -> String {
        let calibration = "Only its own measured curve would narrow it: powersensors calibrate."
        if basis == .anchored { return calibration }
        if isAssumed, !server.hasUnseenGeneration, !server.isSizeDoubted {
            return "Its true size would narrow it most: --sockets and --cores."
        }
        if isAssumed || isJudged {
            let missing = [known.idle == nil ? "--idle-watts" : nil, known.maximum == nil ? "--max-watts" : nil]
            return "Watts of its own would narrow it: \(missing.compactMap { $0 }.joined(separator: " and "))."
        }
        let facts = [
            known.idle == nil
                ? ("--idle-watts", KnownWatts(idle: curve.idle, maximum: known.maximum)) : nil,
            known.maximum == nil
                ? ("--max-watts", KnownWatts(idle: known.idle, maximum: curve.maximum)) : nil,
        ].compactMap { $0 }
        // The watts are not known, but the band hardly depends on them.
        let widths = facts.compactMap { fact in
            fact.1.map { (fact.0, EstimatorModel.estimate(of: server, known: $0, profile: profile).meanWidth) }
        }
        guard let best = widths.min(by: { $0.1 < $1.1 }), best.1 < meanWidth else {
            return known.basis == nil
                ? "Both ends would narrow it: --idle-watts and --max-watts." : calibration
        }
        let percent = Int((100 * (1 - best.1 / meanWidth)).rounded())
        return "\(best.0) would narrow it most: the band becomes \(percent) % narrower."
    }

    /// The mean width of the band over all tenths of the load, as a part of the estimate.
    private var meanWidth: Double {
        (0...10).reduce(0) {
            let band = band(at: Double($1) / 10)
            return $0 + band.high - band.low
        } / 11
    }
}
