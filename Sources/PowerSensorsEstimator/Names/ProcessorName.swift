/// What a processor's marketing name says: who makes it, for which kind of machine it is, its generation, its cores.
///
/// This is used where there is no CPUID, as in lists of machines, or a misleading one, as with a hypervisor's processor
/// models; and for what CPUID does not show, such as the line and the letters for low power. The rules are those by
/// which makers build their names. What they do not cover is nil: a name that nobody has taught this program is
/// unknown, and never taken for a similar one.
package struct ProcessorName: Hashable, Sendable {
    /// Who makes the processor, or designs its cores.
    package enum Maker: String, Sendable {
        case intel, amd, hygon, zhaoxin, ampere, amazon, google, microsoft, alibaba, apple, arm, nvidia, huawei, phytium
        case marvell, qualcomm, ibm, loongson
        case riscV = "risc-v"
    }

    /// The kind of machine that a processor is made for.
    package enum Line: String, Sendable {
        case server, workstation, desktop, mobile, embedded
        case singleBoard = "single-board"
    }

    private let words: NameWords
    private let facts: NameFacts?

    /// The maker; nil if unknown.
    package let maker: Maker?

    /// The kind of machine that it is made for; nil if unknown.
    package var line: Line? { facts?.line }

    /// The generation as its maker or the kernel calls it, such as `Zen 4` or `Alder Lake`; nil if unknown.
    package var microarchitecture: String? { facts?.microarchitecture }

    /// The generation in the model's data; nil if it is unknown, or not in the data.
    package var generation: CPUGeneration? { facts?.generation }

    /// The generation in the data that is nearest to one that is not in them.
    package var nearestGeneration: CPUGeneration? { facts?.nearest }

    /// The physical cores of a package, such as 64 of `AMD EPYC 7763 64-Core Processor`; nil if the name does not show
    /// them.
    package let coresPerSocket: Int?

    /// Whether the name itself states the cores, and not only a processor that is known to have so many.
    var statesCores: Bool { words.cores != nil }

    /// The letters with which the maker marks a variant of low power, in capitals: `EE`, `HE`, `L`, `T`, `U` and others;
    /// nil for other letters, such as the U of a Xeon for one socket.
    package var lowPowerSuffix: String? { facts?.lowPower }

    /// The design power that processors of such a name usually have, such as 15 W for a U; nil if unknown, and for most
    /// servers'. It is a rule of thumb: makers let builders change it, and change it themselves from year to year.
    package var nominalWatts: Double? { facts?.nominalWatts }

    /// The design power that is usual for such a name, where the data have none of the processor itself.
    func designPower(unlessKnownAs key: String, of generation: CPUGeneration) -> Double? {
        guard line == .server, let nominalWatts,
            ReferencePoints.embedded.logDesign(of: generation, key: key) == nil
        else { return nil }
        return nominalWatts
    }

    /// Whether it is a Xeon Scalable, by its metal.
    var isScalable: Bool { words.isScalable }

    /// Whether it has cores like those of a small server, although it is on a single board: Cortex-A75 and newer.
    package var hasFastCores: Bool { facts?.hasFastCores ?? false }

    package init(_ name: String) {
        words = NameWords(name)
        facts = NameFacts(words)
        coresPerSocket = words.cores ?? facts?.cores
        maker = facts?.maker
    }

    /// Whether the name is that of a hypervisor's generic processor, such as QEMU's, whose CPUID is as generic.
    package var isGeneric: Bool {
        words.all.first == "virtual"
            || ["qemuvirtual", "qemutcg", "commonkvm", "common32bitkvm", "doregular", "dopremium"].contains {
                words.joined.hasPrefix($0)
            }
    }

    /// Whether the name is that of a hypervisor's processor model, which has the features that its hosts have in
    /// common, such as `Intel Core Processor (Haswell, no TSX)`.
    package var isHypervisorModel: Bool { words.isHypervisorModel }

    /// Whether the processor is desktop-derived and for a single socket.
    package var isClient: Bool {
        let clients = ["i3", "i5", "i7", "i9", "ultra", "pentium", "celeron", "ryzen", "athlon"]
        if words.all.contains(where: { word in clients.contains { word == $0 || word.hasPrefix($0 + "-") } }) {
            return true
        }
        if words.joined.contains("core2") { return true }
        if words.has("epyc") { return generation?.isClientOnly == true }
        if words.all.contains(where: { $0.hasPrefix("e3-") || $0.hasPrefix("e-2") || $0.hasPrefix("w-1") }) {
            return true
        }
        if let line, [.desktop, .mobile, .embedded].contains(line), !words.has("xeon") { return true }
        guard line != .workstation, !words.isScalable, let (number, suffix) = words.xeonNumber else { return false }
        let isOld = generation == .before2009 || generation == .nehalem
        return (isOld && (3000...3499).contains(number)) || ((6300...6399).contains(number) && suffix == "p")
    }

    /// How many sockets a machine with such processors has at most; nil where the name does not tell. The first digit of a Xeon
    /// E5 or E7 says it (ark.intel.com), and that of an Opteron of four digits.
    var mostSockets: Int? {
        if isForSingleSocket { return 1 }
        if words.has("epyc") || words.has("silver") || words.has("bronze") || words.hasPrefix("e5-2") { return 2 }
        if words.has("altra") { return 2 }
        if words.hasPrefix("e5-4") || words.has("gold") { return 4 }
        guard words.has("opteron"), let number = words.number(digits: 4) else { return nil }
        return [2: 2, 4: 2, 6: 4][number.leading]
    }

    /// Whether the processor is for a single socket, desktop-derived or not.
    package var isForSingleSocket: Bool {
        if isClient { return true }
        if words.has("epyc") {
            // An EPYC with the letter P after its number is for one socket, and so are all 8004 and the embedded ones, such
            // as 3251.
            return words.all.contains { word in
                guard let number = ModelNumber(word), number.prefix.isEmpty, number.digits >= 3 else { return false }
                return number.suffix == "p" || (number.digits == 4 && [3, 8].contains(number.leading))
            }
        }
        if words.hasPrefix("xeon") { return words.isXeonForSingleSocket || (line != nil && line != .server) }
        if words.has("opteron") {
            return words.number(digits: 3).map { [1, 3].contains($0.leading) } == true
        }
        // Three of Amazon's own have one socket; only the fourth has two.
        if words.hasPrefix("graviton"), coresPerSocket != 96 { return true }
        return ["atom", "axion", "cobalt", "emag", "superchip"].contains(where: words.has) || words.hasPrefix("sg204")
            || (line != nil && line != .server)
    }
}
