#if Exporters
import Foundation

/// A line of a push, as parsed by Foundation.
struct PushedLine: Hashable {
    let labels: [String: String]
    let time: String
    let line: String
    let metadata: [String: String]?

    /// The lines in a body; none if it is not in Loki's format.
    static func all(in body: [UInt8]) -> [PushedLine] {
        guard let root = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let streams = root["streams"] as? [[String: Any]]
        else { return [] }
        return streams.flatMap { stream -> [PushedLine] in
            let labels = stream["stream"] as? [String: String] ?? [:]
            return (stream["values"] as? [[Any]] ?? []).compactMap { value in
                guard value.count >= 2, let time = value[0] as? String, let line = value[1] as? String else {
                    return nil
                }
                let metadata = value.count > 2 ? value[2] as? [String: String] : nil
                return PushedLine(labels: labels, time: time, line: line, metadata: metadata)
            }
        }
    }
}
#endif
