/// The records of comma-separated values (RFC 4180). Quoted fields may contain commas, line ends and doubled quotes.
package struct TableRecords: Sequence, IteratorProtocol, Sendable {
    /// A record and the line it begins on, from 1.
    package struct Record: Hashable, Sendable {
        /// The number of the record's first line.
        package let line: Int

        /// The fields, without their quotes.
        package let fields: [String]

        /// Whether a quoted field has no end, or more text behind it: then a quotation mark is missing. The record ends with its
        /// first line, so that the lines after it are not lost.
        package let isCutOff: Bool
    }

    private let bytes: [UInt8]
    /// The position of the next byte.
    private var at: Int
    /// The number of its line.
    private var line = 1

    /// The part of the table that has been read, from 0 to 1.
    package var part: Double { bytes.isEmpty ? 1 : Double(at) / Double(bytes.count) }

    /// The records of a table. A byte order mark before it is skipped.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        at = bytes.withoutByteOrderMark.startIndex
    }

    /// The next record that is not an empty line.
    package mutating func next() -> Record? {
        while at < bytes.count {
            let record = record()
            if record.fields != [""] { return record }
        }
        return nil
    }

    /// A text as a field, in quotes if it needs them.
    package static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { "\",\r\n".utf8.contains($0) }) else { return text }
        let quote = UInt8(ascii: "\"")
        let doubled = text.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
        return "\"\(String(decoding: doubled, as: UTF8.self))\""
    }

    private mutating func record() -> Record {
        let start = at
        let first = line
        var fields: [String] = []
        var field: [UInt8] = []
        var (isQuoted, isCutOff) = (false, false)
        scan: while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            switch byte {
            case UInt8(ascii: "\"") where isQuoted:
                if at < bytes.count, bytes[at] == byte {
                    field.append(byte)
                    at += 1
                } else {
                    isQuoted = false
                    // A field ends with its quotes: what else follows belongs to a later field, whose quotes ended this one.
                    isCutOff = at < bytes.count && !",\r\n".utf8.contains(bytes[at])
                    if isCutOff { break scan }
                }
            case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
            case _ where isQuoted: field.append(byte)
            case UInt8(ascii: ","):
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll(keepingCapacity: true)
            case UInt8(ascii: "\n"): break scan
            default: field.append(byte)
            }
        }
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        fields.append(String(decoding: field, as: UTF8.self))
        if isQuoted || isCutOff {
            line = first + 1
            at = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        }
        return Record(line: first, fields: fields, isCutOff: isQuoted || isCutOff)
    }
}
