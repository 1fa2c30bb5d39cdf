import Glibc
import PowerSensorsCore
import PowerSensorsMachine

/// A PMU (performance monitoring unit) of perf that counts energy, as its folder in sysfs describes it.
package struct PerfPMU: Sendable {
    /// An event that counts energy.
    struct Event: Hashable, Sendable {
        /// Such as `energy-pkg`.
        let name: String

        /// How the kernel identifies it.
        let code: EventCode

        /// n, if one count is 2⁻ⁿ J.
        let exponent: Int
    }

    /// The folder of all PMUs.
    package static let folder = "bus/event_source/devices"

    /// Its name, such as `power`.
    let name: String

    /// The processors on which its events are opened: one in each part of the machine (package, die or core) that it
    /// counts for.
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
        guard let type = UInt32(exactly: try sysfs.number("\(path)/type")) else {
            throw AttributeError(path: "\(sysfs.path)/\(path)/type", errno: EBADMSG)
        }
        guard let list = ProcessorList(try sysfs.text("\(path)/cpumask")) else {
            throw AttributeError(path: "\(sysfs.path)/\(path)/cpumask", errno: EBADMSG)
        }
        processors = list.numbers
        var events: [Event] = []
        for file in try sysfs.list("\(path)/events") where !file.contains(".") {
            if let event = Self.event(file, type: type, path, in: sysfs, &findings) { events.append(event) }
        }
        self.events = events
    }

    /// Reads an event's files; nil if it does not count energy, or if they are malformed, which adds a finding.
    private static func event(
        _ name: String, type: UInt32, _ path: String, in sysfs: SystemRoot, _ findings: inout [Finding]
    ) -> Event? {
        var file = "\(path)/events/\(name).unit"
        do throws(AttributeError) {
            guard try sysfs.text(file) == "Joules" else { return nil }
            file = "\(path)/events/\(name).scale"
            let scale = try sysfs.text(file)
            guard let exponent = EventTerms.exponent(ofScale: scale) else {
                findings.append(.unusableEvent(file, "Its scale is not a power of two: \(scale.quoted)"))
                return nil
            }
            file = "\(path)/events/\(name)"
            let terms = try sysfs.text(file)
            let code = EventTerms.code(of: terms, type: type) { term in
                (try? sysfs.text("\(path)/format/\(term)")).flatMap(EventTermFormat.init)
            }
            if let code { return Event(name: name, code: code, exponent: exponent) }
            findings.append(
                .unusableEvent(file, "Its terms do not match the PMU's format folder: \(terms.quoted)"))
        } catch {
            findings.append(.unusableEvent(file, error.reason))
        }
        return nil
    }
}
