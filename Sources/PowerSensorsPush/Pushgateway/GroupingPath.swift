#if Exporters
#if canImport(FoundationEssentials)
import struct FoundationEssentials.Data
import struct FoundationEssentials.URLComponents
#else
import struct Foundation.Data
import struct Foundation.URLComponents
#endif

/// The path of a page in a Pushgateway: `/metrics/job/JOB/instance/NODE`. A page replaces the previous one of the same path.
package func groupingPath(job: String, instance: String) -> String {
    "/metrics/job\(component(job))/instance\(component(instance))"
}

/// A value with a slash or without characters cannot be part of a path, so it is encoded in base64 with the alphabet for
/// URLs (the Pushgateway's documentation, "URL").
private func component(_ value: String) -> String {
    if value.isEmpty { return "@base64/=" }
    guard value.contains("/") else {
        var components = URLComponents()
        components.path = "/\(value)"
        return components.percentEncodedPath
    }
    let digits = Data(value.utf8).base64EncodedString().prefix { $0 != "=" }
    return "@base64/" + digits.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }
}
#endif
