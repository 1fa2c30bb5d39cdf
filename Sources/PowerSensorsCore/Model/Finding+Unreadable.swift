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

    /// A finding about a sensor's folder that could not be listed, with the cause and the remedy.
    package static func unlisted(
        _ content: String, _ path: String, _ error: AttributeError, in root: SystemRoot, _ severity: Severity = .warning
    ) -> Finding {
        Finding(
            severity: severity, subject: path, reason: Finding.Reason(error.status),
            text: "The folder of the \(content) cannot be listed: \(error.reason).",
            remedy: "Run as root, or let this user list it: sudo chmod o+rx \(root.path)/\(path)")
    }
}
