/// Finds out a processor's generation from its name.
///
/// This is used where there is no CPUID, as in lists of machines, or a misleading one, as with a hypervisor's processor
/// models.
package struct ProcessorName: Hashable, Sendable {
    /// The name in lower case without marks such as (R), split at everything except letters, digits, dashes and plus
    /// signs.
    private let words: [String]

    /// The words joined, so that "Sandy Bridge" equals "SandyBridge".
    private let joined: String

    package init(_ name: String) {
        words = name.lowercased().split { !($0.isLetter || $0.isNumber || "-+".contains($0)) }
            .filter { !["r", "tm", "c", "cpu", "processor"].contains($0) }.map(String.init)
        joined = words.joined().filter { $0 != "-" }
    }

    /// The physical cores of a package, which AMD's names end in, such as 64 of `AMD EPYC 7763 64-Core Processor`; nil if
    /// the name does not show them.
    package var coresPerSocket: Int? {
        let numbers = words.compactMap { word -> Int? in
            guard let end = ["-core", "-cores"].first(where: word.hasSuffix) else { return nil }
            let number = String(word.dropLast(end.count))
            return Self.numbers[number] ?? Int(number)
        }
        return numbers.first { (1...1024).contains($0) }
    }

    /// The numbers that names have in words, such as `AMD Ryzen 7 1700 Eight-Core Processor`.
    private static let numbers = ["dual": 2, "triple": 3, "quad": 4, "six": 6, "eight": 8, "twelve": 12, "sixteen": 16]

    /// Whether the name is that of a hypervisor's generic processor, such as QEMU's, whose CPUID is as generic.
    var isGeneric: Bool {
        ["qemuvirtual", "qemutcg", "commonkvm", "common32bitkvm"].contains { joined.hasPrefix($0) }
    }

    /// Whether the name is that of a hypervisor's processor model, which has the features that its hosts have in
    /// common, such as `Intel Core Processor (Haswell, no TSX)`.
    var isHypervisorModel: Bool {
        words.contains { $0.hasPrefix("epyc-") } || joined.contains("class")
            || ["e312xx", "e312xxv2"].contains { joined.contains($0) }
            || Self.codeNames.contains { joined.contains($0.rawValue) }
    }

    /// The generation; nil if the name does not show it.
    package var generation: CPUGeneration? {
        if let epyc = words.firstIndex(where: { $0.hasPrefix("epyc") }) {
            return Self.epyc(words[epyc], number: words.dropFirst(epyc + 1).first { $0.first?.isNumber == true })
        }
        if let generation = Self.codeNames.first(where: { joined.contains($0.rawValue) }) { return generation }
        if words.contains("opteron") { return opteron }
        if joined.contains("altra") || joined.contains("neoversen1") { return .altra }
        if words.contains("grace") || words.contains("ultra") { return .other }
        return joined.contains("xeon") || joined.hasPrefix("intel") ? xeon : nil
    }

    /// Whether the processor is desktop-derived and for a single socket.
    package var isClient: Bool {
        let clients = ["i3", "i5", "i7", "i9", "ultra", "pentium", "celeron", "ryzen", "athlon"]
        if words.contains(where: { word in clients.contains { word == $0 || word.hasPrefix($0 + "-") } }) {
            return true
        }
        if joined.contains("core2") { return true }
        if words.contains("epyc") { return generation?.isClientOnly == true }
        if words.contains(where: { $0.hasPrefix("e3-") || $0.hasPrefix("e-2") || $0.hasPrefix("w-1") }) { return true }
        guard !isScalable, let (number, suffix) = xeonNumber else { return false }
        return (3000...3499).contains(number) || ((6300...6399).contains(number) && suffix == "p")
    }

    /// Whether the processor is for a single socket, desktop-derived or not.
    var isForSingleSocket: Bool {
        if isClient { return true }
        if words.contains("epyc") {
            // An EPYC with the letter P after its number is for one socket.
            return words.contains { $0.hasSuffix("p") && $0.first?.isNumber == true }
        }
        return joined.contains("xeond")
    }

    /// Generations whose raw values occur in names.
    private static let codeNames: [CPUGeneration] = [
        .nehalem, .westmere, .sandyBridge, .ivyBridge, .haswell, .broadwell, .cascadeLake, .cooperLake, .skylake,
        .iceLake,
        .sapphireRapids, .emeraldRapids, .graniteRapids, .sierraForest,
    ]

    /// The generation of an EPYC: the last digit of its number, even in models that are made for clouds, such as 7R13
    /// or 9V74.
    private static func epyc(_ word: String, number: String?) -> CPUGeneration? {
        let codeNames: [CPUGeneration] = [.rome, .milan, .genoa, .turin]
        if let generation = codeNames.first(where: { word.hasPrefix("epyc-" + $0.rawValue) }) { return generation }
        // "AMD EPYC" alone does not show the generation: QEMU's model of this name is Naples, and a cloud's may be any.
        let digits = Array(number ?? "")
        guard digits.count >= 4 else { return nil }
        let servers: [Character: CPUGeneration] = ["1": .naples, "2": .rome, "3": .milan, "4": .genoa, "5": .turin]
        return digits[0] == "4" ? .zenAM5 : servers[digits[3]]
    }

    private var opteron: CPUGeneration? {
        guard let number = words.compactMap({ Int($0.prefix(4)) }).first(where: { $0 >= 1000 }) else { return nil }
        if (6200...6399).contains(number) || (4200...4399).contains(number) { return .bulldozer }
        let isK8 = number < 6000 && number / 100 % 10 <= 2 && number / 1000 != 4
        return isK8 ? .before2009 : .k10
    }

    /// Whether the name contains one of the words of Xeon Scalable.
    private var isScalable: Bool { words.contains { ["platinum", "gold", "silver", "bronze"].contains($0) } }

    /// The four digits of a Xeon's number, and the letters that follow them.
    private var xeonNumber: (Int, String)? {
        for word in words {
            let digits = word.drop { !$0.isNumber }
            guard let number = Int(digits.prefix(4)), (1000...9999).contains(number) else { continue }
            return (number, String(digits.dropFirst(4)))
        }
        return nil
    }

    private var xeon: CPUGeneration? {
        for word in words {
            if word.hasPrefix("e3-") || word.hasPrefix("e5-") || word.hasPrefix("e7-") { return versioned(word) }
            if word.hasPrefix("e-21") || word.hasPrefix("e-22") { return .coffeeLake }
            if word.hasPrefix("e-23") { return .rocketLake }
            if word.hasPrefix("e-24") { return .raptorLake }
        }
        guard let (number, suffix) = xeonNumber else { return nil }
        if joined.contains("xeond") { return Self.xeonD(number) }
        if isScalable || number >= 8000 || suffix.hasPrefix("p") || suffix.hasPrefix("e"),
            let generation = Self.scalable(number, suffix)
        {
            return generation
        }
        return switch number {
        case 5500...5599, 3400...3599, 6500...6599, 7500...7599: .nehalem
        case 5600...5699, 3600...3699: .westmere
        case 3000...3399, 5000...5499, 7000...7499: .before2009
        default: nil
        }
    }

    /// The generation of a Xeon Scalable: the second digit of its number. Xeon 6 has other numbers, which a letter for
    /// the kind of core follows.
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

    /// The generation of a Xeon E3, E5 or E7, which depends on the version: `v2` to `v6`, at the end of the number or
    /// after it.
    private func versioned(_ model: String) -> CPUGeneration {
        let version = words.first { $0.count >= 2 && $0.dropLast().last == "v" }?.last
        let versions: [Character: CPUGeneration] = [
            "2": .ivyBridge, "3": .haswell, "4": .broadwell, "5": .skylakeClient, "6": .skylakeClient,
        ]
        return version.flatMap { versions[$0] } ?? (model.hasPrefix("e7-") ? .westmere : .sandyBridge)
    }
}
