import Glibc

extension Finding {
    /// The same finding with another severity, or in other words.
    package func with(_ severity: Severity? = nil, text: String? = nil, remedy: String? = nil) -> Finding {
        Finding(
            severity: severity ?? self.severity, subject: subject, reason: reason, text: text ?? self.text,
            remedy: remedy ?? self.remedy)
    }

    /// A finding about a file that could not be read, with the cause as far as it is known.
    package static func unreadable(
        _ path: String,
        _ error: AttributeError,
        in root: SystemRoot,
        namespace: UserNamespace = .current,
        consequence: String? = nil
    ) -> Finding {
        var reason = error.reason
        let remedy: String
        let status = try? root.fileStatus(path)
        switch error.status {
        case .forbidden where namespace.isForeign(owner: status?.owner):
            reason += ": \(namespace.explanation)"
            remedy = UserNamespace.remedy
        case .forbidden:
            let closedFolder = root.closedFolder(above: path)
            if closedFolder == nil, let status, status.mode & (status.owner == geteuid() ? 0o400 : 0o004) != 0 {
                reason += ", although its mode allows it: its driver or a security module refuses"
                remedy = "See whether the kernel says why: sudo dmesg"
                break
            }
            let file = root.pathInCommands(path)
            let ending =
                closedFolder.map { "let other users enter the folder: sudo chmod o+x \(root.pathInCommands($0))" }
                // Making it readable for all users would open a side channel (CVE-2020-8694), so only for a group.
                ?? "let this process's group read it: sudo chgrp \(getegid()) \(file) && sudo chmod g+r \(file)"
            remedy = "Run as root, or\(root.isHostMount ? ", on the host," : "") \(ending)"
        case .absent where error.errno == ENOENT || error.errno == ENOTDIR:
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            remedy =
                "See what the kernel shows\(root.isHostMount ? " on the host" : ""): ls \(root.pathInCommands(folder))"
        default:
            remedy = "See whether its driver says why: sudo dmesg"
        }
        return Finding(
            severity: .warning,
            subject: path,
            reason: Finding.Reason(error.status),
            text: reason + "." + (consequence.map { " \($0)" } ?? ""),
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
                    remedy: error.status == .forbidden
                        ? UserNamespace.current.isForeign(owner: (try? fileStatus(relativePath))?.owner)
                            ? UserNamespace.remedy
                            : "Run as root, or\(isHostMount ? ", on the host," : "") let other users list it:"
                                + " sudo chmod o+rx \(pathInCommands(relativePath))"
                        : "See whether the kernel says why: sudo dmesg"))
            return []
        }
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
