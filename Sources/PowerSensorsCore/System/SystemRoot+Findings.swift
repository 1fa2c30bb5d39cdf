import Glibc

extension SystemRoot {
    /// The names in a sensor's folder, sorted; none if there is no such folder, or it cannot be listed, which becomes a
    /// finding with the cause and the remedy.
    ///
    /// - Parameters:
    ///   - relativePath: The folder.
    ///   - content: What the folder lists, for the finding.
    ///   - severity: The finding's severity.
    ///   - findings: Where the finding is added.
    package func list(
        _ relativePath: String, of content: String, severity: Finding.Severity = .warning, findings: inout [Finding]
    ) -> [String] {
        do throws(AttributeError) {
            return try list(relativePath)
        } catch {
            if error.status == .absent { return [] }
            findings.append(
                Finding(
                    severity: severity, subject: relativePath, reason: Finding.Reason(error.status),
                    text: "The folder of the \(content) cannot be listed: \(error.reason).",
                    remedy: remedy(ofListing: relativePath, error)))
            return []
        }
    }

    private func remedy(ofListing relativePath: String, _ error: AttributeError) -> String {
        guard error.status == .forbidden else {
            return Finding.remedy(ofErrno: error.errno) ?? "See whether the kernel says why: sudo dmesg"
        }
        if UserNamespace.current.isForeign(owner: (try? fileStatus(relativePath))?.owner) {
            return UserNamespace.remedy
        }
        return "Run as root, or\(isHostMount ? ", on the host," : "") let other users list it:"
            + " sudo chmod o+rx \(pathInCommands(relativePath))"
    }

    /// The names in the folder of a class of devices, as ``list(_:of:severity:findings:)`` returns them; none if only the
    /// class is mounted, so that all its links lead nowhere, which becomes a finding.
    package func listClass(_ relativePath: String, of content: String, findings: inout [Finding]) -> [String] {
        let names = list(relativePath, of: content, findings: &findings)
        guard !names.isEmpty,
            names.allSatisfy({ isMissing("\(relativePath)/\($0)/.") && readLink("\(relativePath)/\($0)") != nil })
        else { return names }
        findings.append(
            Finding(
                severity: .warning, subject: relativePath, reason: .masked,
                text: "The \(content) are listed, but the folders to which these links lead are not mounted here.",
                remedy: "Mount the whole sysfs and name it: -v /sys:/host/sys:ro … --sysfs /host/sys"))
        return []
    }
}
