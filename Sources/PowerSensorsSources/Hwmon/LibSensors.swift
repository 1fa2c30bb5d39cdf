import CPowerSensors
package import PowerSensorsCore
import PowerSensorsMachine

/// libsensors, which applies a user's sensors3.conf to the kernel's chips: labels, channels to ignore, values to
/// compute.
///
/// Its state is shared by the whole process, so there is one instance. Values are read in parallel, since a chip may be
/// slow or hang; the configuration is loaded while no value is being read. The library is loaded at run time if it is
/// installed. Here it prints nothing and never ends the process.
package final class LibSensors: Sendable {
    /// Why the library cannot be used.
    ///
    /// The numbers are the C module's, such as `CPOWERSENSORS_LIBSENSORS_NOT_BUILT`.
    package enum Failure: Int32, Error, Sendable {
        /// This program was built without its header.
        case notBuilt = 1
        /// It is not installed.
        case absent = 2
        /// It is not compatible: it lacks functions that it should have.
        case foreign = 3
        /// It cannot be initialized.
        case failed = 4
        /// It met an error that it considers fatal.
        case fatal = 5
    }

    /// What the library knows about a value.
    package struct Value: Hashable, Sendable {
        /// A human-readable name; nil if it is the kernel's own name for the channel, such as `in0`.
        let label: String?

        /// Whether a line of the configuration may compute it.
        let isComputed: Bool

        /// The library's numbers for the chip and the value.
        fileprivate let chip: Int32
        fileprivate let number: Int32

        package init(label: String? = nil, isComputed: Bool = false, chip: Int32 = -1, number: Int32 = -1) {
            self.label = label
            self.isComputed = isComputed
            self.chip = chip
            self.number = number
        }
    }

    /// All values that the configuration does not ignore.
    package struct Catalogue: Sendable {
        /// The values, by the chip's folder in sysfs (with all links resolved) and then by the file's name.
        package fileprivate(set) var chips: [String: [String: Value]] = [:]

        /// The first line of the configuration that the library did not understand.
        fileprivate(set) var malformedLine: Finding?

        /// Whether it could not be loaded again, since a value was being read, and is that of an earlier load.
        package fileprivate(set) var isStale = false

        package init(_ chips: [String: [String: Value]] = [:]) { self.chips = chips }
    }

    package static let shared = LibSensors(scan: scan, value: readFromLibrary)

    /// The latest catalogue, and how many values are being read.
    private let state = Locked((catalogue: Catalogue(), reads: 0))
    private let scan: @Sendable (SystemRoot) -> Result<Catalogue, Failure>
    private let readValue: @Sendable (_ chip: Int32, _ number: Int32) -> Double?

    /// An instance with the given functions, which tests replace.
    ///
    /// - Parameters:
    ///   - scan: Reads the configuration and the chips.
    ///   - value: Reads one value.
    package init(
        scan: @escaping @Sendable (SystemRoot) -> Result<Catalogue, Failure>,
        value: @escaping @Sendable (_ chip: Int32, _ number: Int32) -> Double?
    ) {
        self.scan = scan
        readValue = value
    }

    /// Why it cannot be used; nil if it can be loaded.
    package var failure: Failure? {
        // The C library is not thread-safe, so the lock is held even though the state is not used.
        state.withLock { _ in Failure(rawValue: cpowersensors_libsensors_check()) }
    }

    /// Reads the configuration and the chips, even if they have been read before.
    ///
    /// It waits up to 200 ms for reads of values that are in progress. If one of them hangs, it returns the earlier
    /// catalogue.
    ///
    /// - Parameter sysfs: The machine's own `/sys`.
    package func load(_ sysfs: SystemRoot) throws(Failure) -> Catalogue {
        let end = ContinuousClock.now + .milliseconds(200)
        while true {
            let outcome = state.withLock { state -> Result<Catalogue, Failure>? in
                guard state.reads == 0 else { return nil }
                let outcome = scan(sysfs)
                state.catalogue = (try? outcome.get()) ?? Catalogue()
                return outcome
            }
            if let outcome { return try outcome.get() }
            if ContinuousClock.now >= end { break }
            pause(.milliseconds(5))
        }
        var catalogue = state.withLock { $0.catalogue }
        catalogue.isStale = true
        return catalogue
    }

    /// Reads a value with its computations; nil if the library does not return it.
    ///
    /// It takes as long as the chip needs, and blocks no other reader.
    ///
    /// - Parameters:
    ///   - file: The file's name, such as `in0_input`.
    ///   - folder: The chip's folder in sysfs, with all links resolved.
    package func read(_ file: String, in folder: String) -> Double? {
        let found = state.withLock { state -> Value? in
            let value = state.catalogue.chips[folder]?[file]
            if value != nil { state.reads += 1 }
            return value
        }
        guard let found else { return nil }
        defer { state.withLock { $0.reads -= 1 } }
        return readValue(found.chip, found.number)
    }

    // MARK: The library itself

    @Sendable private static func scan(_ sysfs: SystemRoot) -> Result<Catalogue, Failure> {
        let configuration = SensorsConfiguration.ofSystem()
        var report = cpowersensors_libsensors_report()
        let code = unsafe cpowersensors_libsensors_start(&report)
        if code != 0 { return .failure(Failure(rawValue: code) ?? .failed) }
        var catalogue = Catalogue()
        if report.errors > 0 { catalogue.malformedLine = .malformed(report) }
        var cursor = unsafe cpowersensors_libsensors_cursor()
        while unsafe cpowersensors_libsensors_next(&cursor) == 1 {
            let folder = unsafe catalogue.add(cursor.value, configuration, sysfs)
            // A label may be in a file of the chip. The library itself has read only the chip's name, which the kernel
            // knows without the device.
            let isChip = unsafe cursor.value.isChip
            if isChip, let folder, mayBeAsleep(folder, sysfs) { unsafe cursor.skips_labels = 1 }
        }
        return .success(catalogue)
    }

    private static func mayBeAsleep(_ folder: String, _ sysfs: SystemRoot) -> Bool {
        guard let device = try? sysfs.resolve("\(folder)/device") else { return false }
        return RuntimePower.mayBeAsleep(device, in: sysfs)
    }

    @Sendable private static func readFromLibrary(chip: Int32, number: Int32) -> Double? {
        var value = 0.0
        let code = unsafe cpowersensors_libsensors_read(chip, number, &value)
        return code == 0 && value.isFinite ? value : nil
    }
}

extension LibSensors.Catalogue {
    /// Adds a chip or a value, and returns the chip's folder.
    fileprivate mutating func add(
        _ found: cpowersensors_libsensors_value, _ configuration: SensorsConfiguration, _ sysfs: SystemRoot
    ) -> String? {
        let path = cString(found.path)
        guard path.hasPrefix("/sys/") else { return nil }
        let folder = (try? sysfs.resolve(String(path.dropFirst("/sys/".count)))) ?? path
        var values = chips[folder, default: [:]]
        if !found.isChip {
            let (feature, label) = (cString(found.feature), cString(found.label))
            let isComputed =
                found.may_be_computed != 0 && configuration.computes(feature, ofChip: cString(found.prefix))
            values[cString(found.name)] = LibSensors.Value(
                label: label.isEmpty || label == feature ? nil : label, isComputed: isComputed, chip: found.chip,
                number: found.number)
        }
        chips[folder] = values
        return folder
    }
}

extension cpowersensors_libsensors_value {
    /// Whether it stands for a chip, and not for one of its values.
    fileprivate var isChip: Bool { number < 0 }
}

extension Finding {
    fileprivate static func malformed(_ report: cpowersensors_libsensors_report) -> Finding {
        let file = cString(report.file)
        let more = report.errors > 1 ? " There are \(report.errors - 1) more." : ""
        return Finding(
            severity: .warning, subject: file.isEmpty ? "sensors3.conf" : file, reason: .malformed,
            text: "libsensors does not understand line \(report.line): \(cString(report.message)).\(more)",
            remedy: "Correct the line; see man sensors.conf.")
    }
}

/// A C string in a field of fixed size.
private func cString<Field>(_ field: Field) -> String {
    unsafe withUnsafeBytes(of: field) { bytes in unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}
