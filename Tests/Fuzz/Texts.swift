import CPowerSensors
import PowerSensors

/// The parsers of single texts, each compared with a slower or simpler one.
let textProperties = [
    Property(name: "numbers", inputs: 200) { mutator throws(Broken) in
        let bytes = mutator.input(like: numbers)
        // As after a read, there are more bytes behind the text.
        let padded = bytes + [UInt8](repeating: 0, count: 16)
        var (slow, quick): (UInt64, UInt64) = (0, 0)
        let codes = unsafe padded.withUnsafeBytes { buffer in
            let text = unsafe buffer.bindMemory(to: CChar.self)
            guard let start = text.baseAddress else { return (Int32(0), Int32(0)) }
            return unsafe (
                cpowersensors_parse_u64(start, bytes.count, &slow), cpowersensors_parse_line(start, bytes.count, &quick)
            )
        }
        try require(codes.0 == codes.1 && slow == quick, "two ways differ on \(bytes)")
        let expected = number(bytes)
        try require((codes.0 == 0) == (expected != nil), "code \(codes.0) for \(bytes)")
        if let expected { try require(slow == expected, "\(slow) for \(bytes)") }
    },
    Property(name: "signed numbers", inputs: 200) { mutator throws(Broken) in
        let bytes = mutator.input(like: numbers + ["-5\n", "-9223372036854775808\n"])
        var value: Int64 = 0
        let code = unsafe bytes.withUnsafeBytes { buffer in
            let text = unsafe buffer.bindMemory(to: CChar.self)
            return unsafe text.baseAddress.map { unsafe cpowersensors_parse_i64($0, bytes.count, &value) } ?? -1
        }
        let trimmed = trim(bytes)
        let isNegative = trimmed.first == UInt8(ascii: "-")
        let digits = isNegative ? trimmed.dropFirst() : trimmed[...]
        let isDecimal = !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains($0) }
        let expected = isDecimal ? Int64(String(decoding: trimmed, as: UTF8.self)) : nil
        try require((code == 0) == (expected != nil), "code \(code) for \(bytes)")
        if let expected { try require(value == expected, "\(value) for \(bytes)") }
    },
    Property(name: "records of shares", inputs: 40) { mutator throws(Broken) in
        let entries = (0..<3).map { _ in
            ShareRecord.Entry(domain: .dram, energy: .random(in: .min ... .max, using: &mutator.generator))
        }
        let record = ShareRecord(
            epoch: 1, sequence: 9, nanoseconds: 3, period: 4,
            policy: .active, hops: 1, origin: .measured, entries: entries)
        let whole = record.encoded()
        let bytes = mutator.input(like: [String(decoding: whole, as: UTF8.self)])
        _ = try? ShareRecord.decode(bytes)
        var spoiled = whole
        let place = Int.random(in: 0..<212, using: &mutator.generator)
        let mask = UInt8.random(in: .min ... .max, using: &mutator.generator)
        spoiled[place] ^= mask
        try require((try? ShareRecord.decode(spoiled)) == (mask == 0 ? record : nil), "byte \(place) by \(mask)")
    },
    Property(name: "mount tables", inputs: 200) { mutator throws(Broken) in
        let table = mutator.input(like: [
            "27 1 0:2 / / rw - ext4 /dev/vda rw\n90 27 0:50 / /run/a\\040b ro shared:2 - 9p tag ro,cache=loose\n"
        ])
        let mounts = MountTable(table)
        try require(mounts.mounts.allSatisfy { mounts.mount(holding: $0.point) != nil }, "a mount holds not itself")
    },
    Property(name: "lists of processors", inputs: 200) { mutator throws(Broken) in
        let text = mutator.text(like: ["0", "0-3", "0-3,8,10-15", "0,32", "0-127"])
        guard let list = ProcessorList(text) else { return }
        try require(list.numbers == Set(list.numbers).sorted(), "out of order: \(text)")
        try require(list.numbers.allSatisfy { (0..<65536).contains($0) }, "out of range: \(text)")
        let again = ProcessorList(list.numbers.map(String.init).joined(separator: ","))
        try require(again == list, "not the same when written out: \(text)")
    },
    Property(name: "terms of events", inputs: 200) { mutator throws(Broken) in
        let terms = mutator.text(like: ["event=0x02", "event=0x02,umask=0x1", "config=0x10,config1=3", "event=1,edge"])
        let format = mutator.text(like: ["config:0-7", "config:0-63", "config1:0-3,32-35", "config2:5"])
        _ = EventTerms.code(of: terms, type: 23) { _ in EventTermFormat(format) }
        let scale = mutator.text(like: ["2.3283064365386962890625e-10", "1", "0.5", "6.103515625e-05"])
        if let exponent = EventTerms.exponent(ofScale: scale) {
            try require((0...63).contains(exponent), "exponent \(exponent) of \(scale)")
            let power = Double(sign: .plus, exponent: -exponent, significand: 1)
            try require(Double(scale) == power, "exponent \(exponent) of \(scale)")
        }
    },
    Property(name: "places of terms", inputs: 200) { mutator throws(Broken) in
        let format = mutator.text(like: ["config:0-7", "config:0-63", "config1:0-3,32-35", "config2:5"])
        let bits = bits(ofFormat: format)
        try require((EventTermFormat(format) != nil) == (bits != nil), "a format or none: \(format)")
        // If a bit is in two parts, the number cannot be recovered.
        guard let bits, Set(bits.places).count == bits.places.count else { return }
        let width = UInt64.random(in: 0..<64, using: &mutator.generator)
        let value = UInt64.random(in: .min ... .max, using: &mutator.generator) >> width
        let digits = ["\(value)", "0x" + String(value, radix: 16), "0" + String(value, radix: 8)]
        let term = "event=\(digits[Int.random(in: 0...2, using: &mutator.generator)])"
        let code = EventTerms.code(of: term, type: 23) { _ in EventTermFormat(format) }
        let fits = bits.places.count == 64 || value >> UInt64(bits.places.count) == 0
        try require((code != nil) == fits, "\(term) in \(format)")
        guard let code else { return }
        let fields = ["config": code.config, "config1": code.config1, "config2": code.config2]
        let placed = bits.places.enumerated().reduce(UInt64(0)) { sum, bit in
            sum | ((fields[bits.field] ?? 0) >> UInt64(bit.element) & 1) << UInt64(bit.offset)
        }
        try require(placed == value, "\(placed) of \(term) in \(format)")
        let isAlone = fields.allSatisfy { $0.key == bits.field || $0.value == 0 }
        try require(isAlone, "\(term) in \(format) sets other fields")
    },
    Property(name: "processes' states", inputs: 100) { mutator throws(Broken) in
        let text = mutator.text(like: [
            "Name:\tagent\nUid:\t1000\t1001\t1000\t1000\nGid:\t100\t101\t100\t100\nCapEff:\t0000004000000000\n",
            "Uid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n",
        ])
        var environment = HostEnvironment()
        environment.readStatus(Array(text.utf8))
        // The result must be in the text as a separate word.
        let words = text.unicodeScalars.split { $0.value <= 0x20 }.map { String($0) }
        for number in [environment.user, environment.group].compactMap(\.self) {
            try require(words.contains { UInt32($0) == number }, "\(number) in \(text)")
        }
        if let capabilities = environment.capabilities {
            try require(words.contains { UInt64($0, radix: 16) == capabilities }, "\(capabilities) in \(text)")
        }
    },
    Property(name: "names of zones", inputs: 200) { mutator throws(Broken) in
        let text = mutator.text(like: ["package-0", "package-1-die-3", "psys", "psys-1", "core", "uncore", "dram"])
        let domain = DomainName(text)
        try require((domain.socket ?? 0) >= 0 && (domain.die ?? 0) >= 0, "a number below 0: \(text)")
        // A name that is not split is kept as it is.
        if domain.socket == nil, domain.name != text {
            throw Broken("\(text) became \(domain.name)")
        }
        let identifier = text.asIdentifier
        try require(!identifier.contains("/") && !identifier.contains { $0.isNewline }, "\(identifier)")
    },
    Property(name: "processors' descriptions", inputs: 40) { mutator throws(Broken) in
        let cpuinfo = mutator.input(like: cpuinfos)
        let meminfo = mutator.input(like: ["MemTotal:       65536 kB\nMemFree:        1024 kB\n"])
        guard let machine = MachineDescription(cpuinfo: cpuinfo, meminfo: meminfo) else { return }
        let curve = MachineEstimate(machine).curve
        try require(curve.maximum.rawValue.isFinite && curve.maximum.rawValue > 0, "\(curve.maximum) W for \(machine)")
        guard let registers = EnergyRegisters(machine.processor) else { return }
        let unit = UInt64.random(in: .min ... .max, using: &mutator.generator)
        for domain in registers.domains {
            guard let energy = registers.unit(of: domain.name, unit) else { continue }
            try require(energy.joules > Joules(0) && energy.joules <= Joules(3000), "\(energy) of \(domain)")
        }
    },
    Property(name: "processors' times", inputs: 200) { mutator throws(Broken) in
        let bytes = mutator.input(like: ["cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n", "cpu 1 2 3 4"])
        for isWhole in [false, true] { _ = try? CPUTimes(parsing: bytes.span, isWhole: isWhole, path: "stat") }
    },
    Property(name: "tables of mounts", inputs: 200) { mutator throws(Broken) in
        let bytes = mutator.input(like: [
            "22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n30 28 0:25 / /host\\040sys ro - sysfs sysfs ro\n"
        ])
        for point in MountTable(bytes).points(of: "sysfs") { try require(!point.isEmpty, "an empty mount point") }
    },
    Property(name: "kernels' releases", inputs: 200) { mutator throws(Broken) in
        _ = KernelRelease(mutator.text(like: ["6.12.95+deb12-amd64", "5.10.0-28-amd64", "6.1"]))
    },
    Property(name: "decimals of joules", inputs: 200) { mutator throws(Broken) in
        let bytes = mutator.input(like: ["1234.567890", "0.000004", "7", "18446744073709.551615", "0.022030"])
        guard let microjoules = bytes.span.microjoules else { return }
        let joules = Double(String(decoding: bytes, as: UTF8.self)) ?? .nan
        let difference = joules - Double(microjoules) / 1e6
        try require(abs(difference) <= 1.1e-6 + joules * 1e-15, "\(microjoules) µJ of \(bytes)")
    },
    Property(name: "configurations of libsensors", inputs: 50) { mutator throws(Broken) in
        let text = mutator.text(like: [
            "chip \"it87-*\" \"*-isa-*\"\n  compute in3 @ * 2, \\\n @ / 2\n label in0 \"a # b\"\n"
        ])
        _ = SensorsConfiguration([text]).computes("in3", ofChip: "it87")
    },
    Property(name: "names of chips' files", inputs: 200) { mutator throws(Broken) in
        _ = HwmonAttribute(
            mutator.text(like: ["power1_input", "power1_average", "in0_label", "temp12_input", "energy1_input"]))
    },
]

private let numbers = [
    "0\n", "5\n", "12345678\n", "262143328850\n", "123456789012345\n", "18446744073709551615\n", "  7 \n", "1\n\n",
    "00000000000000000012\n",
]

let cpuinfos = [
    """
    processor\t: 0
    vendor_id\t: GenuineIntel
    cpu family\t: 6
    model\t\t: 106
    model name\t: Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz
    stepping\t: 6
    physical id\t: 0
    siblings\t: 64
    core id\t\t: 0
    cpu cores\t: 32
    flags\t\t: fpu tsc msr hypervisor

    """,
    "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: AMD EPYC 9354\nflags\t\t: fpu\n",
    "processor\t: 0\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd0c\nCPU revision\t: 1\n",
    "vendor_id       : IBM/S390\n# processors    : 4\nprocessor 0: version = FF,  identification = 123456\n",
]

/// The bits where a `format` puts a value, the lowest first; nil for an invalid text.
private func bits(ofFormat text: String) -> (field: String, places: [Int])? {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
    }
    guard parts.count == 2, let field = parts.first, ["config", "config1", "config2"].contains(field) else {
        return nil
    }
    var places: [Int] = []
    for part in parts[1].utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
        let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map { end in
            number(Array(end)).flatMap { end.allSatisfy { (0x30...0x39).contains($0) } && $0 < 64 ? Int($0) : nil }
        }
        guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last else {
            return nil
        }
        places += first...last
    }
    return (field, places)
}

/// White space as the C shim defines it.
private func trim(_ bytes: [UInt8]) -> [UInt8] {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0A }
    guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return [] }
    return Array(bytes[first...last])
}

private func number(_ bytes: [UInt8]) -> UInt64? {
    let digits = trim(bytes)
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
}
