package import PowerSensors

extension Topology {
    /// The topology as one JSON object and a line end: channels and findings.
    ///
    /// - Parameter node: The machine's name.
    package func json(node: String) -> [UInt8] {
        JSONWriter.line { json in
            json.member("version", 1)
            json.member("generation", generation)
            json.member("node", node)
            json.member("channels", each: channels) { append($0, to: &$1) }
            json.findings(findings)
        }
    }

    private func append(_ channel: Channel, to json: inout JSONWriter) {
        let component = channel.component
        json.member("id", channel.id)
        json.member("sensor", channel.sensor.name)
        json.member("mechanism", channel.mechanism)
        json.member("provenance", channel.provenance.name)
        json.member("origin", channel.origin?.name)
        if let hops = channel.hops { json.member("hops", hops) }
        json.member("quantity", channel.quantity.name)
        json.member("unit", channel.quantity.unit)
        json.member("domain", component.domain)
        json.member("socket", component.socket)
        json.member("die", component.die)
        json.member("core", component.core)
        json.member("chip", component.chip)
        json.member("supply", component.supply)
        if let type = component.supplyType { json.member("supply_type", type) }
        json.member("device", component.device)
        json.member("label", channel.label)
        json.member("parent", channel.parent)
        json.member("mirror_of", channel.mirrorOf)
        json.member("counts_in", channel.countsIn?.name)
        json.member("path", channel.path)
        json.member("read_cost_ns", channel.readCost?.wholeNanoseconds)
        // Null if it is read on every sample.
        json.member("read_interval_ms", channel.readingInterval.map { $0.wholeNanoseconds / 1_000_000 })
        json.member(status: channel.status)
        // An estimate may be summed exactly, but that does not make its energy exact.
        if channel.provenance == .measured, case .counter(let encoding) = channel.encoding {
            json.member("exact", encoding.isExact)
        }
    }
}
