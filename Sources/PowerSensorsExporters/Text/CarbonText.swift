package import PowerSensors

/// Carbon as text for people.
package enum CarbonText {
    /// Appends a table of regions: code, grams a kilowatt-hour, year, name, source.
    package static func append(_ regions: CarbonRegions, to bytes: inout [UInt8]) {
        let width = regions.intensities.map(\.region.count).max() ?? 0
        bytes.append("code".padded(width + 2) + "g/kWh".leftPadded(7) + "  year   name and source\n")
        for one in regions.intensities {
            let grams = fixed(one.gramsPerKilowattHour, decimals: 1).leftPadded(7)
            let source = one.source.isEmpty ? "" : " (\(one.source))"
            let line =
                one.region.safeToShow.padded(width + 2) + grams + "  " + one.year.safeToShow.padded(7)
                + "\(one.name)\(source)".safeToShow
            bytes.append(line.withoutTrailingBlanks)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// The line of a snapshot: what was emitted for its headline; nil where nobody said where the machine stands.
    static func line(_ snapshot: Snapshot) -> String? {
        guard let intensity = snapshot.topology.carbonIntensity, let host = snapshot.headline else { return nil }
        let region = intensity.year.isEmpty ? intensity.region : "\(intensity.region) \(intensity.year)"
        let source = "at \(fixed(intensity.gramsPerKilowattHour, decimals: 0)) g/kWh (\(region))"
        let figure = snapshot.carbon(of: host).map(Figure.init)
        let amount = figure.map { "\($0.number) \($0.unit)" } ?? "not known"
        return "CO₂ of \(host.scope): \(amount) \(source)".safeToShow
    }
}
