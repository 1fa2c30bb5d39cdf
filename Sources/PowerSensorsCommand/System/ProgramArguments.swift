import Glibc
import PowerSensorsExporters

/// The arguments with which this program was started.
enum ProgramArguments {
    /// The bytes of each argument, with its final 0, as they were before ``take()``.
    static let bytes: [[CChar]] = (1..<max(Int(CommandLine.argc), 1)).compactMap { index in
        unsafe CommandLine.unsafeArgv[index].map { argument in
            unsafe Array(UnsafeBufferPointer(start: argument, count: Int(strlen(argument)) + 1))
        }
    }

    /// Takes the arguments, and overwrites the secrets of the URLs among them, which every user of this machine sees in the list of
    /// processes (proc(5), `cmdline`).
    static func take() -> [String] {
        // Before they are overwritten.
        _ = bytes
        let arguments = Array(CommandLine.arguments.dropFirst())
        let memory = unsafe CommandLine.unsafeArgv
        for (index, argument) in arguments.enumerated() where argument.contains("://") {
            guard let bytes = unsafe memory[index + 1] else { continue }
            // The argument itself is longer than the memory where invalid UTF-8 was repaired.
            let text = unsafe UnsafeBufferPointer(start: bytes, count: Int(strlen(bytes))).map { UInt8(bitPattern: $0) }
            for secret in URLSecrets.ranges(in: text, isTyped: true) {
                for place in secret { unsafe bytes[place] = CChar(bitPattern: UInt8(ascii: "x")) }
            }
        }
        return arguments
    }
}
