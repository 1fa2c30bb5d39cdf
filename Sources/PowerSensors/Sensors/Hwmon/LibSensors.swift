import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// libsensors, which knows what a user's sensors3.conf adds to the kernel's chips: labels, what to ignore, what to compute.
///
/// Its state is the process's, so there is one of it, and every call holds its lock. It is loaded at run time where it
/// is installed; it prints nothing here, and never ends the process.
package final class LibSensors: Sendable {
    /// Why it is of no use.
    package enum Failure: Error, Hashable, Sendable {
        case notBuilt, absent, foreign, failed, fatal

        init?(_ code: Int32) {
            switch code {
            case 0: return nil
            case Int32(CPOWERSENSORS_LIBSENSORS_NOT_BUILT): self = .notBuilt
            case Int32(CPOWERSENSORS_LIBSENSORS_ABSENT): self = .absent
            case Int32(CPOWERSENSORS_LIBSENSORS_FOREIGN): self = .foreign
            case Int32(CPOWERSENSORS_LIBSENSORS_FATAL): self = .fatal
            default: self = .failed
            }
        }
    }

    /// What the library says of one value.
    package struct Value: Hashable, Sendable {
        /// A name for people; nil where it is the kernel's own for the channel, such as `in0`.
        package let label: String?

        /// Whether some line of the configuration may compute it.
        package let isComputed: Bool

        fileprivate let chip: Int32
        fileprivate let number: Int32
    }

    /// A line of the configuration that the library did not understand.
    package struct Misread: Hashable, Sendable {
        package let file: String
        package let line: Int
        package let message: String
        package let count: Int
    }

    /// All values that the configuration leaves, by the chip's folder beneath `/sys`, without links, and the file's name.
    package struct Catalogue: Sendable {
        package fileprivate(set) var chips: [String: [String: Value]] = [:]
        package fileprivate(set) var misread: Misread?
        fileprivate var generation = 0
    }

    /// Where a computed value is found; it finds its way anew after the configuration was loaded again.
    package struct Address: Sendable {
        let folder: String
        let file: String
        private(set) var generation = 0
        private(set) var value: Value?

        /// A value of a chip's folder, without links, and of a file, such as `in0_input`.
        package init(folder: String, file: String) { (self.folder, self.file) = (folder, file) }

        fileprivate mutating func find(in catalogue: Catalogue) {
            if generation == catalogue.generation { return }
            generation = catalogue.generation
            value = catalogue.chips[folder]?[file]
        }
    }

    /// The only one.
    package static let shared = LibSensors()

    private let catalogue = Guarded(Catalogue())

    private init() {}

    /// Why it cannot be used; nil where it can be loaded.
    package var failure: Failure? { catalogue.withLock { _ in Failure(cpowersensors_libsensors_look()) } }

    /// Reads the configuration and the chips, again where that was done before.
    ///
    /// - Parameter sysfs: The machine's own `/sys`.
    package func load(_ sysfs: SystemRoot) throws(Failure) -> Catalogue {
        let configuration = SensorsConfiguration.ofSystem()
        return try catalogue.withLock { (catalogue) throws(Failure) in
            var report = cpowersensors_libsensors_report()
            if let failure = Failure(unsafe cpowersensors_libsensors_start(&report)) {
                catalogue = Catalogue(generation: catalogue.generation + 1)
                throw failure
            }
            var fresh = Catalogue(generation: catalogue.generation + 1)
            fresh.misread = Misread(report)
            var place = unsafe cpowersensors_libsensors_place()
            var found = cpowersensors_libsensors_value()
            while unsafe cpowersensors_libsensors_next(&place, &found) == 1 { fresh.add(found, configuration, sysfs) }
            catalogue = fresh
            return fresh
        }
    }

    /// Reads one value with all that is computed; nil where the library does not give it.
    package func read(_ address: inout Address) -> Double? {
        catalogue.withLock { catalogue in
            address.find(in: catalogue)
            guard let value = address.value else { return nil }
            var number = 0.0
            let code = unsafe cpowersensors_libsensors_read(value.chip, value.number, &number)
            return code == 0 && number.isFinite ? number : nil
        }
    }
}

extension LibSensors.Catalogue {
    fileprivate mutating func add(
        _ found: cpowersensors_libsensors_value, _ configuration: SensorsConfiguration, _ sysfs: SystemRoot
    ) {
        let path = text(found.path)
        guard path.hasPrefix("/sys/") else { return }
        let folder = (try? sysfs.resolve(String(path.dropFirst("/sys/".count)))) ?? path
        var values = chips[folder, default: [:]]
        if found.number >= 0 {
            let (feature, label) = (text(found.feature), text(found.label))
            let isComputed =
                found.may_be_computed != 0 && configuration.computes(feature, ofChip: text(found.prefix))
            values[text(found.name)] = LibSensors.Value(
                label: label.isEmpty || label == feature ? nil : label, isComputed: isComputed, chip: found.chip,
                number: found.number)
        }
        chips[folder] = values
    }
}

extension LibSensors.Misread {
    fileprivate init?(_ report: cpowersensors_libsensors_report) {
        guard report.errors > 0 else { return nil }
        self.init(
            file: text(report.file), line: Int(report.line), message: text(report.message), count: Int(report.errors))
    }
}

/// A C string in a field of fixed size.
private func text<Field>(_ field: Field) -> String {
    unsafe withUnsafeBytes(of: field) { bytes in unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}
