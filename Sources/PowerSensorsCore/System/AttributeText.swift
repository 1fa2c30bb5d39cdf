extension String {
    /// The text of an attribute without leading and trailing white space and NUL bytes; ill-formed UTF-8 is repaired.
    package init(trimming bytes: some BidirectionalCollection<UInt8>) {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0 }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else {
            self = ""
            return
        }
        self.init(decoding: bytes[first...last], as: UTF8.self)
    }

    /// The text with `_` for every character other than ASCII letters, digits and `-_.:+`, so that it is safe in an
    /// identity.
    package var asIdentifier: String {
        String(map { ($0.isLetter || $0.isNumber || "-_.:+".contains($0)) && $0.isASCII ? $0 : "_" })
    }
}
