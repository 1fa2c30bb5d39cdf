/// The carbon intensities that are known, by region.
///
/// Those of the library are yearly means: of countries by Our World in Data, of states of the USA by the EPA's eGRID, of cloud
/// regions by Google and by Cloud Carbon Footprint, and of the world by Ember. Each row names its year and source.
public struct CarbonRegions: Sendable {
    /// The regions: the world, countries, states, clouds.
    public private(set) var intensities: [CarbonIntensity]

    /// Codes of two letters, and the three letters that they stand for.
    private var countryCodes: [String: String]

    /// What the library knows.
    public static var known: CarbonRegions {
        var regions = CarbonRegions(intensities: [], countryCodes: [:])
        for line in lines(of: others) { regions.take(line, isCountry: false) }
        for line in lines(of: countries) { regions.take(line, isCountry: true) }
        return regions
    }

    /// The intensity of a region.
    ///
    /// - Parameter code: A country by ISO 3166-1 (`DE`, `DEU`), a state of the USA by ISO 3166-2 (`US-CA`), the region of a cloud
    ///   (`aws:eu-north-1`, or `eu-north-1` where no other cloud has it; `azure:West Europe` or `azure:westeurope`), or
    ///   `World`. Upper and lower case are the same.
    /// - Throws: ``CarbonRegionError`` where the code is not known, or means several regions. Nothing is made up for a
    ///   region that is missing.
    public func intensity(of code: String) throws(CarbonRegionError) -> CarbonIntensity {
        let key = Self.key(code)
        let wanted = countryCodes[key].map(Self.key) ?? key
        let exact = intensities.last { Self.key($0.region) == wanted }
        if let exact { return exact }
        let clouds = intensities.filter { region in
            region.region.split(separator: ":", maxSplits: 1).dropFirst().first.map { Self.key(String($0)) } == key
        }
        guard let only = clouds.first, clouds.count == 1 else {
            throw CarbonRegionError(code: code, candidates: clouds.map(\.region))
        }
        return only
    }

    /// The same regions with some of a table's own in their place, and beside them.
    package func overridden(by others: [CarbonIntensity]) -> CarbonRegions {
        // DE and DEU are one country.
        let others = others.map { other in
            countryCodes[Self.key(other.region)].map { other.named($0) } ?? other
        }
        let replaced = Set(others.map { Self.key($0.region) })
        var regions = self
        regions.intensities = intensities.filter { !replaced.contains(Self.key($0.region)) } + others
        return regions
    }

    /// How codes are compared: without case, and without the blanks that Azure's names have and its codes have not.
    private static func key(_ code: String) -> String { code.lowercased().filter { $0 != " " && $0 != "_" } }

    // MARK: The library's own table

    private static func lines(of table: String) -> [[Substring]] {
        table.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 5) }
    }

    private mutating func take(_ fields: [Substring], isCountry: Bool) {
        let fields = isCountry ? fields : Array(fields.prefix(1)) + ["-"] + fields.dropFirst()
        guard fields.count >= 6, let grams = Double(fields[2]) else { return }
        let code = String(fields[0].map { $0 == "_" ? " " : $0 })
        if isCountry { countryCodes[Self.key(String(fields[1]))] = code }
        intensities.append(
            CarbonIntensity(
                region: code, name: fields[5...].joined(separator: " "), gramsPerKilowattHour: grams,
                year: String(fields[3]), source: Self.source(fields[4])))
    }

    private static func source(_ letter: Substring) -> String {
        switch letter {
        case "O": "Our World in Data, CC BY 4.0"
        case "E": "Ember, CC BY 4.0"
        case "U": "US EPA eGRID, public domain"
        case "G": "Google Cloud region carbon info, Apache-2.0"
        case "C": "Cloud Carbon Footprint, Apache-2.0"
        default: ""
        }
    }
}

/// A code of a region that has no intensity of its own.
public struct CarbonRegionError: Error, Hashable, CustomStringConvertible {
    /// The code.
    public let code: String

    /// The regions that it may mean; empty where there is none.
    public let candidates: [String]

    /// What is wrong, as one line.
    public var description: String {
        candidates.isEmpty
            ? "no carbon intensity is known of it, and none is made up."
            : "it may mean \(candidates.joined(separator: " or "))."
    }
}
