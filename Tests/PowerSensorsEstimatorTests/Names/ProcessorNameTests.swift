import PowerSensors
import Testing

/// A name, and what it must say.
struct KnownName: CustomTestStringConvertible {
    let name: String

    /// Maker, line, generation as its maker calls it, generation in the data, cores, and letters for low power; `-` for
    /// unknown.
    let facts: [String]

    var testDescription: String { name }

    static let all: [KnownName] = {
        var names: [KnownName] = []
        var group: [String] = []
        for line in knownNames.split(separator: "\n").map(String.init) {
            if line.hasPrefix("# ") {
                group = line.dropFirst(2).split(separator: "|").map { $0.trimmingSpaces }
                continue
            }
            let parts = line.components(at: " => ")
            let shown = parts.count > 1 ? parts[1].split(separator: " ").map(String.init) : []
            let cores = shown.first { Int($0) != nil } ?? "-"
            names.append(KnownName(name: parts[0], facts: group + [cores, shown.first { Int($0) == nil } ?? "-"]))
        }
        return names
    }()
}

extension StringProtocol {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }

    fileprivate func components(at separator: String) -> [String] {
        guard let range = String(self).firstRange(of: separator) else { return [String(self)] }
        let text = String(self)
        return [String(text[..<range.lowerBound]), String(text[range.upperBound...])]
    }
}

extension ProcessorName {
    /// What the name says, as ``KnownName/facts``.
    fileprivate var facts: [String] {
        [
            maker?.rawValue, line?.rawValue, microarchitecture,
            generation?.rawValue ?? nearestGeneration.map { "~\($0.rawValue)" }, coresPerSocket.map { String($0) },
            lowPowerSuffix,
        ].map { $0 ?? "-" }
    }
}

struct ProcessorNameTests {
    @Test func `there are at least 300 names`() {
        #expect(Set(KnownName.all.map(\.name)).count >= 300)
        #expect(KnownName.all.allSatisfy { $0.facts.count == 6 })
    }

    @Test(arguments: KnownName.all)
    func `a name says what its maker says of the processor, and nothing more`(known: KnownName) {
        #expect(ProcessorName(known.name).facts == known.facts)
    }

    @Test(arguments: [
        "AMD Opteron 999999999999999999xx", "AMD Opteron 9223372036854775807", "Graviton -9223372036854775808",
        "Graviton 9223372036854775807",
    ])
    func `a number that no processor has is unknown`(name: String) {
        #expect(ProcessorName(name).generation == nil)
    }

    @Test func `a generation is either in the data or has a nearest one`() {
        for known in KnownName.all {
            let name = ProcessorName(known.name)
            #expect(name.generation == nil || name.nearestGeneration == nil, "\(known.name)")
        }
    }

    @Test(
        arguments: [
            ("AMD Ryzen 7 7840U w/ Radeon 780M Graphics", 28), ("Intel(R) N100", 6),
            ("Intel(R) Core(TM) i5-8500T CPU", 35),
            ("AMD Ryzen Threadripper 3990X 64-Core Processor", 280), ("Intel(R) Core(TM) i7-8550U CPU", 15),
            ("AMD EPYC 7763 64-Core Processor", nil), ("Intel Something", nil),
        ] as [(String, Double?)])
    func `the letters of a name suggest a design power`(name: String, watts: Double?) {
        #expect(ProcessorName(name).nominalWatts == watts)
    }

    @Test(arguments: [
        "", " ", "-", "--", "i7-", "Core 2", "Xeon", "E5-", "w-", "Ryzen", "EPYC", "@", "9", "Opteron", "AI",
    ])
    func `a torn name says nothing wrong`(name: String) {
        let found = ProcessorName(name)
        #expect(found.generation == nil || name == "Core 2")
        #expect(found.coresPerSocket == nil || name == "Core 2")
    }
}
