#if canImport(Glibc)
import Glibc
#endif

/// Makes channels out of the registers themselves, by the devices `cpu/N/msr`.
struct RegisterDiscovery {
    let roots: SystemRoots
    let knowledge: RaplKnowledge

    /// Whether single cores are counted: that wakes up every one of them for each sample.
    let countsCores: Bool

    /// The device of one processor.
    static func path(of processor: Int) -> String { "cpu/\(processor)/msr" }

    /// Whether the devices are those of the processors that the tree shows.
    ///
    /// A fixture's registers are plain files: neither must a fixture's names stand before the machine's numbers, nor
    /// the other way round.
    static func areShown(_ roots: SystemRoots) -> Bool {
        let first = ProcessorPlace.online(in: roots.sysfs)?.first ?? 0
        guard let status = try? roots.dev.fileStatus(path(of: first)) else { return false }
        return (status.mode & S_IFMT == S_IFCHR) == roots.sysfs.isOnSysfs(ProcessorPlace.folder)
    }

    /// Looks at one processor of each package, and reads each of its registers twice.
    func discover() -> Discovery {
        guard let identity = processorIdentity else { return Discovery(findings: [.unknownRegisters(roots.procfs)]) }
        guard let registers = EnergyRegisters(identity) else { return Discovery(findings: [.noRegisters()]) }
        let places = (ProcessorPlace.online(in: roots.sysfs) ?? []).compactMap { number in
            ProcessorPlace(of: number, in: roots.sysfs).map { (number, $0) }
        }
        guard let first = places.first else { return Discovery(findings: [.unknownPlace(of: 0)]) }
        guard Self.areShown(roots) else { return Discovery(findings: [.noDevice(Self.path(of: first.0), roots.dev)]) }
        var discovery = Discovery()
        let members = self.members(places, registers)
        let sockets = Set(places.map(\.1.socket)).count
        for (number, place) in members {
            // The same processor every time: in a guest, another one's copy of a register may be older.
            add(number, place, registers, sockets: sockets, to: &discovery)
        }
        if let core = registers.coreNumber {
            if countsCores {
                addCores(places, core, registers, to: &discovery)
            } else if !discovery.channels.isEmpty {
                discovery.findings.append(.coresLeftOut(Self.path(of: first.0), by: .msr))
            }
        }
        return discovery
    }

    private var processorIdentity: ProcessorIdentity? {
        // The first processor's lines: the others are of its kind.
        let cpuinfo = try? roots.procfs.bytes("cpuinfo", limit: 1 << 16)
        let firmware = FirmwareDescription(sysfs: roots.sysfs, procfs: roots.procfs)
        return cpuinfo.flatMap { MachineDescription(cpuinfo: $0, meminfo: nil, firmware: firmware) }?.processor
    }

    /// One processor of each package, or of each die that counts for itself: the one with the lowest number.
    private func members(
        _ places: [(Int, ProcessorPlace)], _ registers: EnergyRegisters
    ) -> [(Int, RaplPlace)] {
        var seen: Set<RaplPlace> = []
        return places.compactMap { number, place in
            let dies = Set(places.filter { $0.1.socket == place.socket }.map(\.1.die))
            let die = registers.areOfDies && dies.count > 1 ? place.die : nil
            let package = RaplPlace(domain: "package", socket: place.socket, die: die)
            return seen.insert(package).inserted ? (number, package) : nil
        }
    }

    private func add(
        _ number: Int, _ package: RaplPlace, _ registers: EnergyRegisters, sockets: Int, to discovery: inout Discovery
    ) {
        let path = Self.path(of: number)
        let file: RegisterFile
        let unit: UInt64
        do throws(AttributeError) {
            file = try RegisterFile(opening: path, beneath: roots.dev)
            unit = try file.value(registers.unitNumber)
        } catch {
            // The processor refuses the register, as in guests on AMD's: there is nothing to read.
            if error.errno == EIO {
                discovery.findings.append(.emptyRegisters(path))
                return
            }
            discovery.findings.append(.closedDevice(path, error, roots.dev))
            let place = RaplPlace(domain: "package", socket: package.socket, die: package.die)
            var channel = place.channel(by: .msr, .counts(unit: .binaryFraction(14), lastCount: UInt64(UInt32.max)))
            channel.path = path
            channel.status = error.status
            if channel.status != .absent { discovery.channels.append(channel) }
            discovery.components += place.holders
            discovery.incompleteScopes = [.cpu, .platform]
            return
        }
        discovery.components += package.holders
        let power = registers.powerNumber.flatMap { try? file.value($0) }
        let design = power.flatMap { registers.designPower($0, unit: unit) }
        let domains = registers.domains.map { domain in
            let place = RaplPlace(domain: domain.name, socket: package.socket, die: package.die)
            return (place, domain.number, knowledge.maximumPower(of: place, sockets: sockets, design: design))
        }
        let found = channels(domains, in: file, registers, unit)
        discovery.channels += found
        if !found.contains(where: { $0.status == .ok }) { discovery.findings.append(.emptyRegisters(path)) }
    }

    private func addCores(
        _ places: [(Int, ProcessorPlace)], _ core: UInt32, _ registers: EnergyRegisters, to discovery: inout Discovery
    ) {
        var seen: Set<RaplPlace> = []
        for (number, place) in places {
            let place = RaplPlace(domain: "core", socket: place.socket, core: place.core)
            guard seen.insert(place).inserted,
                let file = try? RegisterFile(opening: Self.path(of: number), beneath: roots.dev),
                let unit = try? file.value(registers.unitNumber)
            else { continue }
            let maximum = knowledge.maximumPower(of: place, sockets: 1)
            discovery.channels += channels([(place, core, maximum)], in: file, registers, unit)
        }
    }

    /// The channels of those registers that are there: neither refused, nor 0 for ever. A package's own may be 0 yet.
    private func channels(
        _ domains: [(place: RaplPlace, number: UInt32, maximumPower: Watts)], in file: RegisterFile,
        _ registers: EnergyRegisters, _ unit: UInt64
    ) -> [Channel] {
        let first = domains.map { try? file.count($0.number) }
        if first.contains(0) { pause(.milliseconds(5)) }
        return zip(domains, first).compactMap { domain, first in
            let began = ContinuousClock.now
            guard let unit = registers.unit(of: domain.place.domain, unit), first != nil,
                let second = try? file.count(domain.number), second != 0 || domain.place.domain == "package"
            else { return nil }
            let cost = ContinuousClock.now - began
            var channel = domain.place.channel(by: .msr, .counts(unit: unit, lastCount: UInt64(UInt32.max)))
            channel.path = file.path
            channel.sourceName = RegisterFile.name(of: domain.number)
            channel.readCost = cost
            // A virtual counter begins at 0, and may move yet.
            if second == 0 { channel.status = .absent }
            channel.maximumPower = domain.maximumPower
            return channel
        }
    }
}
