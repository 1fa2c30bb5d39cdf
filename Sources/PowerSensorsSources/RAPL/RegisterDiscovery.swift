import Glibc
import PowerSensorsCore
import PowerSensorsMachine

/// Discovers the energy registers by reading them directly, through the devices `cpu/N/msr`.
struct RegisterDiscovery {
    let roots: SystemRoots
    let knowledge: ZoneKnowledge

    /// Whether to read the counters of single cores, which wakes up every core for each sample.
    let countsCores: Bool

    /// A register of a domain.
    private typealias Register = (location: DomainLocation, number: UInt32, maximumPower: Watts)

    /// The device of a processor.
    static func path(of processor: Int) -> String { "cpu/\(processor)/msr" }

    /// Whether the devices belong to the machine that the sysfs describes.
    ///
    /// In a test's dev folder, registers are plain files. The processors of a test's sysfs must never be combined with
    /// the registers of the real machine, or the other way round.
    static func areShown(_ roots: SystemRoots) -> Bool {
        let first = ProcessorLocation.online(in: roots.sysfs)?.first ?? 0
        guard let status = try? roots.dev.fileStatus(path(of: first)) else { return false }
        return (status.mode & S_IFMT == S_IFCHR) == roots.sysfs.isOnSysfs(ProcessorLocation.folder)
    }

    /// Finds the registers that count, by reading each of them twice, on one processor of every package or die.
    func discover() -> MechanismDiscovery {
        let environment = HostEnvironment(roots)
        guard let identity = environment.processor else {
            return MechanismDiscovery(finding: .unknownProcessor(roots.procfs))
        }
        guard let registers = EnergyRegisters(identity) else { return MechanismDiscovery(finding: .noRegisters) }
        let processors = (ProcessorLocation.online(in: roots.sysfs) ?? []).compactMap { number in
            ProcessorLocation(of: number, in: roots.sysfs).map { (number: number, location: $0) }
        }
        guard let first = processors.first else { return MechanismDiscovery(finding: .unknownLocation(of: 0)) }
        guard Self.areShown(roots) else {
            return MechanismDiscovery(obstacle: .noDriver, .noDevice(Self.path(of: first.number), roots))
        }
        var result = MechanismDiscovery()
        let sockets = Set(processors.map(\.location.socket)).count
        var seen: Set<DomainLocation> = []
        for (number, location) in processors {
            let dies = Set(processors.filter { $0.location.socket == location.socket }.map(\.location.die))
            let die = registers.arePerDie && dies.count > 1 ? location.die : nil
            let package = DomainLocation(domain: "package", socket: location.socket, die: die)
            // The first processor is always used, because each virtual processor of a guest has its own copy of a
            // register, and they are not updated at the same time.
            if seen.insert(package).inserted {
                add(package, on: number, registers, environment, sockets: sockets, to: &result)
            }
        }
        if let core = registers.coreNumber {
            if countsCores {
                addCores(processors, core, registers, to: &result.discovery)
            } else if !result.channels.isEmpty {
                result.discovery.findings.append(.coresLeftOut(Self.path(of: first.number), by: .msr))
            }
        }
        return result
    }

    private func add(
        _ package: DomainLocation, on processor: Int, _ registers: EnergyRegisters,
        _ environment: HostEnvironment, sockets: Int, to result: inout MechanismDiscovery
    ) {
        let path = Self.path(of: processor)
        let file = RegisterFile(of: processor, beneath: roots.dev)
        let unit: UInt64
        do throws(AttributeError) {
            unit = try file.value(registers.unitNumber)
        } catch {
            // The processor refuses the register, as in guests on AMD: there is nothing to read.
            if error.errno == EIO { return result.add(.noDriver, .emptyRegisters(path)) }
            let finding = Finding.closedDevice(path, error, roots.dev, environment)
            // Most guests have the device but no counters, so one that cannot be read does not show that there are any.
            if environment.isGuest == true, !countsCores, !knowledge.shows(package) {
                return result.add(.noDriver, finding)
            }
            result.discovery.components += package.enclosingComponents
            result.discovery.incompleteScopes = [.cpu, .platform]
            if error.status == .absent { return result.add(.noDriver, finding) }
            result.discovery.findings.append(finding)
            var channel = package.channel(by: .msr, .counts(unit: .binaryFraction(14), lastCount: UInt64(UInt32.max)))
            channel.path = path
            channel.handle = ChannelHandle(RegisterHandle(processor: processor, number: nil))
            channel.status = error.status
            result.discovery.channels.append(channel)
            return
        }
        result.discovery.components += package.enclosingComponents
        let power = registers.powerNumber.flatMap { try? file.value($0) }
        let design = power.flatMap { registers.designPower($0, unit: unit) }
        let found = channels(
            registers.domains.map { domain in
                let location = DomainLocation(domain: domain.name, socket: package.socket, die: package.die)
                let maximum = knowledge.maximumPower(of: location, sockets: sockets, design: design)
                return (location, domain.number, maximum)
            }, on: processor, in: file, registers, unit)
        result.discovery.channels += found
        if !found.contains(where: { $0.status == .ok }) { result.add(.noDriver, .emptyRegisters(path)) }
    }

    private func addCores(
        _ processors: [(number: Int, location: ProcessorLocation)], _ core: UInt32, _ registers: EnergyRegisters,
        to discovery: inout Discovery
    ) {
        var seen: Set<DomainLocation> = []
        for (number, location) in processors {
            let location = DomainLocation(domain: "core", socket: location.socket, core: location.core)
            guard seen.insert(location).inserted else { continue }
            let file = RegisterFile(of: number, beneath: roots.dev)
            guard let unit = try? file.value(registers.unitNumber) else { continue }
            let maximum = knowledge.maximumPower(of: location, sockets: 1)
            discovery.channels += channels([(location, core, maximum)], on: number, in: file, registers, unit)
        }
    }

    /// The channels of the registers that exist, which are those that the processor does not refuse and that are not 0
    /// at both readings. A package's register is kept even if it is 0.
    private func channels(
        _ domains: [Register], on processor: Int, in file: RegisterFile, _ registers: EnergyRegisters, _ unit: UInt64
    ) -> [Channel] {
        let first = domains.map { try? file.count($0.number) }
        if first.contains(0) { pause(.milliseconds(5)) }
        return zip(domains, first).compactMap { register, first in
            let began = ContinuousClock.now
            guard let unit = registers.unit(of: register.location.domain, unit), first != nil,
                let second = try? file.count(register.number), second != 0 || register.location.domain == "package"
            else { return nil }
            let cost = ContinuousClock.now - began
            var channel = register.location.channel(by: .msr, .counts(unit: unit, lastCount: UInt64(UInt32.max)))
            channel.path = Self.path(of: processor)
            channel.handle = ChannelHandle(RegisterHandle(processor: processor, number: register.number))
            channel.readCost = cost
            // A virtual counter of a guest starts at 0, and may begin to count later.
            if second == 0 { channel.status = .absent }
            channel.maximumPower = register.maximumPower
            return channel
        }
    }
}
