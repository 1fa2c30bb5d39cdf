package import PowerSensors

/// A diagnosis as text for people: how each sensor fares, and what mends what is missing.
package struct DiagnosisText {
    private let node: String
    private let style: TextStyle

    /// Writes the diagnosis of a machine.
    ///
    /// - Parameters:
    ///   - node: The machine's name.
    ///   - style: How the text is dressed.
    package init(node: String, style: TextStyle = TextStyle()) {
        self.node = node.safeToShow
        self.style = style
    }

    /// Appends the whole text.
    package func append(_ diagnosis: Diagnosis, to bytes: inout [UInt8]) {
        var lines = [style.bold(node + ": " + verdict(diagnosis)), machine(diagnosis.surroundings).safeToShow, ""]
        lines.append(style.dim("sensor".padded(12) + "state".padded(10) + "readable".padded(12) + "by"))
        for sensor in diagnosis.sensors {
            let readable = sensor.channels == 0 ? "–" : "\(sensor.readable) of \(sensor.channels)"
            let sources = (sensor.mechanisms + sensor.provenances.map(\.name)).joined(separator: ", ")
            let columns =
                sensor.name.name.safeToShow.padded(11) + " " + sensor.state.rawValue.padded(10) + readable.padded(12)
                + sources.safeToShow
            lines.append(columns.withoutTrailingBlanks)
        }
        lines += findingLines(diagnosis.findings, style)
        for line in lines {
            bytes.append(line)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    private func verdict(_ diagnosis: Diagnosis) -> String {
        if diagnosis.isMeasured { return "power is measured here" }
        let isEstimated = diagnosis.sensors.contains { $0.readable > 0 && $0.provenances.contains(.estimated) }
        return isEstimated ? "nothing measures power here; it is estimated" : "nothing measures power here"
    }

    private func machine(_ surroundings: Surroundings) -> String {
        var facts: [String] = []
        if let kernel = surroundings.kernel { facts.append("Linux \(kernel)") }
        if let name = surroundings.processor?.name, !name.isEmpty { facts.append(name) }
        if let isGuest = surroundings.isGuest { facts.append(isGuest ? "virtual machine" : "physical machine") }
        if let user = surroundings.user { facts.append("user \(user)") }
        return facts.isEmpty ? "Nothing is known of the machine: procfs tells nothing." : facts.joined(separator: ", ")
    }
}
