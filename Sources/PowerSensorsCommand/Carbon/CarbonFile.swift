#if Exporters
package import PowerSensors
import PowerSensorsExporters

/// A file of a site's own carbon intensities, which override and extend the library's.
///
/// Comma-separated, with a header; the columns `region` and `gco2e_per_kwh` are required, `name`, `year` and `source` optional.
package struct CarbonFile {
    package let intensities: [CarbonIntensity]

    /// Reads a file.
    ///
    /// - Throws: A failure that names the file, the line, the value and the remedy.
    init(_ path: String) throws(CommandFailure) {
        try self.init(try namedFile(path, "a file of carbon intensities"), path: path)
    }

    /// Parses the bytes of a file; the path is for messages.
    package init(_ bytes: [UInt8], path: String) throws(CommandFailure) {
        let records = Array(TableRecords(bytes))
        if let line = records.first(where: \.isCutOff)?.line {
            throw .failure(
                "\(path):\(line): a quotation mark is not closed. Close it, or write it twice to mean the character.")
        }
        guard let header = records.first, records.count > 1 else {
            throw .failure("\(path): it has no region. Write a header, region,gco2e_per_kwh, and one line per region.")
        }
        let columns = Dictionary(header.fields.enumerated().map { ($1, $0) }) { first, _ in first }
        guard let region = columns["region"], let grams = columns["gco2e_per_kwh"] else {
            throw .failure(
                "\(path):\(header.line): the header lacks the column region or gco2e_per_kwh: "
                    + "\(header.fields.joined(separator: ",").safeToShow). Add it.")
        }
        var intensities: [CarbonIntensity] = []
        for record in records.dropFirst() {
            func field(_ column: Int?) -> String {
                column.flatMap { record.fields.indices.contains($0) ? record.fields[$0] : nil } ?? ""
            }
            guard !field(region).isEmpty else {
                throw .failure("\(path):\(record.line): the region has no code. Add one, or remove the line.")
            }
            let name = field(columns["name"])
            guard let number = Double(field(grams)),
                let intensity = CarbonIntensity(
                    region: field(region), name: name.isEmpty ? field(region) : name, gramsPerKilowattHour: number,
                    year: field(columns["year"]), source: field(columns["source"]))
            else {
                throw .failure(
                    "\(path):\(record.line): gco2e_per_kwh is '\(field(grams).safeToShow)'. "
                        + "It must be a number of grams per kilowatt-hour from 0 to 10000.")
            }
            intensities.append(intensity)
        }
        self.intensities = intensities
    }
}
#endif
