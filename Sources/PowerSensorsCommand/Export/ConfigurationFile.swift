#if Exporters
import Glibc
import PowerSensors

/// A file of settings: `POWERSENSORS_…=value`, one per line, in the format that systemd's EnvironmentFile accepts.
///
/// Empty lines and lines that begin with `#` or `;` are comments. Blanks around a name and a value are not part of them, and neither
/// are quotation marks around a whole value, as systemd reads such a file. An unknown name is an error, so that a misspelt one does
/// not go unnoticed.
enum ConfigurationFile {
    /// The file that is read where none is named.
    static let standard = "/etc/powersensors.conf"

    /// The file to read: the named one, or else the standard one, if it exists and this user may read it.
    static func path(_ named: String?) -> String? {
        if let named { return named }
        // access(2) would not know of capabilities.
        let file = unsafe open(standard, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if file < 0 { return nil }
        close(file)
        return standard
    }

    /// The variables that a file sets.
    static func variables(
        _ path: String, knownNames names: Set<String>
    ) throws(CommandFailure) -> [String: OptionValue] {
        let bytes = try namedFile(path, "a file", option: "--config")
        var variables: [String: OptionValue] = [:]
        guard let content = String(validating: bytes.withoutByteOrderMark, as: UTF8.self) else {
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let line = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            throw .usage("\(path):\(line + 1): this is not UTF-8. Write the file in UTF-8.")
        }
        let lines = content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let text = String(trimming: Array(line.utf8)[...])
            if text.isEmpty || text.hasPrefix("#") || text.hasPrefix(";") { continue }
            let place = "\(path):\(index + 1)"
            let (name, value) = try setting(text, at: place, knownNames: names)
            variables[name] = OptionValue(name: name, value: value, isVariable: true, place: place)
        }
        return variables
    }

    /// The name and value of a line.
    private static func setting(
        _ text: String, at place: String, knownNames names: Set<String>
    ) throws(CommandFailure) -> (name: String, value: String) {
        // A line may be, or contain, a password: only what may belong to a name is shown.
        let start = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        let shown = start.hasPrefix(Environment.prefix) ? "'\(start.prefix(40))'" : "this line"
        let name = text.firstIndex(of: "=").map { String(trimming: Array(text[..<$0].utf8)[...]) } ?? ""
        guard let equals = text.firstIndex(of: "="), !name.contains(where: \.isWhitespace) else {
            throw .usage(
                "\(place): \(shown) is not a setting; write POWERSENSORS_INTERVAL=5s and the like, and # before a comment."
            )
        }
        guard names.contains(name) else {
            let close = suggestion(for: name.uppercased(), among: names, after: Environment.prefix)
            let hint = close.map { "did you mean \($0)?" }
            throw .usage(
                "\(place): \(shown) is not a setting; "
                    + (hint ?? "see the options in powersensors --help and in each subcommand's --help."))
        }
        let value = String(trimming: Array(text[text.index(after: equals)...].utf8)[...])
        for mark in ["\"", "'"] where value.count > 1 && value.hasPrefix(mark) && value.hasSuffix(mark) {
            return (name, String(value.dropFirst().dropLast()))
        }
        // The value may be a secret.
        if value.hasPrefix("\"") || value.hasPrefix("'") {
            throw .usage("\(place): \(shown) has a quotation mark that is not closed at the end of the line.")
        }
        if value.contains(" #") || value.contains("\t#") {
            throw .usage("\(place): \(shown) has a comment behind its value; give the comment a line of its own.")
        }
        return (name, value)
    }
}
#endif
