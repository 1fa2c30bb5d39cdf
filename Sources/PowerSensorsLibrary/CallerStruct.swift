/// The sizes of structs that callers may give.
private enum CallerSize {
    static let highest = 65536

    /// The size that a struct begins with; nil if it is not possible.
    static func read(_ place: UnsafeRawPointer, least: Int) -> Int? {
        let size = Int(unsafe place.loadUnaligned(as: UInt32.self))
        return size % 8 == 0 && size >= least && size <= highest ? size : nil
    }
}

/// Fills a caller's struct, as far as its size goes, and sets the size to what was filled.
///
/// - Parameters:
///   - place: The struct.
///   - value: What to fill in; nil if there is no such element.
/// - Returns: A code of the header.
func fill<Value: BitwiseCopyable>(_ place: UnsafeMutablePointer<Value>?, _ value: () -> Value?) -> Int32 {
    guard let place = unsafe place else { return Code.invalidArgument }
    let raw = UnsafeMutableRawPointer(place)
    guard let size = unsafe CallerSize.read(raw, least: 16) else { return Code.invalidSize }
    guard let value = value() else { return Code.end }
    let filled = min(size, MemoryLayout<Value>.size)
    unsafe withUnsafeBytes(of: value) { bytes in
        unsafe UnsafeMutableRawBufferPointer(start: raw, count: filled).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[..<filled]))
    }
    unsafe raw.storeBytes(of: UInt32(filled), as: UInt32.self)
    return Code.ok
}

/// Whether a caller's struct could be filled. Nil is none to fill.
func canFill<Value: BitwiseCopyable>(_ place: UnsafeMutablePointer<Value>?) -> Bool {
    guard let place = unsafe place else { return true }
    return unsafe CallerSize.read(UnsafeRawPointer(place), least: 16) != nil
}

/// A caller's struct as this version of the library knows it: what an older caller does not have is 0.
///
/// - Throws: ``Failure`` if the size is not possible, or a newer caller has set what this version does not know.
func read<Value: BitwiseCopyable>(_ place: UnsafePointer<Value>, into value: inout Value) throws(Failure) {
    let raw = unsafe UnsafeRawPointer(place)
    guard let size = unsafe CallerSize.read(raw, least: 8) else {
        throw Failure(Code.invalidSize, "options", "The size of the options is not possible.", "Set it to sizeof.")
    }
    let known = min(size, MemoryLayout<Value>.size)
    for index in known..<max(size, known) where unsafe raw.load(fromByteOffset: index, as: UInt8.self) != 0 {
        throw Failure(
            Code.invalidSize, "options", "An option is set that this version of the library does not have.",
            "Install a version that is at least as new as the header.")
    }
    unsafe withUnsafeMutableBytes(of: &value) { bytes in
        unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: known))
    }
}
