import Glibc

/// Files with passwords, tokens or keys.
package enum SecretFile {
    /// A line with the remedy about a file that every user of this machine may read or change; nil if there is nothing to say.
    package static func warning(about path: String) -> String? {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & (S_IROTH | S_IWOTH) != 0 else { return nil }
        let right = status.st_mode & S_IROTH != 0 ? "read" : "change"
        return "\(path): every user of this machine may \(right) what is secret in it. Remedy: chmod o= \(path)"
    }
}
