#if Exporters
import FoundationEssentials
package import PowerSensors
import PowerSensorsExporters

/// What a machine has learned of its own power, as a JSON file of a few kilobytes.
package enum LearnedFile {
    /// What was learned, and what for.
    package struct Content: Codable {
        let of: Identity
        package var bins = CalibrationBins()
        /// The profile that no longer fits, since when all of the bins was learned; nil for none.
        private var outdated: CalibrationProfile?

        package init(from meter: borrowing CalibrationMeter) { of = Identity(meter) }

        /// Gives up what was learned before a profile ceased to fit.
        ///
        /// - Returns: Whether there was such: not if all was learned since then, as by a run that was ended.
        package mutating func giveUp(since profile: CalibrationProfile?) -> Bool {
            if let outdated, outdated == profile { return false }
            (bins, outdated) = (CalibrationBins(), profile)
            return true
        }

        /// Notes that the profile fits again, so that the bins are of before as well.
        mutating func keepAll() { outdated = nil }
    }

    /// Of what it was learned.
    struct Identity: Hashable, Codable {
        /// The version of the file's form.
        static let currentVersion = 1

        let version: Int
        let scope: String
        let sensor: String
        let channels: [String]
        let hardware: CalibrationProfile.Hardware

        init(_ meter: borrowing CalibrationMeter) {
            version = Self.currentVersion
            scope = meter.scope.name
            sensor = meter.sensor.name
            channels = meter.channels
            hardware = meter.hardware
        }

        /// The words for it in a message.
        fileprivate var text: String {
            "\(channels.joined(separator: " + ")) (\(scope)) on \(hardware.name) with \(hardware.threads) threads"
        }
    }

    package static func write(_ content: Content, to path: String) throws(CommandFailure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let bytes: [UInt8]
        do {
            bytes = Array(try encoder.encode(content)) + [UInt8(ascii: "\n")]
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
    package static func read(
        _ path: String, for meter: borrowing CalibrationMeter
    ) throws(CommandFailure) -> Content? {
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
        let identity = Identity(meter)
        guard content.of == identity else {
            throw .failure(
                "\(path): it was learned from \(content.of.text), and now it would be \(identity.text). \(remedy)")
        }
        return content
    }
}
#endif
