package import PowerSensors

/// Writes a diagnosis as one JSON object.
package struct DiagnosisJSON {
    private let node: String

    /// Creates a writer for a machine's diagnosis.
    ///
    /// - Parameter node: The machine's name.
    package init(node: String) { self.node = node }

    /// Appends the object and a line end.
    package func append(_ diagnosis: Diagnosis, to bytes: inout [UInt8]) {
        let environment = diagnosis.environment
        JSONWriter.appendLine(to: &bytes) { json in
            json.member("version", 1)
            json.member("node", node)
            json.member("kernel", environment.kernel?.description)
            json.member("processor", environment.processor?.name)
            json.member("virtual", environment.isGuest)
            json.member("user", environment.user.map { Int($0) })
            json.member("measured", diagnosis.isMeasured)
            json.member("verdict", diagnosis.verdict.rawValue)
            json.member("libsensors", diagnosis.libSensors.map { "\($0)" } ?? "found")
            json.member("sensors", each: diagnosis.sensors) { sensor, json in
                json.member("sensor", sensor.name.name)
                json.member("state", sensor.state.rawValue)
                json.member("channels", sensor.channels)
                json.member("readable", sensor.readable)
                json.member("still", sensor.frozen)
                json.member("mechanisms", sensor.mechanisms)
                json.member("provenances", sensor.provenances.map(\.name))
            }
            json.findings(diagnosis.findings)
        }
    }
}
