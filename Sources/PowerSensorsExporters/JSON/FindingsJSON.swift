import PowerSensors

extension [Finding] {
    /// The findings as one JSON object and a line end.
    ///
    /// - Parameters:
    ///   - node: The machine's name.
    ///   - generation: The ``PowerSensorsCore/Topology/generation`` at that time.
    package func json(node: String, generation: Int) -> [UInt8] {
        JSONWriter.line { json in
            json.member("version", 1)
            json.member("node", node)
            json.member("generation", generation)
            json.findings(self)
        }
    }
}
