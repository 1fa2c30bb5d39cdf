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
            remedy = Finding.remedy(ofErrno: error.errno) ?? "See whether its driver says why: sudo dmesg"
        }
        return Finding(
            severity: .warning,
            subject: path,
            reason: Finding.Reason(error.status),
            text: reason + "." + (consequence.map { " \($0)" } ?? ""),
            remedy: remedy
        )
    }

    /// The remedy for an error that does not come from the file itself; nil for others.
    package static func remedy(ofErrno errno: Int32) -> String? {
        switch errno {
        case EMFILE: "Allow this process more open files: ulimit -n 65536, or LimitNOFILE=65536 in its systemd unit"
        case ENFILE: "Allow the system more open files: sudo sysctl -w fs.file-max=1000000"
        default: nil
        }
    }
}
