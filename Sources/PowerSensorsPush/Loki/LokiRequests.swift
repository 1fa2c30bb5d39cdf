#if Exporters
import PowerSensors
import PowerSensorsExporters

/// Renders lines, and the requests that contain them.
struct LokiRequests: Sendable {
    let url: String
    /// The machine's name.
    let node: String
    let configuration: LokiConfiguration

    /// A line as a request contains it.
    func entry(_ line: LokiLines.Line) -> LokiQueue.Entry {
        LokiQueue.Entry(nanoseconds: line.nanoseconds, provenance: line.provenance, json: json(line))
    }

    /// A request with lines.
    func request(_ entries: [LokiQueue.Entry]) -> PushRequest { request(body(entries)) }

    /// A request without lines. Loki answers 422 to it if this program is allowed to push.
    var probe: PushRequest { request(Array("{\"streams\":[]}".utf8)) }

    private func request(_ body: [UInt8]) -> PushRequest {
        var request = PushRequest(method: .post, url: url, headers: [("Content-Type", "application/json")], body: body)
        if configuration.isCompressed, let compressed = GzipCompressor()?.compress(body) {
            request.headers.append(("Content-Encoding", "gzip"))
            request.body = compressed
        }
        if let tenant = configuration.tenant { request.headers.append(("X-Scope-OrgID", tenant)) }
        return request
    }

    /// `{"streams":[{"stream":{…},"values":[…]}]}`, with the entries of each stream in order.
    ///
    /// The labels are few and never change, since Loki keeps an index for every set of labels.
    private func body(_ entries: [LokiQueue.Entry]) -> [UInt8] {
        let values = Dictionary(grouping: entries, by: \.provenance)
        return JSONWriter.rendering { json in
            json.object { json in
                json.member("streams", each: entries.map(\.provenance).unique(by: \.self)) { provenance, json in
                    json.name("stream")
                    json.object { json in
                        json.member("job", "powersensors")
                        json.member("host", node)
                        json.member("provenance", provenance.name)
                    }
                    json.name("values")
                    json.array { json in
                        for entry in values[provenance] ?? [] { json.rendered(entry.json) }
                    }
                }
            }
        }
    }

    /// `["nanoseconds","line"]`, with structured metadata as a third element if configured.
    ///
    /// The time is a string of nanoseconds: Loki refuses a number, and mistakes seconds or milliseconds for a time in 1970.
    private func json(_ line: LokiLines.Line) -> [UInt8] {
        let hasMetadata = configuration.usesStructuredMetadata
        let fields = hasMetadata ? line.fields.filter { !$0.isWord } : line.fields
        return JSONWriter.rendering { json in
            json.array { json in
                json.string(String(line.nanoseconds))
                json.string(configuration.lineFormat == .json ? fields.json : fields.logfmt)
                if hasMetadata { json.object(line.fields.filter(\.isWord)) }
            }
        }
    }
}
#endif
