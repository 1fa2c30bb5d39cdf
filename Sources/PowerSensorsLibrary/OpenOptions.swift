import CPowerSensorsLibrary
import PowerSensors

/// What a caller wants opened, in the words of the Swift interface.
struct OpenOptions {
    let sensors: SensorSet
    let scope: Scope?

    /// Reads the caller's options.
    ///
    /// - Throws: ``Failure`` for options that cannot be, and folders that cannot be opened.
    init(_ options: UnsafePointer<powersensors_options>?) throws(Failure) {
        var known = unsafe powersensors_options()
        if let options = unsafe options { try unsafe read(options, into: &known) }
        guard unsafe Int(known.flags) & ~(POWERSENSORS_NO_ESTIMATOR | POWERSENSORS_LIBSENSORS) == 0 else {
            throw Failure(
                Code.invalidArgument, "flags", "A flag is set that this version of the library does not have.")
        }
        let power = unsafe known.maximum_power
        guard power >= 0, power.isFinite else {
            throw Failure(
                Code.invalidArgument, "maximum_power", "The maximum power is \(power).",
                "Give watts above 0, or 0 for none.")
        }
        scope = try Self.scope(unsafe text(known.scope, "scope"))
        let paths = (
            sysfs: try unsafe text(known.sysfs, "sysfs"), procfs: try unsafe text(known.procfs, "procfs"),
            dev: try unsafe text(known.dev, "dev")
        )
        let roots: SystemRoots
        do throws(AttributeError) {
            roots = try SystemRoots(sysfs: paths.sysfs, procfs: paths.procfs, dev: paths.dev)
        } catch {
            throw Failure(error)
        }
        sensors = SensorSet(
            roots: roots,
            selections: try Self.selections(unsafe texts(known.sensors, "sensors"), unsafe Int(known.flags)),
            maximumPower: power > 0 ? Watts(power) : nil,
            usesLibSensors: unsafe Int(known.flags) & POWERSENSORS_LIBSENSORS != 0,
            share: try unsafe text(known.share, "share").map { GuestShareSensor(roots: roots, directory: $0) },
            ignoring: try unsafe texts(known.ignored, "ignored"))
    }

    private static func scope(_ name: String?) throws(Failure) -> Scope? {
        guard let name else { return nil }
        if let scope = Scope.all.first(where: { $0.name == name }) { return scope }
        throw Failure(
            Code.noSuchScope, name, "There is no scope \(name).",
            "Ask for \(Scope.all.map(\.name).joined(separator: ", ")).")
    }

    /// The sensors to use; empty for all of them, with the estimator as the last resort.
    private static func selections(_ names: [String], _ flags: Int) throws(Failure) -> [SensorSet.Selection] {
        var selections: [SensorSet.Selection] = []
        for name in names {
            guard let selection = SensorSet.Selection(name) else {
                let known = SensorSet.Selection.all.map(\.description).joined(separator: ", ")
                throw Failure(Code.noSuchSensor, name, "There is no sensor \(name).", "Choose among \(known).")
            }
            selections.append(selection)
        }
        guard flags & POWERSENSORS_NO_ESTIMATOR != 0 else { return selections }
        if names.isEmpty { selections = SensorSet.Selection.all.filter { $0.mechanism == nil } }
        let kept = selections.filter { $0.sensor != .estimator }
        // An empty list would mean all sensors.
        if !kept.isEmpty { return kept }
        throw Failure(
            Code.invalidArgument, "sensors",
            "Only the estimator is asked for, and POWERSENSORS_NO_ESTIMATOR excludes it.",
            "Leave one of the two out.")
    }
}

/// A caller's string; nil for none.
private func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(Failure) -> String? {
    guard let pointer = unsafe pointer else { return nil }
    if let text = unsafe String(validatingCString: pointer) { return text }
    throw Failure(Code.invalidArgument, name, "The option \(name) is not UTF-8.")
}

/// A caller's list of strings, which a null pointer ends; empty for none.
private func texts(
    _ list: UnsafePointer<UnsafePointer<CChar>?>?, _ name: String
) throws(Failure) -> [String] {
    guard let list = unsafe list else { return [] }
    var texts: [String] = []
    while let text = try unsafe text(list[texts.count], name) { texts.append(text) }
    return texts
}
