package import PowerSensors

/// Emissions and carbon intensities as text for people.
package enum CarbonText {
    /// A table of regions: code, grams per kilowatt-hour, year, name, source.
    package static func table(_ intensities: [CarbonIntensity]) -> [UInt8] {
        let width = intensities.map(\.region.count).max() ?? 0
        let heading = "code".padded(width + 2) + "g/kWh".leftPadded(7) + "  year   name and source"
        let lines = intensities.map { one in
            let grams = fixed(one.gramsPerKilowattHour, decimals: 1).leftPadded(7)
            let source = one.source.isEmpty ? "" : " (\(one.source))"
            let line =
                one.region.safeToShow.padded(width + 2) + grams + "  " + one.year.safeToShow.padded(7)
                + "\(one.name)\(source)".safeToShow
            return line.withoutTrailingBlanks
        }
        return [UInt8](lines: [heading] + lines)
    }

    /// The emissions of a snapshot's headline figure; nil if no intensity is configured.
    package static func line(_ snapshot: Snapshot) -> String? {
        guard let intensity = snapshot.carbonIntensity, let host = snapshot.headline else { return nil }
        let region = intensity.year.isEmpty ? intensity.region : "\(intensity.region) \(intensity.year)"
        let source = "at \(fixed(intensity.gramsPerKilowattHour, decimals: 0)) g/kWh (\(region))"
        let figure = snapshot.carbon(of: host).map(Figure.init)
        let amount = figure.map { "\($0.number) \($0.unit)" } ?? "not known"
        return "CO₂ of \(host.scope): \(amount) \(source)".safeToShow
    }
}
