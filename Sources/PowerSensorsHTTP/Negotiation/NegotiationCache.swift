#if Exporters
import NIOHTTP1

/// The representations negotiated before, by the headers that asked for them: a scraper sends the same ones every time.
///
/// Belongs to the endpoint's event loop.
final class NegotiationCache {
    /// The most representations that are kept: only clients that try to fill the memory send more variants of the headers.
    private static let maximumCount = 16

    /// By the values of `Accept` and `Accept-Encoding`.
    private var representations: [[[String]]: Representation] = [:]

    /// The representation that a request's headers ask for.
    func representation(_ headers: HTTPHeaders) -> Representation {
        let key = [headers["Accept"], headers["Accept-Encoding"]]
        if let known = representations[key] { return known }
        let representation = Representation(accept: key[0], acceptEncoding: key[1])
        if representations.count >= Self.maximumCount { representations.removeAll() }
        representations[key] = representation
        return representation
    }
}
#endif
