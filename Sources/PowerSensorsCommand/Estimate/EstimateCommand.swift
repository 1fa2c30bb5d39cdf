#if Exporters
import ArgumentParser
import PowerSensors

/// `powersensors estimate`: estimates the power of a machine that options describe, or of a table of machines.
struct EstimateCommand: RunnableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimate",
        abstract: "Estimates the wall power of a machine that you describe.",
        discussion: """
            Prints the watts at eleven loads, each with a band that contains the true value two times out of three, \
            and the inputs of the model. With --batch it reads a table of machines and writes a table of their watts. An \
            estimate is neither a measurement nor a SPEC metric.
            """
    )

    @Option("cpu", "The processor's name, such as 'AMD EPYC 9654'.", .text("name"))
    var cpu: Setting<String?>

    @Option("sockets", "The number of processors, each in a socket.", .count("n"))
    var sockets: Setting<Int?>

    @Option("cores", "Physical cores of all sockets.", .count("n"))
    var cores: Setting<Int?>

    @Option("threads", "Hardware threads of all sockets.", .count("n"))
    var threads: Setting<Int?>

    @Option("memory", "Memory in GB.", .positive("gb"))
    var memory: Setting<Double?>

    @Option("mhz", "The processors' nominal frequency.", .positive("mhz"))
    var mhz: Setting<Double?>

    @Option("tdp", "The design power of one processor in watts.", .positive("w"))
    var tdp: Setting<Double?>

    @Option("year", "The hardware's year, if the name does not determine the generation.", .count("year"))
    var year: Setting<Int?>

    @Option("vendor", "The maker of the machine.", .text("name"))
    var vendor: Setting<String?>

    @Option(
        "class",
        "The kind of machine, if the processor's name does not show it: "
            + "\(list(MachineClass.allCases.map(\.rawValue), "or")).",
        .choice("class", of: MachineClass.allCases, name: \.rawValue))
    var machineClass: Setting<MachineClass?>

    @Option(
        "instance-type",
        "A cloud's instance type, such as m5.xlarge: what is not given is that of its host, and the watts are its part.",
        .instanceType)
    var instanceType: Setting<String?>

    @Option(
        "host-overcommit", "With --instance-type: how many virtual processors are sold for each that its host has.",
        .number("factor", 1...1000, "a number from 1 to 1000, such as 4 where four are sold for one"))
    var hostOvercommit: Setting<Double?>

    @Option("load", "One load to estimate for.", .number("load", 0...1, "0 for idle to 1 for full load, such as 0.5"))
    var load: Setting<Double?>

    @OptionGroup var power: KnownPowerOptions

    @Option("batch", "A table of machines; see the guide for its columns.", .text("file"))
    var batch: Setting<String?>

    @Flag(help: "With --batch: take each row's w_0 and w_100 as known.")
    var anchored: Anchored?

    @Option(
        "config",
        "A file of settings, as for the other subcommands; by default, none, since the usual one is about this machine.",
        .text("file"))
    var config: Setting<String?>

    enum Anchored: String, Switch { case anchored }

    func run(in environment: Environment) throws(CommandFailure) {
        let profile = try power.loadProfile.value(in: environment)
        let isAnchored = try environment.isOn(anchored)
        if let path = try batch.value(in: environment) {
            let described = [
                cpu.flag, sockets.flag, cores.flag, threads.flag, memory.flag, mhz.flag, tdp.flag, year.flag,
                vendor.flag, load.flag, machineClass.flag, instanceType.flag, hostOvercommit.flag,
                power.idleWatts.flag, power.maxWatts.flag,
            ]
            guard described.allSatisfy({ $0 == nil }) else {
                throw .usage(
                    "--batch \(path): the table describes the machines; leave out the options that describe a single"
                        + " one.")
            }
            return try EstimateTable(path: path, isAnchored: isAnchored, profile: profile).run()
        }
        if isAnchored {
            throw .usage("--anchored requires --batch; for one machine, use --idle-watts and --max-watts.")
        }
        try StandardOutput.write(try estimate(profile, in: environment))
    }

    /// The text for the machine that the flags describe.
    private func estimate(_ profile: LoadProfile?, in environment: Environment) throws(CommandFailure) -> String {
        let named = try cpu.value(in: environment)
        let instance = try DescribedInstance(
            instanceType.value(in: environment), processor: named, overcommit: hostOvercommit.value(in: environment))
        try instance?.check(
            processor: named,
            given: [sockets.flag, cores.flag, threads.flag, memory.flag, mhz.flag, tdp.flag, machineClass.flag])
        if instance == nil, let option = hostOvercommit.flag { throw option.refused("it requires --instance-type.") }
        guard let cpu = named ?? instance?.host?.processor else {
            if let instance { throw .usage(instance.unknownHost) }
            throw .usage("--cpu: name the processor, such as 'AMD EPYC 9654', or a table of machines with --batch.")
        }
        var server = DescribedServer(processor: cpu)
        server.isInCloud = instance != nil
        server.sockets = try sockets.value(in: environment) ?? instance?.host?.sockets
        server.threads = try threads.value(in: environment)
        server.cores = try cores.value(in: environment) ?? (server.threads == nil ? instance?.host?.cores : nil)
        server.memoryGigabytes = try memory.value(in: environment) ?? instance?.host?.memoryGigabytes
        server.megahertz = try mhz.value(in: environment)
        server.designPower = try tdp.value(in: environment)
        server.year = try year.value(in: environment)
        server.maker = try vendor.value(in: environment) ?? ""
        server.machineClass = try machineClass.value(in: environment)
        let known = try power.known(in: environment)
        let loads = try load.value(in: environment).map { [$0] } ?? (0...10).map { Double($0) / 10 }
        do throws(DescribedServer.Failure) {
            let (modelled, isAssumed) = try server.modelled()
            let profile = profile ?? .usual(isInCloud: modelled.isInCloud)
            let subject = named == nil ? instance.map { "--instance-type \($0.type.name)" } : nil
            let estimate = EstimatorModel.estimate(of: modelled, known: known, profile: profile)
            for question in server.questions(about: modelled) + [estimate.question].compactMap({ $0 }) {
                StandardError.write("\(subject ?? "--cpu \(cpu)"): \(question)")
            }
            return EstimateText(
                estimate: estimate, instance: instance, isAssumed: isAssumed,
                hasNamedCores: server.hasNamedCores(in: modelled),
                areCoresKnown: server.areCoresKnown, areSocketsAssumed: !server.areSocketsKnown(in: modelled),
                isMemoryAssumed: server.memoryGigabytes == nil, loads: loads
            ).text
        } catch {
            throw .usage("--cpu \(cpu.count > 100 ? cpu.prefix(40) + "…" : cpu[...]): \(error.description).")
        }
    }
}
#endif
