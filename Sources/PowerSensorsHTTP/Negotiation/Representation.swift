#if Exporters
package import PowerSensorsExporters

/// The form in which a scraper gets the page: what it can read, and of that what it likes best.
package struct Representation: Hashable, Sendable {
    /// The text format.
    package let format: MetricsFormat

    /// Whether the scraper wants to be told how names are escaped, as Prometheus 3 does.
    package let namesEscaping: Bool

    /// Whether the page is compressed.
    package let isCompressed: Bool

    /// Chooses by the headers `Accept` and `Accept-Encoding`.
    ///
    /// A scraper that can read none of our formats gets Prometheus' own text, as the tools before us have always done:
    /// a refusal would help nobody.
    package init(accept: [String], acceptEncoding: [String]) {
        (format, namesEscaping) = Self.format(WeightedList(accept))
        isCompressed = Self.compresses(WeightedList(acceptEncoding))
    }

    /// What the header Content-Type says.
    package var contentType: String {
        // Only versions from 1.0.0 on name the escaping. Ours is the same whichever is wished for, but for `dots`: our names
        // hold nothing to escape.
        namesEscaping && format == .openMetrics ? format.contentType + "; escaping=underscores" : format.contentType
    }

    /// How well an item of the list fits a format: the more exactly it names it, the more its weight counts.
    private static func fit(_ item: WeightedList.Item, _ format: MetricsFormat) -> Int? {
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
        var best: (format: MetricsFormat, weight: Int, fit: Int, place: Int)?
        for format in MetricsFormat.allCases {
            // Where several items name the format, the most exact one has its say.
            var own: (weight: Int, fit: Int, place: Int)?
            for (place, item) in list.items.enumerated() {
                guard let fit = fit(item, format), fit > own?.fit ?? -1 else { continue }
                own = (item.weight, fit, place)
            }
            guard let own, own.weight > 0 else { continue }
            // Of equal weight: the one named more exactly, then the one named first, then plain text.
            if let best, (best.weight, best.fit, -best.place) >= (own.weight, own.fit, -own.place) { continue }
            best = (format, own.weight, own.fit, own.place)
        }
        guard let best else { return (.text, false) }
        return (best.format, list.items[best.place].parameters["escaping"] != nil)
    }

    private static func compresses(_ list: WeightedList) -> Bool {
        func weight(_ names: Set<Substring>) -> Int? { list.items.first { names.contains($0.name) }?.weight }
        guard let gzip = weight(["gzip", "x-gzip"]) ?? weight(["*"]), gzip > 0 else { return false }
        return gzip >= weight(["identity"]) ?? 0
    }
}
#endif
