#if Exporters
import PowerSensors
import PowerSensorsExporters

/// A file of carbon intensities: a site's own figures, in place of the library's and beside them.
///
/// Comma-separated, with a header; `region` and `gco2e_per_kwh` must be there, `name`, `year` and `source` may be.
struct CarbonFile {
    /// What it holds.
    let intensities: [CarbonIntensity]

    /// Reads a file.
    ///
    /// - Throws: A failure that names the file, the line, the value and the remedy.
    init(_ path: String) throws(CommandFailure) {
        let bytes: [UInt8]
        do throws(AttributeError) {
            bytes = try WholeFile.bytes(path)
        } catch {
            throw .failure("\(error). Name a file of carbon intensities that this user may read.")
        }
        try self.init(bytes, path: path)
    }

    /// Reads the bytes of a file; the path is for messages.
    init(_ bytes: [UInt8], path: String) throws(CommandFailure) {
        let records = Array(TableRecords(bytes))
        if let line = records.first(where: \.isCutOff)?.line {
            throw .failure("\(path):\(line): a quotation mark is not closed. Close it, or write two for one.")
        }
        guard let header = records.first, records.count > 1 else {
            throw .failure("\(path): it holds no region. Write a header, region,gco2e_per_kwh, and a line a region.")
        }
        let columns = Dictionary(header.fields.enumerated().map { ($1, $0) }) { first, _ in first }
        guard let region = columns["region"], let grams = columns["gco2e_per_kwh"] else {
            throw .failure(
                "\(path):\(header.line): the header has no column region or none gco2e_per_kwh: "
                    + "\(header.fields.joined(separator: ",").safeToShow). Add it.")
        }
        var intensities: [CarbonIntensity] = []
        for record in records.dropFirst() {
            func field(_ column: Int?) -> String {
                column.flatMap { record.fields.indices.contains($0) ? record.fields[$0] : nil } ?? ""
            }
            guard !field(region).isEmpty else {
                throw .failure("\(path):\(record.line): the region has no code. Give it one, or leave the line out.")
            }
            guard let number = Double(field(grams)), CarbonIntensity.plausible.contains(number) else {
                throw .failure(
                    "\(path):\(record.line): gco2e_per_kwh is '\(field(grams).safeToShow)'. "
                        + "Allowed is a number of grams a kilowatt-hour from 0 to 10000.")
            }
            let name = field(columns["name"])
            intensities.append(
                CarbonIntensity(
                    region: field(region), name: name.isEmpty ? field(region) : name, gramsPerKilowattHour: number,
                    year: field(columns["year"]), source: field(columns["source"])))
        }
        self.intensities = intensities
    }
}
#endif
