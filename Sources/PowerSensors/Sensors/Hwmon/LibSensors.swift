import CPowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// libsensors, which knows what a user's sensors3.conf adds to the kernel's chips: labels, what to ignore, what to compute.
///
/// Its state is the process's, so there is one of it. Values are read side by side, since a chip may take its time or never
/// answer; the configuration is read while nobody reads a value. It is loaded at run time where it is installed; it prints
/// nothing here, and never ends the process.
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

        /// A value by what the library numbers chips and values with.
        package init(label: String? = nil, isComputed: Bool = false, chip: Int32 = -1, number: Int32 = -1) {
            self.label = label
            self.isComputed = isComputed
            self.chip = chip
            self.number = number
        }
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

        /// Whether it could not be read again, since a read is still under way.
        package fileprivate(set) var isOld = false

        fileprivate var generation = 0

        /// What a configuration leaves.
        package init(_ chips: [String: [String: Value]] = [:]) { self.chips = chips }
    }

    private struct State: Sendable {
        var catalogue = Catalogue()
        /// How many values are being read.
        var reads = 0
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

    private let state = Guarded(State())
    private let scan: @Sendable (SystemRoot) -> Result<Catalogue, Failure>
    private let value: @Sendable (_ chip: Int32, _ number: Int32) -> Double?

    private convenience init() { self.init(scan: Self.scan, value: Self.value) }

    /// A library that a test stands in for.
    ///
    /// - Parameters:
    ///   - scan: Reads the configuration and the chips.
    ///   - value: Reads one value.
    package init(
        scan: @escaping @Sendable (SystemRoot) -> Result<Catalogue, Failure>,
        value: @escaping @Sendable (_ chip: Int32, _ number: Int32) -> Double?
    ) {
        self.scan = scan
        self.value = value
    }

    /// Why it cannot be used; nil where it can be loaded.
    package var failure: Failure? { state.withLock { _ in Failure(cpowersensors_libsensors_look()) } }

    /// How long a load waits for the reads that are under way.
    private static let patience = Duration.milliseconds(200)

    /// Reads the configuration and the chips, again where that was done before.
    ///
    /// Where a read hangs, what was read before stands, and says so.
    ///
    /// - Parameter sysfs: The machine's own `/sys`.
    package func load(_ sysfs: SystemRoot) throws(Failure) -> Catalogue {
        let end = ContinuousClock.now + Self.patience
        while true {
            let outcome = state.withLock { $0.reads == 0 ? load(sysfs, into: &$0) : nil }
            if let outcome { return try outcome.get() }
            if ContinuousClock.now >= end { break }
            pause(.milliseconds(5))
        }
        var catalogue = state.withLock { $0.catalogue }
        catalogue.isOld = true
        return catalogue
    }

    private func load(_ sysfs: SystemRoot, into state: inout State) -> Result<Catalogue, Failure> {
        let generation = state.catalogue.generation + 1
        let outcome = scan(sysfs)
        state.catalogue = (try? outcome.get()) ?? Catalogue()
        state.catalogue.generation = generation
        return outcome.map { _ in state.catalogue }
    }

    /// Reads one value with all that is computed; nil where the library does not give it.
    ///
    /// It may take as long as the chip does, and holds up nobody else.
    package func read(_ address: inout Address) -> Double? {
        let found = state.withLock { state -> Value? in
            address.find(in: state.catalogue)
            if address.value != nil { state.reads += 1 }
            return address.value
        }
        guard let found else { return nil }
        defer { state.withLock { $0.reads -= 1 } }
        return value(found.chip, found.number)
    }

    // MARK: The library itself

    @Sendable private static func scan(_ sysfs: SystemRoot) -> Result<Catalogue, Failure> {
        let configuration = SensorsConfiguration.ofSystem()
        var report = cpowersensors_libsensors_report()
        if let failure = Failure(unsafe cpowersensors_libsensors_start(&report)) { return .failure(failure) }
        var catalogue = Catalogue()
        catalogue.misread = Misread(report)
        var place = unsafe cpowersensors_libsensors_place()
        var found = cpowersensors_libsensors_value()
        while unsafe cpowersensors_libsensors_next(&place, &found) == 1 { catalogue.add(found, configuration, sysfs) }
        return .success(catalogue)
    }

    @Sendable private static func value(_ chip: Int32, _ number: Int32) -> Double? {
        var value = 0.0
        let code = unsafe cpowersensors_libsensors_read(chip, number, &value)
        return code == 0 && value.isFinite ? value : nil
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
