#if Exporters
import ArgumentParser
import PowerSensors

/// `powersensors estimate`: the model for a machine that is described, or for a table of machines.
struct EstimateCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate",
        abstract: "Estimates the power at the plug of a machine that is described.",
        discussion: """
            Prints watts for eleven loads with the band that holds the truth two times out of three, and what the model \
            used. With --batch it reads a table of machines and writes their watts as a table. An estimate is no \
            measurement, and no SPEC metric.
            """
    )

    @Option(help: ArgumentHelp("The processor's name, such as 'AMD EPYC 9654'.", valueName: "name"))
    var cpu: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Sockets with a processor.", valueName: "n"))
    var sockets: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Physical cores of all sockets.", valueName: "n"))
    var cores: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Hardware threads of all sockets.", valueName: "n"))
    var threads: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Memory in GB.", valueName: "gb"))
    var memory: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The processors' nominal frequency.", valueName: "mhz"))
    var mhz: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The hardware's year, where the name does not tell the generation.", valueName: "year")
    )
    var year: String?

    @Option(help: ArgumentHelp("Who built the machine.", valueName: "name"))
    var vendor: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Watts without load, where known.", valueName: "watts"))
    var idleWatts: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Watts at full load, where known.", valueName: "watts"))
    var maxWatts: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("One load, from 0 to 1.", valueName: "load"))
    var load: String?

    @Option(
        help: ArgumentHelp(
            "How load and power belong together: \(LoadProfile.all.map(\.name).joined(separator: " or ")).",
            valueName: "profile"
        )
    )
    var loadProfile: String?

    @Option(help: ArgumentHelp("A table of machines; see the guide for its columns.", valueName: "file"))
    var batch: String?

    @Flag(help: "With --batch: take each row's w_0 and w_100 as known.")
    var anchored = false

    func run(in environment: Environment) throws(CommandFailure) {
        let options = EstimateOptions(environment)
        let profile = try options.profile(loadProfile)
        let anchored = anchored ? true : try environment.option("anchored")?.truth() ?? false
        if let path = batch ?? environment.option("batch")?.value {
            let described = [cpu, sockets, cores, threads, memory, mhz, year, vendor, idleWatts, maxWatts, load]
            guard described.allSatisfy({ $0 == nil }) else {
                throw .usage("--batch \(path): the table describes the machines; leave out what describes one.")
            }
            try EstimateTable(path: path, isAnchored: anchored, profile: profile).run()
            return
        }
        if anchored { throw .usage("--anchored: it goes with --batch; name one machine's watts by --idle-watts.") }
        let estimate = try described(options, profile)
        var output = StandardOutput()
        try output.write(Array(estimate.utf8))
    }

    /// The text for the machine that the flags describe.
    private func described(_ options: EstimateOptions, _ profile: LoadProfile) throws(CommandFailure) -> String {
        guard let cpu = options.option("cpu", cpu) else {
            throw .usage("--cpu: name the processor, such as 'AMD EPYC 9654', or a table of machines by --batch.")
        }
        var server = DescribedServer(processor: cpu.value)
        server.sockets = try options.count("sockets", sockets)
        server.cores = try options.count("cores", cores)
        server.threads = try options.count("threads", threads)
        server.memoryGigabytes = try options.number("memory", memory)
        server.megahertz = try options.number("mhz", mhz)
        server.year = try options.count("year", year)
        server.maker = options.option("vendor", vendor)?.value ?? ""
        let idle = try options.number("idle-watts", idleWatts)
        let maximum = try options.number("max-watts", maxWatts)
        guard let known = KnownWatts(idle: idle.map { Watts($0) }, maximum: maximum.map { Watts($0) }) else {
            throw .usage("--idle-watts: it must be no more than --max-watts.")
        }
        let loads = try options.load(load).map { [$0] } ?? (0...10).map { Double($0) / 10 }
        do throws(DescribedServer.Refusal) {
            let (modelled, isAssumed) = try server.modelled()
            let estimate = EstimatorModel.estimate(of: modelled, known: known, profile: profile)
            return EstimateText(estimate: estimate, isAssumed: isAssumed, loads: loads).text
        } catch {
            throw .usage("--cpu \(cpu.value): \(error.description).")
        }
    }
}
#endif
