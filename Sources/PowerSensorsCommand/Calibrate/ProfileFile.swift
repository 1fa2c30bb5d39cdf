#if Exporters
import FoundationEssentials
package import PowerSensors
import PowerSensorsExporters

/// A calibration profile as a JSON file.
package enum ProfileFile {
    package static func bytes(of profile: CalibrationProfile) throws(CommandFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return Array(try encoder.encode(profile)) + [UInt8(ascii: "\n")]
        } catch {
            throw .failure("The profile cannot be written as JSON: \(error)")
        }
    }

    /// Writes a profile to a file, or to standard output without one. If the file cannot be written, it is on standard
    /// output: minutes of measuring must not be lost.
    static func write(_ profile: CalibrationProfile, to path: String?) throws(CommandFailure) {
        let bytes = try bytes(of: profile)
        guard let path else { return try StandardOutput.write(bytes) }
        do throws(OutputFileError) {
            try OutputFile.replace(path, with: bytes)
        } catch {
            try? StandardOutput.write(bytes)
            throw .failure("--output \(error) The profile is on standard output.")
        }
    }

    /// Reads a profile.
    ///
    /// - Throws: A failure that names the file, what is wrong with it, and the remedy.
    package static func read(_ path: String) throws(CommandFailure) -> CalibrationProfile {
        let remedy = "Write it again with powersensors calibrate."
        let bytes = try namedFile(path, "a profile")
        do {
            return try JSONDecoder().decode(CalibrationProfile.self, from: Data(bytes))
        } catch DecodingError.keyNotFound(let key, _) {
            throw .failure("\(path): it is not a profile: \(key.stringValue) is missing. \(remedy)")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            let key = place.isEmpty ? "the whole text" : place
            throw .failure("\(path): it is not a profile: \(key) has the wrong type. \(remedy)")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw .failure("\(path): it is not a profile: \(context.debugDescription). \(remedy)")
        } catch {
            throw .failure("\(path): it is not complete JSON. \(remedy)")
        }
    }
}
#endif
