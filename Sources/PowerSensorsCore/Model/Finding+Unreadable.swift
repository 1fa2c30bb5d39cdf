import Glibc

extension Finding {
    /// The same finding with another severity, or in other words.
    package func with(_ severity: Severity? = nil, text: String? = nil, remedy: String? = nil) -> Finding {
        Finding(
            severity: severity ?? self.severity, subject: subject, reason: reason, text: text ?? self.text,
            remedy: remedy ?? self.remedy)
    }

    /// A finding about a file that could not be read, with the cause and the remedy.
    package static func unreadable(
        _ path: String,
        _ error: AttributeError,
        in root: SystemRoot,
        consequence: String? = nil
    ) -> Finding {
        let text = error.reason + "." + (consequence.map { " \($0)" } ?? "")
        let file = "\(root.path)/\(path)"
        let remedy =
            switch error.status {
            // Making it readable for all users would open a side channel (CVE-2020-8694), so only for a group.
            case .forbidden:
                root.closedFolder(above: path).map {
                    "Run as root, or let other users enter the folder: sudo chmod o+x \(root.path)/\($0)"
                }
                    ?? "Run as root, or let this process's group read it: sudo chgrp \(getegid()) \(file) && sudo chmod g+r \(file)"
            case .absent: "Reload the driver, or mount all of sysfs: ls -l \(file)"
            default: "Reload the driver; if the problem persists, report it to the driver's authors: ls -l \(file)"
            }
        return Finding(
            severity: .warning,
            subject: path,
            reason: Finding.Reason(error.status),
            text: text,
            remedy: remedy
        )
    }
}

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
                    remedy: "Run as root, or let this user list it: sudo chmod o+rx \(path)/\(relativePath)"))
            return []
        }
    }
}
