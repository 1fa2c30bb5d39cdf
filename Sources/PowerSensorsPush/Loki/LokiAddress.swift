#if Exporters
extension PushAddress {
    private static let pushPath = "/loki/api/v1/push"

    /// Where Loki takes lines: the address itself where it is that, else with the path added.
    ///
    /// The path of old Lokis is refused: there the body of today is taken for one of no lines, answered with 204 and
    /// forgotten (seen with Loki 3.4.6).
    package init(loki text: String) throws(PushSetupError) {
        try self.init(text)
        let path = path
        guard !path.hasSuffix("/api/prom/push") else {
            throw PushSetupError(
                self, problem: "Loki answers 204 there to lines of today's form and stores none of them",
                remedy: "End the address with \(Self.pushPath), or with the port.")
        }
        if path.hasSuffix(Self.pushPath) {
            self.path = path
            return
        }
        // The path, or a prefix before it, may have been written in part.
        let parts = Self.pushPath.split(separator: "/")
        let begun =
            (1..<parts.count).reversed().first { path.hasSuffix("/" + parts[..<$0].joined(separator: "/")) } ?? 0
        guard begun > 0 || !path.contains("/api/") else {
            throw PushSetupError(
                self, problem: "this is not where Loki takes lines",
                remedy: "End the address with \(Self.pushPath), or with the port.")
        }
        self.path = path
        self = appending("/" + parts[begun...].joined(separator: "/"))
    }
}
#endif
