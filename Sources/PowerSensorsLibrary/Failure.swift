import CPowerSensorsLibrary
import PowerSensors

/// Why something cannot be opened: what `powersensors_error` says.
struct Failure: Error {
    let code: Int32
    var errorNumber: Int32 = 0
    let subject: String
    let text: String
    let remedy: String

    init(_ code: Int32, _ subject: String, _ text: String, _ remedy: String = "") {
        (self.code, self.subject, self.text, self.remedy) = (code, subject, text, remedy)
    }

    init(_ error: AttributeError) {
        self.init(
            Code.noSuchFolder, error.path, "\(error).", "Name a folder that this process may enter, or none.")
        errorNumber = error.errno
    }

    init(_ error: SamplerError) {
        switch error {
        case .nothingToRead(let findings):
            // As in the error's description: the last sensor that was tried is the fallback, which should work everywhere.
            let finding =
                findings.last { $0.severity == .error } ?? findings.first { $0.remedy != nil } ?? findings.first
            self.init(
                Code.nothingToRead, finding?.subject ?? "",
                finding.map { "No sensor works here: \($0.text)" } ?? "No sensor was found.", finding?.remedy ?? "")
        case .noSuchScope(let scope, let available):
            self.init(
                Code.noSuchScope, scope.name, "\(error)",
                available.isEmpty ? "" : "Ask for \(available.map(\.name).joined(separator: " or ")).")
        case .noThread(let errno):
            self.init(
                Code.noThread, "thread", "\(error)", "Raise the limit of threads: ulimit -u, or the unit's TasksMax.")
            errorNumber = errno
        }
    }

    /// Fills the caller's struct, if there is one.
    ///
    /// - Returns: The code of the failure.
    func report(in place: UnsafeMutablePointer<powersensors_error>?) -> Int32 {
        if unsafe place == nil { return code }
        _ = unsafe fill(place) { contents }
        return code
    }

    private var contents: powersensors_error {
        var error = powersensors_error()
        (error.code, error.error_number) = (code, errorNumber)
        unsafe withUnsafeMutableBytes(of: &error.subject) { unsafe write(subject, into: $0) }
        unsafe withUnsafeMutableBytes(of: &error.text) { unsafe write(text, into: $0) }
        unsafe withUnsafeMutableBytes(of: &error.remedy) { unsafe write(remedy, into: $0) }
        return error
    }
}

extension powersensors_finding {
    init(_ finding: Finding) {
        self.init()
        severity = finding.severity == .error ? 2 : finding.severity == .warning ? 1 : 0
        unsafe withUnsafeMutableBytes(of: &reason) { unsafe write(finding.reason.name, into: $0) }
        unsafe withUnsafeMutableBytes(of: &subject) { unsafe write(finding.subject, into: $0) }
        unsafe withUnsafeMutableBytes(of: &text) { unsafe write(finding.text, into: $0) }
        unsafe withUnsafeMutableBytes(of: &remedy) { unsafe write(finding.remedy ?? "", into: $0) }
    }
}

/// Writes a text and a zero byte into a field whose bytes are 0. What is too long is cut off after a whole character.
private func write(_ text: String, into field: UnsafeMutableRawBufferPointer) {
    var text = text
    text.withUTF8 { bytes in
        var count = min(bytes.count, field.count - 1)
        // 10…… continues a character (RFC 3629).
        while count > 0, count < bytes.count, unsafe bytes[count] & 0xC0 == 0x80 { count -= 1 }
        unsafe field.copyMemory(from: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[..<count]))
    }
}
