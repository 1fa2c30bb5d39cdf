#if Exporters
import ArgumentParser
import PowerSensors
import PowerSensorsExporters

/// `powersensors calibrate merge`: merges the profiles of machines of one kind into one.
struct MergeCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Merges the profiles of machines of one kind into one, for all machines of that kind.",
        discussion: """
            The machines must have the same processors, sockets, cores and threads, and their profiles the same scope. It \
            says how far off the others' mean is for each machine: what to expect on a machine that was not measured.
            """
    )

    @Argument(help: ArgumentHelp("The profiles.", valueName: "file"), completion: .file())
    var profiles: [String]

    @Option("output", "Where to write the merged profile; - for standard output.", .text("file"), default: "-")
    var output: Setting<String>

    /// It takes its own options wherever they stand, and so `--output` too.
    @ParentCommand private var calibrate: CalibrateCommand

    func run(in environment: Environment) throws(CommandFailure) {
        let foreign = [
            calibrate.levelDuration.flag, calibrate.passive.flag, calibrate.teacher.flag, calibrate.state.flag,
        ]
        if let option = foreign.compactMap({ $0 }).first { throw option.refused("merge learns nothing; leave it out.") }
        let output = try (output.flag == nil ? calibrate.output : output).value(in: environment)
        if output != "-" {
            for path in profiles { try FileTarget.checkDistinct([("the profile", path), ("--output", output)]) }
            try FileTarget(output).check(isReplaced: true)
        }
        var read: [CalibrationProfile] = []
        for path in profiles { read.append(try ProfileFile.read(path)) }
        let merged: MergedCalibration
        do throws(MergedCalibration.Failure) {
            merged = try MergedCalibration(read)
        } catch {
            throw failure(error)
        }
        for (path, error) in zip(profiles, merged.errors) {
            StandardError.write("\(path): the others' mean is \(Calibration.percent(error, decimals: 1)) off.")
        }
        StandardError.write(
            "Merged \(merged.profile.machines) machines: \(Calibration.watts(merged.profile.idle)) idle, "
                + "\(Calibration.watts(merged.profile.maximum)) at full load; on a machine left out, the mean error is "
                + "\(Calibration.percent(merged.error, decimals: 1)).")
        try ProfileFile.write(merged.profile, to: output == "-" ? nil : output)
    }

    private func failure(_ error: MergedCalibration.Failure) -> CommandFailure {
        switch error {
        case .tooFew: .usage("calibrate merge: name two profiles at least.")
        case .twice(let index): .failure("\(profiles[index]): \(error). Name each machine's profile once.")
        case .tooFarOff(let index, _):
            .failure("\(profiles[index]): \(error). Leave it out, or calibrate that machine again.")
        case .otherHardware(let index, _), .otherScope(let index, _, _):
            .failure("\(profiles[index]): \(error). Merge only profiles of machines of one kind and of one scope.")
        }
    }
}
#endif
