import PowerSensors
import Testing

struct DomainNameTests {
    struct Name: Sendable, CustomTestStringConvertible {
        let text: String
        let name: String
        var socket: Int?
        var die: Int?
        var scope: Scope?
        var testDescription: String { text }
    }

    @Test(arguments: [
        Name(text: "package-0", name: "package", socket: 0, scope: .cpu),
        Name(text: "package-15", name: "package", socket: 15, scope: .cpu),
        Name(text: "package-1-die-3", name: "package", socket: 1, die: 3, scope: .cpu),
        Name(text: "psys", name: "psys", scope: .platform),
        Name(text: "psys-1", name: "psys", socket: 1, scope: .platform),
        Name(text: "core", name: "core"),
        Name(text: "uncore", name: "uncore"),
        Name(text: "dram", name: "dram", scope: .cpu),
        Name(text: "package", name: "package", scope: .cpu),
        Name(text: "package-x", name: "package-x"),
        Name(text: "package--1", name: "package--1"),
        Name(text: "package-1-die-", name: "package-1-die-"),
        Name(text: "package-99999999999999999999", name: "package-99999999999999999999"),
        Name(text: "soc domain", name: "soc domain"),
        Name(text: "", name: ""),
    ])
    func `the name says what a zone counts, and an unknown name is kept whole`(name: Name) {
        let domain = DomainName(name.text)
        #expect(domain.name == name.name)
        #expect(domain.socket == name.socket)
        #expect(domain.die == name.die)
        #expect(domain.scope == name.scope)
    }
}
