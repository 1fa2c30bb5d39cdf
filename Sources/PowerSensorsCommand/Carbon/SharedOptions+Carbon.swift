#if Exporters
import PowerSensors
import PowerSensorsCarbon
import PowerSensorsExporters

extension SharedOptions {
    /// The carbon intensity of the machine's electricity, by its region or as a number; nil if no option sets it.
    ///
    /// `--region list` prints the known regions, and ends the command. As a setting it would end a service that has done nothing.
    func carbon(in environment: Environment) throws(CommandFailure) -> CarbonIntensity? {
        let region = region.given(in: environment)
        let file = carbonFile.given(in: environment)
        let regions =
            try file.map { (file) throws(CommandFailure) in
                CarbonRegions.builtIn.overridden(by: try CarbonFile(file.value).intensities)
            } ?? .builtIn
        if let region, region.value == "list" {
            if region.isVariable {
                throw region.refused("list is only for the command line, where it shows the codes: --region list")
            }
            try StandardOutput.write(
                text: CarbonText.table(regions.intensities.sorted { $0.region.lowercased() < $1.region.lowercased() }))
            throw .ended
        }
        if let number = carbonIntensity.given(in: environment) {
            if let other = region ?? file {
                throw number.refused("\(other.name) names an intensity too; leave one of the two out.")
            }
            return try carbonIntensity.value(in: environment).flatMap { CarbonIntensity(gramsPerKilowattHour: $0) }
        }
        guard let region else {
            if let file { throw file.refused("it has no effect without a region; add --region with one of its codes.") }
            return nil
        }
        do throws(CarbonRegionError) {
            return try regions.intensity(of: region.value)
        } catch {
            let names = regions.intensities.flatMap { [$0.name, $0.region] }
            let hint = error.candidates.isEmpty ? suggestion(for: region.value, among: names) : nil
            throw region.refused(
                "\(error)\(hint.map { " Did you mean \($0)?" } ?? "") --region list shows the codes; --carbon-intensity sets a number by hand, "
                    + "and --region World uses the world's mean.")
        }
    }
}
#endif
