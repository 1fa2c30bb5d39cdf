import Glibc
import PowerSensors
import PowerSensorsExporters

/// What a file is run by, which the kernel looks for too: without it, it says that there is no such file.
struct Interpreter {
    /// What is wrong, and the remedy.
    let complaint: String

    /// Nil if there is no such file either.
    ///
    /// - Parameter command: A path or, without a slash, a name in PATH.
    init?(ofCommand command: String) {
        guard let path = Self.candidates(of: command).first(where: { unsafe access($0, X_OK) == 0 }) else { return nil }
        let bytes = (try? WholeFile.bytes(path, limit: 256)) ?? []
        guard bytes.starts(with: Array("#!".utf8)) else {
            complaint = "the loader that it was linked for is missing. Remedy: install it, or a build for this system."
            return
        }
        let line = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let name = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        // Some editors end lines by two characters.
        let remedy =
            name.hasSuffix("\r") ? "end its lines without carriage returns" : "install it, or mend the first line"
        complaint = "there is no \(name.safeToShow), which its first line names. Remedy: \(remedy)."
    }

    /// The path of a script; nil for what is no text, such as a program for other machines.
    static func path(ofScript command: String) -> String? {
        let path = candidates(of: command).first { path in
            var status = stat()
            return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
        }
        guard let path else { return nil }
        let line = ((try? WholeFile.bytes(path, limit: 256)) ?? []).prefix { $0 != UInt8(ascii: "\n") }
        return line.contains(0) ? nil : path
    }

    /// Whether there is such a file, also one that may not be run. A folder of PATH that may not be entered has none.
    static func isThere(_ command: String) -> Bool { candidates(of: command).contains { unsafe access($0, F_OK) == 0 } }

    /// The paths that a command may have.
    private static func candidates(of command: String) -> [String] {
        if command.contains("/") || command.isEmpty { return command.isEmpty ? [] : [command] }
        let folders = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/bin:/usr/bin"
        return folders.split(separator: ":", omittingEmptySubsequences: false).map {
            "\($0.isEmpty ? "." : $0)/\(command)"
        }
    }
}
