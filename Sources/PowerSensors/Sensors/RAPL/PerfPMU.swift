#if canImport(Glibc)
import Glibc
#endif

/// A PMU of perf that counts energy, as its folder in sysfs shows it.
package struct PerfPMU: Sendable {
    /// An event that counts energy.
    package struct Event: Hashable, Sendable {
        /// Such as `energy-pkg`.
        package let name: String

        /// What names it to the kernel.
        package let code: EventCode

        /// n, where its numbers are in 2⁻ⁿ J.
        package let exponent: Int
    }

    /// The folder of all PMUs.
    package static let folder = "bus/event_source/devices"

    /// Its name, such as `power`.
    package let name: String

    /// One processor of each part of the machine that it counts for: package, die or core.
    package let processors: [Int]

    /// The events whose files make sense, in the order of their names.
    package let events: [Event]

    /// Its folder.
    package var path: String { Self.path(of: name) }

    package static func path(of name: String) -> String { "\(folder)/\(name)" }

    /// The names of the PMUs that count energy: `power`, and whatever begins so, such as `power_core` of AMD.
    package static func names(in sysfs: SystemRoot) -> [String] {
        ((try? sysfs.list(folder)) ?? []).filter { $0 == "power" || $0.hasPrefix("power_") }
    }

    /// Reads a PMU's folder. What is wrong with one event takes that event away, and leaves a finding.
    ///
    /// - Throws: The file without which there is no event at all.
    package init(_ name: String, in sysfs: SystemRoot, findings: inout [Finding]) throws(AttributeError) {
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

    /// What is wrong with an event, and in which of its files.
    private struct EventError: Error {
        let file: String
        let text: String
    }

    /// An event of energy; nil for one of anything else.
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
        let unit = try text("\(name).unit")
        guard unit == "Joules" else { return nil }
        let scale = try text("\(name).scale")
        guard let exponent = EventTerms.exponent(ofScale: scale) else {
            throw EventError(file: "\(name).scale", text: "Its scale is no power of two: \(scale.quoted)")
        }
        let terms = try text(name)
        let code = EventTerms.code(of: terms, type: type) { term in
            (try? sysfs.text("\(path)/format/\(term)")).flatMap(EventTermFormat.init)
        }
        guard let code else {
            throw EventError(
                file: name, text: "Its terms are not what the PMU's format folder explains: \(terms.quoted)")
        }
        return Event(name: name, code: code, exponent: exponent)
    }
}
