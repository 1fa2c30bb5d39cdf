package import PowerSensors

extension JSONWriter {
    /// Writes the member `findings`.
    package mutating func findings(_ findings: [Finding]) {
        member("findings", each: findings) { finding, json in
            json.member("severity", finding.severity.name)
            json.member("subject", finding.subject)
            json.member("reason", finding.reason.name)
            json.member("text", finding.text)
            json.member("remedy", finding.remedy)
        }
    }
}
