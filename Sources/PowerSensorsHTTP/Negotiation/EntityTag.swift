#if Exporters
import NIOHTTP1

/// A weak entity tag (RFC 9110, section 8.8.3): the same for the plain and the compressed form of a page.
struct EntityTag: Hashable {
    private let opaque: String

    /// - Parameter opaque: The text between the quotation marks; it contains none.
    init(_ opaque: String) { self.opaque = "\"\(opaque)\"" }

    /// The value of the header `ETag`.
    var headerValue: String { "W/\(opaque)" }

    /// Whether a client has this form already, by its header `If-None-Match` (section 13.1.2).
    func isKnown(by headers: HTTPHeaders) -> Bool {
        headers[canonicalForm: "If-None-Match"].contains { known in
            known == "*" || (known.hasPrefix("W/") ? known.dropFirst(2) : known) == opaque
        }
    }
}
#endif
