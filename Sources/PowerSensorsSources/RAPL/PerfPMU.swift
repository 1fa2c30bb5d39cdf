import PowerSensorsCore
import PowerSensorsMachine

#if canImport(Glibc)
import Glibc
#endif

/// A PMU of perf that counts energy, as its folder in sysfs describes it.
package struct PerfPMU: Sendable {
    /// An event that counts energy.
    struct Event: Hashable, Sendable {
        /// Such as `energy-pkg`.
        let name: String

        /// How the kernel identifies it.
        let code: EventCode

        /// n if it counts in 2⁻ⁿ J.
        let exponent: Int
    }

    /// The folder of all PMUs.
    package static let folder = "bus/event_source/devices"

    /// Its name, such as `power`.
    let name: String

    /// A processor for each part of the machine that the PMU counts for: package, die or core.
    let processors: [Int]

    /// The events with well-formed files, sorted by name.
    let events: [Event]

    var path: String { Self.path(of: name) }

    static func path(of name: String) -> String { "\(folder)/\(name)" }

    /// The names of the PMUs that count energy: `power`, and names such as AMD's `power_core`.
    static func names(in sysfs: SystemRoot) -> [String] {
        ((try? sysfs.list(folder)) ?? []).filter { $0 == "power" || $0.hasPrefix("power_") }
    }

    /// Reads a PMU's folder. An event with malformed files is left out, with a finding.
    ///
    /// - Throws: ``AttributeError`` if a file that all events need cannot be read.
    init(_ name: String, in sysfs: SystemRoot, findings: inout [Finding]) throws(AttributeError) {
        self.name = name
        let path = Self.path(of: name)
        let number = try sysfs.number("\(path)/type")
        let mask = try sysfs.text("\(path)/cpumask")
        guard let type = UInt32(exactly: number) else {
            throw AttributeError(path: "\(sysfs.path)/\(path)/type", errno: EBADMSG)
        }
        guard let list = ProcessorList(mask) else {
            throw AttributeError(path: "\(sysfs.path)/\(path)/cpumask", errno: EBADMSG)
        }
        processors = list.numbers
        var events: [Event] = []
        for file in try sysfs.list("\(path)/events") where !file.contains(".") {
            do throws(EventError) {
                if let event = try Self.event(file, type: type, path, in: sysfs) { events.append(event) }
            } catch {
                findings.append(.unusableEvent("\(path)/events/\(error.file)", error.text))
            }
        }
        self.events = events
    }

    private struct EventError: Error {
        let file: String
        let text: String
    }

    /// Reads an event; nil if it does not count energy.
    private static func event(
        _ name: String, type: UInt32, _ path: String, in sysfs: SystemRoot
    ) throws(EventError) -> Event? {
        func text(_ file: String) throws(EventError) -> String {
            do throws(AttributeError) {
                return try sysfs.text("\(path)/events/\(file)")
            } catch {
                throw EventError(file: file, text: error.reason)
            }
        }
        guard try text("\(name).unit") == "Joules" else { return nil }
        let scale = try text("\(name).scale")
        guard let exponent = EventTerms.exponent(ofScale: scale) else {
            throw EventError(file: "\(name).scale", text: "Its scale is not a power of two: \(scale.quoted)")
        }
        let terms = try text(name)
        let code = EventTerms.code(of: terms, type: type) { term in
            (try? sysfs.text("\(path)/format/\(term)")).flatMap(EventTermFormat.init)
        }
        guard let code else {
            throw EventError(file: name, text: "Its terms do not match the PMU's format folder: \(terms.quoted)")
        }
        return Event(name: name, code: code, exponent: exponent)
    }
}
