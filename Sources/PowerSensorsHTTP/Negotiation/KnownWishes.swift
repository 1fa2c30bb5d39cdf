#if Exporters
import NIOHTTP1

/// The representations of wishes that were heard before: a scraper says the same in each of its requests. Belongs to the
/// endpoint's event loop.
final class KnownWishes {
    private struct Wish: Hashable {
        let accept: [String]
        let acceptEncoding: [String]
    }

    /// More would be clients that want to fill the memory.
    private static let greatestCount = 16

    private var representations: [Wish: Representation] = [:]

    /// What the headers of a request wish for.
    func representation(_ headers: HTTPHeaders) -> Representation {
        let wish = Wish(accept: headers["Accept"], acceptEncoding: headers["Accept-Encoding"])
        if let known = representations[wish] { return known }
        let representation = Representation(accept: wish.accept, acceptEncoding: wish.acceptEncoding)
        if representations.count >= Self.greatestCount { representations.removeAll() }
        representations[wish] = representation
        return representation
    }
}
#endif
