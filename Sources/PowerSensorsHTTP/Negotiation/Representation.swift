#if Exporters
package import PowerSensorsExporters

/// The form of the page that suits a scraper best, by its `Accept` and `Accept-Encoding` headers.
package struct Representation: Hashable, Sendable {
    /// The text format.
    package let format: MetricsFormat

    /// Whether the scraper asks how names are escaped, as Prometheus 3 does.
    package let namesEscaping: Bool

    /// Whether the page is compressed.
    package let isCompressed: Bool

    /// Negotiates the form.
    ///
    /// A scraper that accepts none of our formats gets Prometheus' text, as from other exporters: a refusal would be of no
    /// use to it.
    package init(accept: [String], acceptEncoding: [String]) {
        (format, namesEscaping) = Self.format(WeightedList(accept))
        isCompressed = Self.compresses(WeightedList(acceptEncoding))
    }

    /// The value of the `Content-Type` header.
    package var contentType: String {
        // Only OpenMetrics 1.0.0 and later name the escaping. Our names contain nothing to escape, so all schemes but
        // `dots` give the same.
        namesEscaping && format == .openMetrics ? format.contentType + "; escaping=underscores" : format.contentType
    }

    /// How specifically an item of the list names a format; nil if it does not. The most specific item's weight applies.
    private static func specificity(of item: WeightedList.Item, for format: MetricsFormat) -> Int? {
        let version = item.parameters["version"]
        switch (format, item.name) {
        case (.text, "text/plain") where version == nil || version == "0.0.4",
            (.openMetrics, "application/openmetrics-text") where version == nil || version == "1.0.0":
            return version == nil ? 2 : 3
        case (.text, "text/*"), (.openMetrics, "application/*"): return 1
        case (_, "*/*"): return 0
        default: return nil
        }
    }

    private static func format(_ list: WeightedList) -> (MetricsFormat, namesEscaping: Bool) {
        let matches = MetricsFormat.allCases.compactMap { format in
            list.items.enumerated().compactMap { index, item in
                specificity(of: item, for: format).map { (format: format, item: item, specificity: $0, index: index) }
            }.max { $0.specificity < $1.specificity }
        }
        // At equal weights the more specific item wins, then the first one, then plain text.
        let best = matches.filter { $0.item.weight > 0 }.max {
            ($0.item.weight, $0.specificity, -$0.index) < ($1.item.weight, $1.specificity, -$1.index)
        }
        guard let best else { return (.text, false) }
        return (best.format, best.item.parameters["escaping"] != nil)
    }

    private static func compresses(_ list: WeightedList) -> Bool {
        func weight(_ names: Set<Substring>) -> Int? { list.items.first { names.contains($0.name) }?.weight }
        guard let gzip = weight(["gzip", "x-gzip"]) ?? weight(["*"]), gzip > 0 else { return false }
        return gzip >= weight(["identity"]) ?? 0
    }
}
#endif
