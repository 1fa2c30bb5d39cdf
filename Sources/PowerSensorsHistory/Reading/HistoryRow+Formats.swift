#if History
import PowerSensors
package import PowerSensorsExporters

extension HistoryRow {
    /// Appends the row as one JSON object and a line end.
    ///
    /// - Parameter price: The price of a kilowatt-hour; nil if costs are not wanted.
    package func appendJSON(price: Double? = nil, to bytes: inout [UInt8]) {
        JSONWriter.appendLine(to: &bytes) { writeMembers(price: price, to: &$0) }
    }

    /// Writes the members of the row's JSON object.
    package func writeMembers(price: Double? = nil, to json: inout JSONWriter) {
        json.member("from", Self.stamp(fromMilliseconds))
        json.member("to", Self.stamp(toMilliseconds))
        json.member("kind", kind.name)
        json.member("name", name)
        if kind == .event {
            json.member("channel", subject.isEmpty ? nil : subject)
            json.member("text", text)
            return
        }
        if kind == .virtualMachine {
            json.member("namespace", namespace)
            json.member("uuid", subject)
        }
        json.member("energy_j", energy?.rawValue)
        json.member("mean_w", mean?.rawValue)
        json.member("min_w", minimum?.rawValue)
        json.member("peak_w", peak?.rawValue)
        json.member("low_w", low?.rawValue)
        json.member("high_w", high?.rawValue)
        json.member("covered", covered)
        json.member("carbon_g", carbon?.rawValue)
        if let price { json.member("cost", cost(at: price)) }
        if kind == .host { json.member("provenance", provenance) }
    }

    /// The header of rows as comma-separated values, and its line end.
    package static func csvHeader(price: Double? = nil) -> [UInt8] {
        Array((csvColumns + (price == nil ? "" : ",cost") + "\n").utf8)
    }

    private static let csvColumns =
        "from,to,kind,name,namespace,subject,text,energy_j,mean_w,min_w,peak_w,low_w,high_w,covered,carbon_g,provenance"

    /// Appends the row as comma-separated values (RFC 4180). Unknown values are empty.
    package func appendCSV(price: Double? = nil, to bytes: inout [UInt8]) {
        let texts = [
            Self.stamp(fromMilliseconds), Self.stamp(toMilliseconds), kind.name, name, namespace, subject, text,
        ].map { TableRecords.field($0.safeToShow) }
        let isEvent = kind == .event
        let numbers = [
            energy?.rawValue, mean?.rawValue, minimum?.rawValue, peak?.rawValue, low?.rawValue, high?.rawValue,
            isEvent ? nil : covered, carbon?.rawValue,
        ].map { $0?.description ?? "" }
        var fields = texts + numbers + [provenance ?? ""]
        if let price { fields.append(cost(at: price)?.description ?? "") }
        bytes += Array((fields.joined(separator: ",") + "\n").utf8)
    }

    /// The cost at a price of a kilowatt-hour; nil if the energy is unknown.
    package func cost(at price: Double) -> Double? { energy.map { $0.rawValue / 3.6e6 * price } }

    private static func stamp(_ milliseconds: Int64) -> String {
        Timestamp(milliseconds: milliseconds).iso8601
    }
}
#endif
