import PowerSensors

/// The bytes of a file that the user named.
///
/// - Parameters:
///   - kind: What the file should be, for the error.
///   - option: The option that names it, for the error; nil if the path is clear enough.
///   - limit: How many bytes it may have.
///   - mayBePipe: Whether it may also be a pipe, such as `<(…)` of a shell, whose end must come within ten seconds.
func namedFile(
    _ path: String, _ kind: String, option: String? = nil, limit: Int = 1 << 20, mayBePipe: Bool = true
) throws(CommandFailure) -> [UInt8] {
    let prefix = option.map { "\($0): " } ?? ""
    do throws(NamedFileFault) {
        return try WholeFile.named(path, limit: limit, mayBePipe: mayBePipe, patience: .seconds(10))
    } catch {
        switch error {
        case .unreadable(let error):
            let remedy = Finding.remedy(ofErrno: error.errno) ?? "Name \(kind)"
            throw .failure("\(prefix)\(error). \(remedy).")
        case .notAFile:
            throw .failure("\(prefix)\(path) is not a file. Name \(kind).")
        case .endless:
            throw .failure(
                "\(prefix)\(path) is not a file, and its end has not come within 10 s. Name \(kind), or write to the pipe at"
                    + " once and close it.")
        case .tooLarge(let limit):
            throw .failure("\(prefix)\(path) is larger than \(limit >> 20) MiB. Name a smaller one.")
        }
    }
}
