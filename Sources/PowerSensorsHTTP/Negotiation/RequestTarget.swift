#if Exporters
/// The path and the query of a request target, which may be a whole URL, as proxies send it.
struct RequestTarget {
    /// The path without its query.
    let path: String

    /// What follows the question mark; empty if nothing does.
    let query: Substring

    /// Parses a request's target.
    init(_ target: String) {
        var rest = Substring(target)
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            let address = rest.dropFirst(scheme.count)
            rest = address.firstIndex(where: { $0 == "/" || $0 == "?" }).map { address[$0...] } ?? "/"
            break
        }
        let end = rest.prefix { $0 != "?" && $0 != "#" }
        path = String(end)
        let tail = rest[end.endIndex...]
        query = tail.first == "?" ? tail.dropFirst().prefix { $0 != "#" } : ""
    }
}
#endif
