/// What the kernel says of the machine that the estimator models.
package struct MachineDescription: Hashable, Sendable {
    /// The first processor; the others are taken to be of its kind.
    package var processor: ProcessorIdentity

    /// The sockets that have a processor; nil where the kernel does not tell, as on Arm.
    package var sockets: Int?

    /// The physical cores of all sockets together, at least 1 and at most ``threads``.
    package var cores: Int

    /// The hardware threads that are online, or a guest's virtual processors; at least 1.
    package var threads: Int

    /// The memory in GB of 2³⁰ bytes, without what firmware and kernel keep; nil where unknown.
    package var memoryGigabytes: Double?

    /// Whether the machine is virtual; nil where nothing tells.
    package var isGuest: Bool?

    /// Who built the machine, as its firmware says; empty where nothing tells.
    package var maker: String

    /// Describes a machine.
    package init(
        processor: ProcessorIdentity,
        sockets: Int?,
        cores: Int,
        threads: Int,
        memoryGigabytes: Double?,
        isGuest: Bool?,
        maker: String = ""
    ) {
        self.processor = processor
        // Far beyond any machine, so that sums of such numbers never overflow.
        let threads = min(max(threads, 1), 1 << 24)
        self.threads = threads
        self.cores = min(max(cores, 1), threads)
        self.sockets = sockets.map { min(max($0, 1), threads) }
        self.memoryGigabytes = memoryGigabytes
        self.isGuest = isGuest
        self.maker = maker
    }

    /// Takes the machine's description from the bytes of procfs' `cpuinfo` and `meminfo`.
    ///
    /// Lines that make no sense count as missing. Nil where `cpuinfo` names no processor.
    ///
    /// - Parameters:
    ///   - cpuinfo: The whole file; a kilobyte or two a thread.
    ///   - meminfo: The file or its beginning; nil where it cannot be read.
    ///   - firmware: What the firmware says, for processors that do not tell whether they are virtual.
    package init?(cpuinfo: [UInt8], meminfo: [UInt8]?, firmware: FirmwareDescription = FirmwareDescription()) {
        var processors = ProcessorLines()
        for line in cpuinfo.split(separator: UInt8(ascii: "\n")) {
            if let (key, value) = Self.keyAndValue(of: line) { processors.take(key, value) }
        }
        guard processors.count > 0 else { return nil }
        let sockets = processors.sockets.isEmpty ? nil : processors.sockets.count
        self.init(
            processor: processors.identity,
            sockets: sockets,
            cores: processors.physicalCores,
            threads: processors.count,
            memoryGigabytes: meminfo.flatMap(Self.memoryGigabytes),
            isGuest: processors.hasHypervisor ?? firmware.isGuest,
            maker: firmware.vendor
        )
    }

    /// The memory that `MemTotal` tells, in kB of 1024 bytes; nil for none, and for more than any machine has.
    private static func memoryGigabytes(of meminfo: [UInt8]) -> Double? {
        for line in meminfo.split(separator: UInt8(ascii: "\n")) {
            guard let (key, value) = keyAndValue(of: line), key == "MemTotal" else { continue }
            let number = value.prefix { $0 != " " }
            guard let kilobytes = UInt64(number), (1...(1 << 40)).contains(kilobytes) else { return nil }
            return Double(kilobytes) / 1_048_576
        }
        return nil
    }

    /// What stands before and after a line's first colon, without the white space around.
    private static func keyAndValue(of line: ArraySlice<UInt8>) -> (key: String, value: String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return (String(trimming: line[..<colon]), String(trimming: line[(colon + 1)...]))
    }
}

/// What the lines of `cpuinfo` add up to.
private struct ProcessorLines {
    private struct Core: Hashable {
        let socket: UInt64?
        let id: UInt64
    }

    private(set) var count = 0
    private(set) var sockets: Set<UInt64> = []

    private var cores: Set<Core> = []
    private var processorsWithCore = 0
    private var coresOfSocket: Int?
    private var socket: UInt64?

    private var vendor: CPUVendor?
    private var family: Int?
    private var model: Int?
    private var stepping: Int?
    private var implementer: Int?
    private var part: Int?
    private var name = ""
    private var flags: String?

    /// Takes a line into account. What the first processor says of its kind stands.
    mutating func take(_ key: String, _ value: String) {
        switch key {
        case "processor":
            guard UInt64(value) != nil else { return }
            count += 1
            socket = nil
        case "physical id":
            socket = UInt64(value)
            if let socket { sockets.insert(socket) }
        case "core id":
            // Core numbers repeat from socket to socket; the kernel writes the socket's line first.
            guard let id = UInt64(value) else { return }
            processorsWithCore += 1
            cores.insert(Core(socket: socket, id: id))
        case "cpu cores": coresOfSocket = coresOfSocket ?? Int(value)
        case "flags": flags = flags ?? value
        case "vendor_id": vendor = vendor ?? Self.vendor(of: value)
        case "cpu family": family = family ?? Int(value)
        case "model": model = model ?? Int(value)
        case "stepping": stepping = stepping ?? Int(value)
        case "model name": name = name.isEmpty ? value : name
        case "CPU implementer": implementer = implementer ?? Self.hexadecimal(value)
        case "CPU part": part = part ?? Self.hexadecimal(value)
        default: break
        }
    }

    /// Whether the first processor says that it is virtual, as those of x86 do; nil where it has no flags, as on Arm.
    var hasHypervisor: Bool? { flags.map { $0.split(separator: " ").contains("hypervisor") } }

    /// The kind of the first processor.
    var identity: ProcessorIdentity {
        if let implementer {
            return ProcessorIdentity(vendor: .arm, model: part, implementer: implementer, name: name)
        }
        return ProcessorIdentity(
            vendor: vendor ?? .other,
            family: family,
            model: model,
            stepping: stepping,
            name: name
        )
    }

    /// The different cores where every processor names its own, else what the sockets are said to have.
    var physicalCores: Int {
        if processorsWithCore == count, !cores.isEmpty { return cores.count }
        guard let coresOfSocket, coresOfSocket > 0 else { return count }
        let (product, overflow) = coresOfSocket.multipliedReportingOverflow(by: max(sockets.count, 1))
        return overflow ? count : min(product, count)
    }

    private static func vendor(of value: String) -> CPUVendor {
        switch value {
        case "GenuineIntel": .intel
        case "AuthenticAMD": .amd
        case "HygonGenuine": .hygon
        default: .other
        }
    }

    private static func hexadecimal(_ value: String) -> Int? {
        value.hasPrefix("0x") ? Int(value.dropFirst(2), radix: 16) : nil
    }
}
