import PowerSensors

/// Text of comma-separated values (RFC 4180): fields may stand in quotation marks, and lines end in LF or CRLF.
struct CommaSeparated {
    /// One record, and the number of the line that it begins in, from 1.
    struct Record: Hashable {
        let line: Int
        var fields: [String]
    }

    /// The records that are not empty.
    private(set) var records: [Record] = []

    /// The line of a quotation mark that nothing closes; nil where all are closed.
    private(set) var openQuotationLine: Int?

    /// Takes a text apart. A byte order mark before it is no part of it.
    init(_ bytes: [UInt8]) {
        var parser = Parser()
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        for byte in bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...] { parser.take(byte) }
        parser.endRecord()
        records = parser.records
        openQuotationLine = parser.quotationLine
    }

    private struct Parser {
        var records: [Record] = []
        /// The line that the quotation began in that is still open.
        var quotationLine: Int?
        private var line = 1
        private var begin = 1
        private var fields: [String] = []
        private var field: [UInt8] = []
        private var wasQuoted = false

        mutating func take(_ byte: UInt8) {
            switch (byte, quotationLine) {
            case (UInt8(ascii: "\""), nil) where field.isEmpty && !wasQuoted:
                (quotationLine, wasQuoted) = (line, true)
            case (UInt8(ascii: "\""), nil) where wasQuoted:
                // A second one right behind the first stands for itself.
                field.append(byte)
                quotationLine = line
            case (UInt8(ascii: "\""), .some): quotationLine = nil
            case (UInt8(ascii: ","), nil): endField()
            case (UInt8(ascii: "\n"), nil):
                endRecord()
                line += 1
                begin = line
            default:
                if byte == UInt8(ascii: "\n") { line += 1 }
                field.append(byte)
            }
        }

        mutating func endField() {
            fields.append(String(trimming: field))
            field = []
            wasQuoted = false
        }

        mutating func endRecord() {
            endField()
            if fields != [""] { records.append(Record(line: begin, fields: fields)) }
            fields = []
        }
    }
}
