#if Exporters
import PowerSensors
import PowerSensorsExporters

/// What `--region`, `--carbon-intensity` and `--carbon-file` make of the carbon of electricity.
enum CarbonSetting {
    /// The intensity to use; nil where nobody said where the machine stands.
    ///
    /// `--region list` prints what there is, and ends.
    static func intensity(
        region: OptionValue?, number: OptionValue?, file: OptionValue?
    ) throws(CommandFailure) -> CarbonIntensity? {
        let regions = try regions(file)
        if let region, region.value == "list" {
            try list(regions)
            throw .ended
        }
        if let number {
            if let other = region ?? file {
                throw number.refused("\(other.name) names intensities too; leave one of the two out.")
            }
            return try intensity(number)
        }
        guard let region else {
            guard let file else { return nil }
            throw file.refused("it is of no use without a region; add --region with one of its codes.")
        }
        do throws(CarbonRegionError) {
            return try regions.intensity(of: region.value)
        } catch {
            throw region.refused(
                "\(error) --region list shows the codes; --carbon-intensity sets a number by hand, "
                    + "and --region World takes the mean of the world.")
        }
    }

    private static func regions(_ file: OptionValue?) throws(CommandFailure) -> CarbonRegions {
        guard let file else { return .known }
        return CarbonRegions.known.overridden(by: try CarbonFile(file.value).intensities)
    }

    private static func intensity(_ option: OptionValue) throws(CommandFailure) -> CarbonIntensity {
        guard let number = Double(option.value), let intensity = CarbonIntensity(gramsPerKilowattHour: number) else {
            throw option.refused("allowed is a number of grams of CO2 a kilowatt-hour from 0 to 10000, such as 380.")
        }
        return intensity
    }

    private static func list(_ regions: CarbonRegions) throws(CommandFailure) {
        var bytes: [UInt8] = []
        CarbonText.append(regions, to: &bytes)
        var output = StandardOutput()
        try output.write(bytes)
    }
}
#endif
