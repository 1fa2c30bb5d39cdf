#if Exporters
import NIOCore

/// Completes the line ends of requests that were typed by hand.
///
/// RFC 9112, section 2.2, allows a server to take a line feed alone as the end of a line, as Go's servers do; the HTTP parser
/// insists on a carriage return before it. Whoever ends the first line of a connection without one may do so in all of them.
/// Otherwise a line feed alone remains an error: programs that disagree on whether a line ends there can be made to see
/// different requests.
struct LineEnds {
    /// Whether lines end with a line feed alone; nil until the first one ends.
    private(set) var areBare: Bool?
    private var previous: UInt8 = 0

    /// The next bytes of a connection, as the parser accepts them.
    mutating func completed(_ bytes: ByteBuffer) -> ByteBuffer {
        if areBare == false { return bytes }
        let view = bytes.readableBytesView
        if areBare == nil {
            guard let end = view.firstIndex(of: .lineFeed) else {
                previous = view.last ?? previous
                return bytes
            }
            let isBare = (end == view.startIndex ? previous : view[end - 1]) != .carriageReturn
            areBare = isBare
            if !isBare { return bytes }
        }
        var completed = ByteBuffer()
        completed.reserveCapacity(view.count + 16)
        for byte in view {
            if byte == .lineFeed, previous != .carriageReturn { completed.writeInteger(UInt8.carriageReturn) }
            completed.writeInteger(byte)
            previous = byte
        }
        return completed
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
    fileprivate static let carriageReturn = UInt8(ascii: "\r")
}
#endif
