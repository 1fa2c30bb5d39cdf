#if Exporters
import NIOHTTP1

/// The representations negotiated before, by the headers that asked for them: a scraper sends the same ones every time.
///
/// Belongs to the endpoint's event loop.
final class NegotiationCache {
    private struct AcceptHeaders: Hashable {
        let accept: [String]
        let acceptEncoding: [String]
    }

    /// The most representations that are kept: only clients that try to fill the memory send more variants of the headers.
    private static let maximumCount = 16

    private var representations: [AcceptHeaders: Representation] = [:]

    /// The representation that a request's headers ask for.
    func representation(_ headers: HTTPHeaders) -> Representation {
        let key = AcceptHeaders(accept: headers["Accept"], acceptEncoding: headers["Accept-Encoding"])
        if let known = representations[key] { return known }
        let representation = Representation(accept: key.accept, acceptEncoding: key.acceptEncoding)
        if representations.count >= Self.maximumCount { representations.removeAll() }
        representations[key] = representation
        return representation
    }
}
#endif
