import PowerSensors
import PowerSensorsTestSupport
import Testing

struct TopologyTests {
    @Test func `parents come before children, whatever order a sensor names them in`() {
        var core = Channel.counter("package-0/core", scope: nil, domain: "core")
        core.parent = "scripted/package-0"
        let topology = Topology(
            generation: 1,
            discoveries: [Discovery(channels: [core, .counter("package-1"), .counter("package-0")])]
        )
        #expect(topology.channels.map(\.id) == ["scripted/package-0", "scripted/package-0/core", "scripted/package-1"])
        #expect(topology.components.first == .host)
    }

    @Test func `of two channels of one identity the first is kept, with a finding`() {
        let topology = Topology(
            generation: 1,
            discoveries: [Discovery(channels: [.counter("package-0"), .counter("package-0")])]
        )
        #expect(topology.channels.count == 1)
        #expect(topology.findings.map(\.reason.name) == ["duplicate"])
    }

    @Test func `the same host figure of two sensors is not added`() {
        let other = Channel(
            id: "meter/input",
            sensor: SensorName("meter"),
            mechanism: "x",
            quantity: .energy,
            encoding: .counter(.counts(unit: .microjoules(1), lastCount: .max)),
            component: .host
        )
        var platform = other
        platform.countsIn = .platform
        let topology = Topology(
            generation: 3,
            discoveries: [
                Discovery(channels: [.counter("psys", scope: .platform)]), Discovery(channels: [platform]),
            ]
        )
        #expect(topology.channels.map(\.countsIn) == [.platform, nil])
        #expect(topology.scopes == [.platform])
        #expect(topology.headlineScope == .platform)
    }

    @Test func `the headline is the best figure with a readable part`() {
        var forbidden = Channel.counter("package-0")
        forbidden.status = .forbidden
        let readable = Channel.counter("package-1")
        let modelled = Channel.counter("model", scope: .wall)
        let alone = Topology(generation: 1, discoveries: [Discovery(channels: [forbidden, modelled])])
        #expect(alone.headlineScope == .wall)
        let partial = Topology(generation: 1, discoveries: [Discovery(channels: [forbidden, readable, modelled])])
        #expect(partial.headlineScope == .cpu)
        #expect(Topology(generation: 1, discoveries: [Discovery(channels: [forbidden])]).headlineScope == .cpu)
    }

    @Test func `a figure belongs to the first sensor that can read a part of it`() {
        var forbidden = Channel.counter("package-0")
        forbidden.status = .forbidden
        let readable = Channel.counter("package-0", of: "other")
        let topology = Topology(
            generation: 1,
            discoveries: [
                Discovery(channels: [forbidden], incompleteScopes: [.cpu]), Discovery(channels: [readable]),
            ])
        #expect(topology.channels.map(\.countsIn) == [nil, .cpu])
        #expect(topology.incompleteScopes.isEmpty, "what the other misses is no part of the figure")
        #expect(topology.headlineScope == .cpu)
    }

    @Test func `circular parents do not cause an endless loop`() {
        var one = Channel.counter("a")
        one.parent = "scripted/b"
        var other = Channel.counter("b")
        other.parent = "scripted/a"
        let topology = Topology(generation: 1, discoveries: [Discovery(channels: [one, other])])
        #expect(Set(topology.channels.map(\.id)) == ["scripted/a", "scripted/b"])
    }
}
