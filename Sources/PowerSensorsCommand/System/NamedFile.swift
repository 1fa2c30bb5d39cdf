import PowerSensors

/// The bytes of a file that the user named, which may also be a pipe, such as `<(…)` of a shell.
///
/// - Parameters:
///   - kind: What the file should be, for the error.
///   - option: The option that names it, for the error; nil if the path is clear enough.
///   - limit: How many bytes it may have.
func namedFile(
    _ path: String, _ kind: String, option: String? = nil, limit: Int = 1 << 20
) throws(CommandFailure) -> [UInt8] {
    let prefix = option.map { "\($0): " } ?? ""
    do throws(NamedFileFault) {
        return try WholeFile.named(path, limit: limit, mayBePipe: true)
    } catch {
        switch error {
        case .unreadable(let error):
            let remedy = Finding.remedy(ofErrno: error.errno) ?? "Name \(kind) that this user may read"
            throw .failure("\(prefix)\(error). \(remedy).")
        case .notAFile:
            throw .failure("\(prefix)\(path) is not a file. Name \(kind).")
        case .tooLarge(let limit):
            throw .failure("\(prefix)\(path) is larger than \(limit >> 20) MiB. Name \(kind) that is smaller.")
        }
    }
}
