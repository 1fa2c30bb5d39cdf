extension String {
    /// The text of an attribute without the white space and zeros around it; ill-formed UTF-8 is repaired.
    package init(trimming bytes: some BidirectionalCollection<UInt8>) {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) || byte == 0 }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else {
            self = ""
            return
        }
        self.init(decoding: bytes[first...last], as: UTF8.self)
    }
}
