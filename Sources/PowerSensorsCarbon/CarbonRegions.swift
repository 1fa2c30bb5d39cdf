public import PowerSensors

/// The carbon intensities that are known, by region.
///
/// The built-in numbers are yearly means: for countries from Our World in Data, for US states from the EPA's eGRID, for cloud
/// regions from Google and Cloud Carbon Footprint, and for the world from Ember. Each has its year and source.
public struct CarbonRegions: Sendable {
    /// The intensity of every region: the world, US states, cloud regions, countries, then those that were added.
    public private(set) var intensities: [CarbonIntensity]

    /// The three-letter country code for each two-letter code.
    private var countryCodes: [String: String]

    /// The regions of the library's built-in table.
    public static var builtIn: CarbonRegions {
        var regions = CarbonRegions(intensities: [], countryCodes: [:])
        for line in table.split(separator: "\n") { regions.add(line.split(separator: " ", maxSplits: 5)) }
        return regions
    }

    /// Looks up the intensity of a region.
    ///
    /// - Parameter code: A country by ISO 3166-1 (`DE`, `DEU`), a US state by ISO 3166-2 (`US-CA`), a cloud region
    ///   (`aws:eu-north-1`, or `eu-north-1` if no other cloud uses that name; `azure:West Europe` or `azure:westeurope`),
    ///   `World`, or the name of a single region, such as `Germany`. Case is ignored.
    /// - Throws: ``CarbonRegionError`` if the code is unknown or ambiguous; there is no default for unknown regions.
    public func intensity(of code: String) throws(CarbonRegionError) -> CarbonIntensity {
        let key = Self.key(code)
        let wanted = countryCodes[key].map(Self.key) ?? key
        if let exact = intensities.last(where: { Self.key($0.region) == wanted }) { return exact }
        let similar = intensities.filter { region in
            let inCloud = region.region.split(separator: ":", maxSplits: 1).dropFirst().first
            return inCloud.map { Self.key(String($0)) } == key || Self.key(region.name) == key
        }
        // The name of a country or state is also that of the cloud regions in it.
        let outsideClouds = similar.filter { !$0.region.contains(":") }
        let best = outsideClouds.count == 1 ? outsideClouds : similar
        guard let only = best.first, best.count == 1 else {
            throw CarbonRegionError(code: code, candidates: similar.map(\.region))
        }
        return only
    }

    /// The same regions, with some of them replaced and others added.
    package func overridden(by others: [CarbonIntensity]) -> CarbonRegions {
        // DE and DEU are the same country.
        let others = others.map { other in
            countryCodes[Self.key(other.region)].flatMap { code in
                CarbonIntensity(
                    region: code, name: other.name, gramsPerKilowattHour: other.gramsPerKilowattHour, year: other.year,
                    source: other.source)
            } ?? other
        }
        let replaced = Set(others.map { Self.key($0.region) })
        var regions = self
        regions.intensities = intensities.filter { !replaced.contains(Self.key($0.region)) } + others
        return regions
    }

    /// The form in which codes and names are compared: in lower case, and without spaces and the underscores that stand for them
    /// in the built-in table, so that `West Europe` is `westeurope`.
    private static func key(_ code: String) -> String { code.lowercased().filter { $0 != " " && $0 != "_" } }

    // MARK: The built-in table

    /// Adds the region of one line of the built-in table: its code, a country's code of two letters or a dash, the grams, the
    /// year, the letter of the source, and the name.
    private mutating func add(_ fields: [Substring]) {
        guard fields.count >= 6, let grams = Double(fields[2]),
            let intensity = CarbonIntensity(
                region: String(fields[0].map { $0 == "_" ? " " : $0 }), name: String(fields[5]),
                gramsPerKilowattHour: grams, year: String(fields[3]), source: Self.source(fields[4]))
        else { return }
        if fields[1] != "-" { countryCodes[Self.key(String(fields[1]))] = intensity.region }
        intensities.append(intensity)
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

/// A region code that is unknown or ambiguous.
public struct CarbonRegionError: Error, Hashable, CustomStringConvertible {
    /// The code that was looked up.
    public let code: String

    /// The codes of the regions that it may mean; empty if it is unknown.
    public let candidates: [String]

    /// The problem in one line, meant to be printed after the code.
    public var description: String {
        candidates.isEmpty
            ? "no carbon intensity is known for it."
            : "it may mean \(candidates.joined(separator: " or "))."
    }
}
