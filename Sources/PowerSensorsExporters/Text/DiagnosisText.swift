package import PowerSensors

extension TextReport {
    /// A diagnosis: what is measured by what, the state of each sensor, and the findings.
    package func bytes(of diagnosis: Diagnosis) -> [UInt8] {
        var lines = summary(PowerSummary(diagnosis))
        lines += ["\(node): \(machine(diagnosis.environment).safeToShow)", libSensors(diagnosis.libSensors), ""]
        let counts = diagnosis.sensors.map { sensor in
            let frozen = sensor.frozen > 0 ? ", \(sensor.frozen) frozen" : ""
            return sensor.channels == 0 ? "–" : "\(sensor.readable) of \(sensor.channels)\(frozen)"
        }
        let width = max(12, (counts.map(\.count).max() ?? 0) + 2)
        lines.append(style.dim("sensor".padded(12) + "state".padded(10) + "readable".padded(width) + "by"))
        for (sensor, readable) in zip(diagnosis.sensors, counts) {
            let sources = (sensor.mechanisms + sensor.provenances.map(\.name)).joined(separator: ", ")
            let columns =
                sensor.name.name.safeToShow.padded(11) + " " + sensor.state.rawValue.padded(10) + readable.padded(width)
                + sources.safeToShow
            lines.append(columns.withoutTrailingBlanks)
        }
        lines += self.lines(diagnosis.findings)
        return [UInt8](lines: lines)
    }

    private func libSensors(_ failure: LibSensors.Failure?) -> String {
        switch failure {
        case nil: "libsensors found"
        case .absent: "libsensors not found"
        case .notBuilt: "built without libsensors"
        case .foreign, .failed, .fatal: "libsensors not usable"
        }
    }

    private func machine(_ environment: HostEnvironment) -> String {
        var facts: [String] = []
        if let kernel = environment.kernel { facts.append("Linux \(kernel)") }
        if let name = environment.processor?.name { facts.append(name.isEmpty ? "a processor without a name" : name) }
        if let isGuest = environment.isGuest { facts.append(isGuest ? "virtual machine" : "physical machine") }
        if let user = environment.user { facts.append("user \(user)") }
        return facts.isEmpty ? "nothing is known about the machine" : facts.joined(separator: ", ")
    }
}
