package import PowerSensors

extension Diagnosis {
    /// The diagnosis as one JSON object and a line end.
    ///
    /// - Parameter node: The machine's name.
    package func json(node: String) -> [UInt8] {
        JSONWriter.line { json in
            json.member("version", 1)
            json.member("node", node)
            json.member("kernel", environment.kernel?.description)
            json.member("processor", environment.processor?.name)
            json.member("virtual", environment.isGuest)
            json.member("user", environment.user.map { Int($0) })
            json.member("measured", isMeasured)
            json.member("verdict", verdict.rawValue)
            json.member("libsensors", libSensors.map { "\($0)" } ?? "found")
            json.member("sensors", each: sensors) { sensor, json in
                json.member("sensor", sensor.name.name)
                json.member("state", sensor.state.rawValue)
                json.member("channels", sensor.channels)
                json.member("readable", sensor.readable)
                json.member("still", sensor.frozen)
                json.member("mechanisms", sensor.mechanisms)
                json.member("provenances", sensor.provenances.map(\.name))
            }
            json.findings(findings)
        }
    }
}
