#if Exporters
import FoundationEssentials
import PowerSensors
import PowerSensorsExporters

/// What a machine has learned of its own power, as a JSON file of a few kilobytes.
enum LearnedFile {
    /// What was learned, and of what.
    struct Identity: Hashable, Codable {
        /// The version of the file's form.
        static let currentVersion = 1

        let version: Int
        let scope: String
        let sensor: String
        let hardware: CalibrationProfile.Hardware

        init(_ meter: borrowing CalibrationMeter) {
            version = Self.currentVersion
            scope = meter.scope.name
            sensor = meter.sensor.name
            hardware = meter.hardware
        }
    }

    private struct Content: Codable {
        let of: Identity
        let bins: CalibrationBins
    }

    static func write(_ bins: CalibrationBins, of identity: Identity, to path: String) throws(CommandFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let bytes: [UInt8]
        do {
            bytes = Array(try encoder.encode(Content(of: identity, bins: bins))) + [UInt8(ascii: "\n")]
        } catch {
            throw .failure("What was learned cannot be written as JSON: \(error)")
        }
        do throws(OutputFileError) {
            try OutputFile.replace(path, with: bytes)
        } catch {
            throw .failure("What was learned cannot be kept: \(error)")
        }
    }

    /// Reads what was learned; nil if there is no such file.
    ///
    /// - Throws: A failure if the file is of something else than the meter, or cannot be read.
    static func read(_ path: String, for meter: borrowing CalibrationMeter) throws(CommandFailure) -> CalibrationBins? {
        let bytes: [UInt8]
        do throws(AttributeError) {
            bytes = try WholeFile.bytes(path)
        } catch {
            if error.status == .absent { return nil }
            throw .failure("\(error). Make it readable, or name another file with --state.")
        }
        let remedy = "Remove it to begin anew, or name another file with --state."
        let content: Content
        do {
            content = try JSONDecoder().decode(Content.self, from: Data(bytes))
        } catch {
            throw .failure("\(path): it is not what calibrate --passive has learned. \(remedy)")
        }
        guard content.of == Identity(meter) else {
            throw .failure(
                "\(path): it was learned from \(content.of.sensor) (\(content.of.scope)) on \(content.of.hardware.name) with"
                    + " \(content.of.hardware.threads) threads, and now it would be \(meter.sensor) (\(meter.scope)) on"
                    + " \(meter.hardware.name) with \(meter.hardware.threads). \(remedy)")
        }
        return content.bins
    }
}
#endif
