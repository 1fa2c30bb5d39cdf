/// A processor's name, taken apart into words.
///
/// It serves where CPUID is not at hand or renumbered: the named models of hypervisors, and lists of machines.
package struct ProcessorName: Hashable, Sendable {
    /// The name in lower case without marks such as (R), cut at all but letters, digits, dashes and plus signs.
    private let words: [String]

    /// The words joined, so that "Sandy Bridge" and "SandyBridge" are one.
    private let joined: String

    /// Takes a name apart.
    package init(_ name: String) {
        var words: [String] = []
        for word in name.lowercased().split(whereSeparator: { !($0.isLetter || $0.isNumber || "-+".contains($0)) })
        where !["r", "tm", "c", "cpu", "processor"].contains(word) {
            words.append(String(word))
        }
        self.words = words
        joined = words.joined().filter { $0 != "-" }
    }

    /// Whether the name is a hypervisor's for a processor of no kind, whose CPUID means nothing either.
    package var isOfNoProcessor: Bool {
        ["qemuvirtual", "qemutcg", "commonkvm", "common32bitkvm"].contains { joined.hasPrefix($0) }
    }

    /// Whether the name is a hypervisor's for the least that its hosts have in common, such as
    /// `Intel Core Processor (Haswell, no TSX)`.
    package var isHypervisorModel: Bool {
        words.contains { $0.hasPrefix("epyc-") } || joined.contains("class")
            || ["e312xx", "e312xxv2"].contains { joined.contains($0) }
            || Self.codeNames.contains { joined.contains($0.0) }
    }

    /// The generation that the name tells.
    package var generation: GenerationMatch? {
        if let epyc = words.firstIndex(where: { $0.hasPrefix("epyc") }) {
            return Self.epyc(words[epyc], number: words.dropFirst(epyc + 1).first { $0.first?.isNumber == true })
        }
        if let (_, generation) = Self.codeNames.first(where: { joined.contains($0.0) }) {
            return GenerationMatch(generation, .name)
        }
        if words.contains("opteron") { return opteron }
        if joined.contains("altra") || joined.contains("neoversen1") { return GenerationMatch(.altra, .name) }
        if words.contains("grace") || words.contains("ultra") { return GenerationMatch(.other, .name) }
        return joined.contains("xeon") || joined.hasPrefix("intel") ? xeon : nil
    }

    /// Whether the name is one of a desktop-derived part for a single socket.
    package var isClient: Bool {
        let clients = ["i3", "i5", "i7", "i9", "ultra", "pentium", "celeron", "ryzen", "athlon"]
        if words.contains(where: { word in clients.contains { word == $0 || word.hasPrefix($0 + "-") } }) {
            return true
        }
        if joined.contains("core2") { return true }
        if words.contains("epyc") { return generation?.isClient == true }
        if words.contains(where: { $0.hasPrefix("e3-") || $0.hasPrefix("e-2") || $0.hasPrefix("w-1") }) { return true }
        guard !isScalable, let (number, suffix) = xeonNumber else { return false }
        return (3000...3499).contains(number) || (6300...6399).contains(number) && suffix == "p"
    }

    /// Whether the name is one of a processor that only goes alone into a machine, desktop-derived or not.
    package var isForSingleSocket: Bool {
        if isClient { return true }
        if words.contains("epyc") {
            // EPYC's letter P: "one socket".
            return words.contains { $0.hasSuffix("p") && $0.first?.isNumber == true }
        }
        return joined.contains("xeond")
    }

    private static let codeNames: [(String, CPUGeneration)] = [
        ("nehalem", .nehalem), ("westmere", .westmere), ("sandybridge", .sandyBridge), ("ivybridge", .ivyBridge),
        ("haswell", .haswell), ("broadwell", .broadwell), ("cascadelake", .cascadeLake), ("cooperlake", .cooperLake),
        ("skylake", .skylake), ("icelake", .iceLake), ("sapphirerapids", .sapphireRapids),
        ("emeraldrapids", .emeraldRapids), ("graniterapids", .graniteRapids), ("sierraforest", .sierraForest),
    ]

    /// EPYC's last digit is its generation, in clouds' own parts too, such as 7R13 or 9V74.
    private static func epyc(_ word: String, number: String?) -> GenerationMatch? {
        let codeNames: [(String, CPUGeneration)] = [
            ("rome", .rome), ("milan", .milan), ("genoa", .genoa), ("turin", .turin),
        ]
        if let (_, generation) = codeNames.first(where: { word.hasPrefix("epyc-" + $0.0) }) {
            return GenerationMatch(generation, .name)
        }
        // A plain "AMD EPYC" tells nothing: QEMU means Naples by it, and clouds hide any behind it.
        guard let number else { return nil }
        let digits = Array(number)
        guard digits.count >= 4 else { return nil }
        if digits[0] == "4" { return GenerationMatch(.zenAM5, .name) }
        switch digits[3] {
        case "1": return GenerationMatch(.naples, .name)
        case "2": return GenerationMatch(.rome, .name)
        case "3": return GenerationMatch(.milan, .name)
        case "4": return GenerationMatch(.genoa, .name)
        case "5": return GenerationMatch(.turin, .name)
        default: return nil
        }
    }

    private var opteron: GenerationMatch? {
        guard let number = words.compactMap({ Int($0.prefix(4)) }).first(where: { $0 >= 1000 }) else { return nil }
        if (6200...6399).contains(number) || (4200...4399).contains(number) {
            return GenerationMatch(.bulldozer, .name)
        }
        let isK8 = number < 6000 && number / 100 % 10 <= 2 && number / 1000 != 4
        return GenerationMatch(isK8 ? .before2009 : .k10, .name)
    }

    /// Whether the name has one of the words of Xeon Scalable.
    private var isScalable: Bool { words.contains { ["platinum", "gold", "silver", "bronze"].contains($0) } }

    /// A Xeon's four digits, without what stands before them, and what follows them.
    private var xeonNumber: (Int, String)? {
        for word in words {
            let digits = word.drop { !$0.isNumber }
            guard let number = Int(digits.prefix(4)), (1000...9999).contains(number) else { continue }
            return (number, String(digits.dropFirst(4)))
        }
        return nil
    }

    private var xeon: GenerationMatch? {
        for word in words {
            if word.hasPrefix("e3-") || word.hasPrefix("e5-") || word.hasPrefix("e7-") {
                return GenerationMatch(versioned(word), .name)
            }
            if word.hasPrefix("e-21") || word.hasPrefix("e-22") { return GenerationMatch(.coffeeLake, .name) }
            if word.hasPrefix("e-23") { return GenerationMatch(.rocketLake, .name) }
            if word.hasPrefix("e-24") { return GenerationMatch(.raptorLake, .name) }
        }
        guard let (number, suffix) = xeonNumber else { return nil }
        if joined.contains("xeond") { return Self.xeonD(number).map { GenerationMatch($0, .name) } }
        if isScalable || number >= 8000 || suffix.hasPrefix("p") || suffix.hasPrefix("e"),
            let generation = Self.scalable(number, suffix)
        {
            return GenerationMatch(generation, .name)
        }
        switch number {
        case 5500...5599, 3400...3599, 6500...6599, 7500...7599: return GenerationMatch(.nehalem, .name)
        case 5600...5699, 3600...3699: return GenerationMatch(.westmere, .name)
        case 3000...3399, 5000...5499, 7000...7499: return GenerationMatch(.before2009, .name)
        default: return nil
        }
    }

    /// The second digit of Xeon Scalable is its generation; Xeon 6 counts anew, with a letter for its kind of core.
    private static func scalable(_ number: Int, _ suffix: String) -> CPUGeneration? {
        if suffix.hasPrefix("p"), (6300...6399).contains(number) { return .raptorLake }
        if suffix.hasPrefix("p"), (6500...6999).contains(number) { return .graniteRapids }
        if suffix.hasPrefix("e"), (6700...6999).contains(number) { return .sierraForest }
        switch number / 100 % 10 {
        case 1: return .skylake
        case 2: return .cascadeLake
        case 3: return suffix.hasPrefix("h") ? .cooperLake : .iceLake
        case 4: return .sapphireRapids
        case 5: return .emeraldRapids
        default: return nil
        }
    }

    private static func xeonD(_ number: Int) -> CPUGeneration? {
        switch number / 100 {
        case 15, 16: .broadwell
        case 21: .skylake
        case 17, 18, 27, 28: .iceLake
        default: nil
        }
    }

    /// The generation of a Xeon E3, E5 or E7, which a version tells, joined to the number or apart from it.
    private func versioned(_ model: String) -> CPUGeneration {
        let version = words.compactMap { word -> Character? in
            guard word.count >= 2, word.dropLast().last == "v", let digit = word.last else { return nil }
            return digit
        }
        switch version.first {
        case "2": return .ivyBridge
        case "3": return .haswell
        case "4": return .broadwell
        case "5", "6": return .skylakeClient
        default: return model.hasPrefix("e7-") ? .westmere : .sandyBridge
        }
    }
}
