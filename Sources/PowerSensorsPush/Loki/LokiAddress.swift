#if Exporters
extension PushAddress {
    private static let pushPath = "/loki/api/v1/push"

    /// The address where Loki accepts lines: as given, or completed by the API's path.
    ///
    /// The path of Loki's old API is refused: it reads a body of today's format as one without lines, answers 204, and
    /// stores nothing (observed with Loki 3.4.6).
    package init(loki text: String) throws(PushSetupError) {
        try self.init(text)
        let path = path
        guard !path.hasSuffix("/api/prom/push") else {
            throw PushSetupError(
                subject: url, problem: "Loki answers 204 there to lines of today's format, but stores none of them",
                remedy: "End the address with \(Self.pushPath), or after the port.")
        }
        // The address may already end with the first parts of the path, or with all of it.
        let parts = Self.pushPath.split(separator: "/").map { "/\($0)" }
        let present = (1...parts.count).last { path.hasSuffix(parts[..<$0].joined()) } ?? 0
        guard present > 0 || !path.contains("/api/") else {
            throw PushSetupError(
                subject: url, problem: "this is not where Loki accepts lines",
                remedy: "End the address with \(Self.pushPath), or after the port.")
        }
        self.path = path
        self = appending(parts[present...].joined())
    }
}
#endif
