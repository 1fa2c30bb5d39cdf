#if Exporters
import FoundationEssentials
import PowerSensors

/// A calibration's profile as a file.
enum ProfileFile {
    /// A profile as JSON.
    static func bytes(of profile: CalibrationProfile) throws(CommandFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return Array(try encoder.encode(profile)) + [UInt8(ascii: "\n")]
        } catch {
            throw .failure("The profile cannot be written as JSON: \(error)")
        }
    }

    /// Reads a profile.
    ///
    /// - Throws: A failure that names the file, what is wrong with it, and the remedy.
    static func read(_ path: String) throws(CommandFailure) -> CalibrationProfile {
        let remedy = "Write it anew with powersensors calibrate."
        let bytes: [UInt8]
        do throws(AttributeError) {
            bytes = try WholeFile.bytes(path)
        } catch {
            throw .failure("\(error). Name a profile that this user may read.")
        }
        do {
            return try JSONDecoder().decode(CalibrationProfile.self, from: Data(bytes))
        } catch DecodingError.keyNotFound(let key, _) {
            throw .failure("\(path): it is no profile: \(key.stringValue) is missing. \(remedy)")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            let key = place.isEmpty ? "the whole" : place
            throw .failure("\(path): it is no profile: \(key) is of another type. \(remedy)")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw .failure("\(path): it is no profile: \(context.debugDescription). \(remedy)")
        } catch {
            throw .failure("\(path): it is no whole JSON text. \(remedy)")
        }
    }
}
#endif
