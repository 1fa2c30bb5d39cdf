import Glibc
package import PowerSensorsCore

/// The machine's size and kind, as the kernel describes it: what the estimator models.
package struct MachineDescription: Hashable, Sendable {
    /// The first processor. The others are assumed to be the same.
    package var processor: ProcessorIdentity

    /// The populated sockets; nil if the kernel does not report them, as on Arm.
    package var sockets: Int?

    /// The physical cores of all sockets together: at least 1 and at most ``threads``.
    package var cores: Int

    /// The online hardware threads, or a guest's virtual processors; at least 1.
    package var threads: Int

    /// The memory in GB of 2³⁰ bytes, except what firmware and kernel reserve; nil if unknown.
    package var memoryGigabytes: Double?

    /// Whether the machine is virtual; nil if unknown.
    package var isGuest: Bool?

    /// The machine's manufacturer, as its firmware says; empty if unknown.
    package var maker: String

    /// The machine's form, as firmware and kernel show it; nil if unknown.
    package var form: MachineForm?

    /// The firmware's names.
    package var firmware = FirmwareDescription()

    /// The cloud that the machine is rented from; nil for none, or an unknown one.
    package var cloud: CloudPlatform?

    package init(
        processor: ProcessorIdentity, sockets: Int?, cores: Int, threads: Int, memoryGigabytes: Double?, isGuest: Bool?,
        maker: String = ""
    ) {
        self.processor = processor
        // 2²⁴ is far more than any machine has. The limit keeps calculations with these numbers from overflowing.
        let threads = min(max(threads, 1), 1 << 24)
        self.threads = threads
        self.cores = min(max(cores, 1), threads)
        self.sockets = sockets.map { min(max($0, 1), threads) }
        self.memoryGigabytes = memoryGigabytes
        self.isGuest = isGuest
        self.maker = maker
    }

    /// Parses procfs' `cpuinfo` and `meminfo`. Malformed lines count as missing; nil if `cpuinfo` lists no processor.
    ///
    /// Each architecture writes `cpuinfo` in its own way (`show_cpuinfo` in the kernel's arch folders). x86, Arm, POWER,
    /// RISC-V, LoongArch, MIPS and s390x are known.
    ///
    /// - Parameters:
    ///   - cpuinfo: The whole file, a kilobyte or two per thread.
    ///   - meminfo: The file or its beginning; nil if it cannot be read.
    ///   - firmware: The firmware's names, for processors that do not show whether they are virtual.
    package init?(cpuinfo: [UInt8], meminfo: [UInt8]?, firmware: FirmwareDescription = FirmwareDescription()) {
        var processors = ProcessorLines()
        for line in cpuinfo.split(separator: UInt8(ascii: "\n")) {
            if let (key, value) = Self.keyAndValue(of: line) { processors.record(key, value) }
        }
        guard processors.count > 0 else { return nil }
        self.init(
            processor: processors.identity,
            sockets: processors.sockets.isEmpty ? nil : processors.sockets.count,
            cores: processors.physicalCores,
            threads: processors.count,
            memoryGigabytes: meminfo.flatMap(Self.memoryGigabytes),
            isGuest: processors.isVirtual ?? firmware.isGuest,
            maker: firmware.vendor
        )
    }

    /// Describes the machine from procfs' `cpuinfo` and `meminfo`, and from the firmware's names.
    package init(roots: SystemRoots) throws(AttributeError) {
        // Enough for 4096 threads, whose entries are less than 2 KB each.
        let cpuinfo = try roots.procfs.bytes("cpuinfo", limit: 1 << 23)
        let meminfo = try? roots.procfs.bytes("meminfo", limit: 4096)
        let firmware = FirmwareDescription(sysfs: roots.sysfs, procfs: roots.procfs)
        guard let machine = MachineDescription(cpuinfo: cpuinfo, meminfo: meminfo, firmware: firmware) else {
            throw AttributeError(path: "\(roots.procfs.path)/cpuinfo", errno: EBADMSG)
        }
        self = machine
        self.firmware = firmware
        form = MachineForm(sysfs: roots.sysfs, procfs: roots.procfs, firmware: firmware)
        // No hypervisor shows its guests a board or a laptop.
        if isGuest == nil, form == .board || form == .portable { isGuest = false }
        cloud = CloudPlatform(sysfs: roots.sysfs)
    }

    /// `MemTotal`, which is in units of 1024 bytes; nil if it is missing, 0, or more than any machine has.
    private static func memoryGigabytes(of meminfo: [UInt8]) -> Double? {
        let lines = meminfo.split(separator: UInt8(ascii: "\n")).lazy.compactMap { keyAndValue(of: $0) }
        guard let total = lines.first(where: { $0.key == "MemTotal" })?.value,
            let kilobytes = UInt64(total.prefix { $0 != " " }), (1...(1 << 40)).contains(kilobytes)
        else { return nil }
        return Double(kilobytes) / 1_048_576
    }

    /// The trimmed text before and after a line's first colon.
    private static func keyAndValue(of line: ArraySlice<UInt8>) -> (key: String, value: String)? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return (String(trimming: line[..<colon]), String(trimming: line[(colon + 1)...]))
    }
}

/// What is known after the lines of `cpuinfo` that were read so far.
private struct ProcessorLines {
    /// The number of processors that have lines of their own.
    private var listed = 0
    /// The number of processors that a line of its own states, as on s390x.
    private var stated: Int?
    private(set) var sockets: Set<UInt64> = []

    /// The cores' numbers by socket, since each socket has its own.
    private var cores: [UInt64?: Set<UInt64>] = [:]
    private var processorsWithCore = 0
    private var coresPerSocket: Int?
    /// The socket of the processor whose lines are being read.
    private var socket: UInt64?

    /// What the first processor is.
    private(set) var identity = ProcessorIdentity(vendor: .other)
    private var flags: String?
    /// What the lines of POWER and s390x say about being virtual.
    private var isPartition: Bool?

    /// The number of processors. Arm's kernels before 3.8 do not number the processor if there is only one.
    var count: Int { listed > 0 ? listed : stated ?? (identity.implementer == nil ? 0 : 1) }

    /// Takes in a line. What kind of processor it is, is taken from the first processor's lines.
    mutating func record(_ key: String, _ value: String) {
        switch key {
        // The latter on s390x, whose kernels number processors in this way since 4.10.
        case "processor", "cpu number":
            guard UInt64(value) != nil else { return }
            listed += 1
            socket = nil
        // 2¹⁶ is more than Linux supports.
        case "# processors": stated = Int(value).flatMap { (1...(1 << 16)).contains($0) ? $0 : nil }
        // The latter on LoongArch and MIPS.
        case "physical id", "package":
            socket = UInt64(value)
            if let socket { sockets.insert(socket) }
        case "core id", "core":
            // The kernel writes a processor's socket before its core.
            guard let id = UInt64(value) else { return }
            processorsWithCore += 1
            cores[socket, default: []].insert(id)
        case "cpu cores": coresPerSocket = coresPerSocket ?? Int(value)
        case "flags": flags = flags ?? value
        case "vendor_id" where listed <= 1 && identity.vendor == .other:
            identity.vendor = Self.vendors[value] ?? .other
            guard value == "IBM/S390" else { return }
            // No name follows. Linux always runs in a partition there, or in a machine of z/VM or KVM.
            setName(value)
            isPartition = true
        case "platform":
            // Of POWER: the first is a partition or a guest, the second the machine itself.
            isPartition = ["pSeries": true, "PowerNV": false][value] ?? isPartition
        case "cpu family": identity.family = identity.family ?? Int(value)
        case "model": identity.model = identity.model ?? Int(value)
        case "stepping": identity.stepping = identity.stepping ?? Int(value)
        // The last three on LoongArch, MIPS and RISC-V.
        case "model name", "Model Name", "cpu model", "uarch": setName(value)
        // On POWER: `POWER9, altivec supported`.
        case "cpu": setName(String(value.prefix { $0 != "," }))
        case "CPU implementer":
            identity.implementer = identity.implementer ?? Self.hexadecimal(value)
            if identity.implementer != nil { identity.vendor = .arm }
        case "CPU part" where listed <= 1: identity.model = Self.hexadecimal(value) ?? identity.model
        default: break
        }
    }

    private mutating func setName(_ name: String) {
        if identity.name.isEmpty { identity.name = name }
    }

    /// Whether the processors say that they are virtual; nil if they do not say, as on Arm.
    var isVirtual: Bool? { flags.map { $0.split(separator: " ").contains("hypervisor") } ?? isPartition }

    /// The distinct cores if every processor names its own, else the stated number of cores for each socket.
    var physicalCores: Int {
        if processorsWithCore == count { return cores.values.reduce(0) { $0 + $1.count } }
        guard let coresPerSocket, coresPerSocket > 0 else { return count }
        let (product, overflow) = coresPerSocket.multipliedReportingOverflow(by: max(sockets.count, 1))
        return overflow ? count : min(product, count)
    }

    private static let vendors: [String: CPUVendor] = [
        "GenuineIntel": .intel, "AuthenticAMD": .amd, "HygonGenuine": .hygon,
    ]

    private static func hexadecimal(_ value: String) -> Int? {
        value.hasPrefix("0x") ? Int(value.dropFirst(2), radix: 16) : nil
    }
}
