import PowerSensors
import PowerSensorsCarbon
import Testing

struct CarbonRegionsTests {
    private let regions = CarbonRegions.builtIn

    private func intensity(
        of region: String, _ grams: Double, name: String = "", year: String = "", source: String = ""
    ) throws -> CarbonIntensity {
        try #require(
            CarbonIntensity(region: region, name: name, gramsPerKilowattHour: grams, year: year, source: source))
    }

    @Test(
        arguments: [
            ("DEU", "DEU"), ("DE", "DEU"), ("de", "DEU"), ("xk", nil), ("US", "USA"), ("us-ca", "US-CA"), ("CA", "CAN"),
            ("aws:eu-north-1", "aws:eu-north-1"), ("eu-north-1", "aws:eu-north-1"),
            ("europe-north1", "gcp:europe-north1"),
            ("azure:West Europe", "azure:West Europe"), ("azure:westeurope", "azure:West Europe"),
            ("westeurope", "azure:West Europe"), ("world", "World"), ("", nil), ("EU", nil), ("aws:", nil),
            ("Germany", "DEU"),
            ("gcp:eu-north-1", nil), ("-", nil),
        ] as [(String, String?)])
    func `a region is found by its usual codes, and an unknown code is an error`(code: String, region: String?) {
        #expect((try? regions.intensity(of: code))?.region == region)
    }

    @Test func `every row has a plausible number, a year, a name and a source`() {
        #expect(regions.intensities.count > 350)
        for one in regions.intensities {
            #expect((1...2000).contains(one.gramsPerKilowattHour), "\(one)")
            #expect(one.year.drop { $0 == "≤" }.count == 4, "\(one)")
            #expect(!one.name.isEmpty && !one.source.isEmpty && !one.region.isEmpty, "\(one)")
        }
        #expect(Set(regions.intensities.map(\.region)).count == regions.intensities.count)
    }

    @Test func `all countries come from one source`() {
        let countries = regions.intensities.filter { $0.region.count == 3 }
        #expect(countries.count > 200)
        #expect(Set(countries.map(\.source)) == ["Our World in Data, CC BY 4.0"])
    }

    @Test func `every country is also found by its code of two letters`() throws {
        #expect(try regions.intensity(of: "FR") == regions.intensity(of: "FRA"))
        #expect(try regions.intensity(of: "GB") == regions.intensity(of: "GBR"))
        #expect(try regions.intensity(of: "FR").name == "France")
    }

    @Test func `a site's own number replaces the library's`() throws {
        let own = try intensity(of: "deu", 12.5, name: "our contract", year: "2026", source: "the supplier")
        let other = try intensity(of: "dc-7", 1)
        let overridden = regions.overridden(by: [own, other])
        #expect(try overridden.intensity(of: "DE") == own)
        #expect(try overridden.intensity(of: "DC-7") == other)
        #expect(try overridden.intensity(of: "FR") == regions.intensity(of: "FR"))
        #expect(overridden.intensities.count == regions.intensities.count + 1)
    }

    @Test(arguments: ["DE", "deu"]) func `a site's own number applies to both codes of a country`(code: String) throws {
        let own = try intensity(of: code, 12.5, name: "ours")
        let overridden = regions.overridden(by: [own])
        #expect(try overridden.intensity(of: "DE").gramsPerKilowattHour == 12.5)
        #expect(try overridden.intensity(of: "DEU").gramsPerKilowattHour == 12.5)
        #expect(overridden.intensities.count == regions.intensities.count)
    }

    @Test func `a code that means two regions names both`() throws {
        let two = try ["one:west", "two:west"].map { try intensity(of: $0, 1) }
        let error = #expect(throws: CarbonRegionError.self) {
            try regions.overridden(by: two).intensity(of: "west")
        }
        #expect(error?.code == "west")
        #expect(error?.candidates == ["one:west", "two:west"])
    }
}
