import PowerSensors

/// The bytes of a file that the user named, at most `limit` of them.
///
/// - Parameters:
///   - kind: What the file should be, for the error.
///   - option: The option that names it, for the error; nil if the path is clear enough.
func namedFile(
    _ path: String, _ kind: String, option: String? = nil, limit: Int = 1 << 20
) throws(CommandFailure) -> [UInt8] {
    do throws(AttributeError) {
        return try WholeFile.bytes(path, limit: limit)
    } catch {
        let remedy = Finding.remedy(ofErrno: error.errno) ?? "Name \(kind) that this user may read"
        throw .failure("\(option.map { "\($0): " } ?? "")\(error). \(remedy).")
    }
}
