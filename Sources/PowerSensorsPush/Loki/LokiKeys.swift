#if Exporters
package import PowerSensors

/// What the channels are called in a line: `package0_core` for `rapl/package-0/core`.
///
/// Only letters, digits and underscores, as LogQL wants; no two alike; none that is a host figure's.
package func lokiKeys(for channels: [Channel]) -> [String] {
    var taken = Set(["host"] + Scope.byPreference.map(\.name))
    return channels.map { channel in
        let prefix = "\(channel.sensor)/"
        let short = channel.id.hasPrefix(prefix) ? String(channel.id.dropFirst(prefix.count)) : channel.id
        let long = "\(channel.sensor)_\(short)"
        var key = lokiKey(short)
        if key.isEmpty || taken.contains(key) { key = lokiKey(long) }
        let stem = key.isEmpty ? "channel" : key
        key = stem
        var number = 2
        while !taken.insert(key).inserted {
            key = "\(stem)_\(number)"
            number += 1
        }
        return key
    }
}

/// A name without what LogQL takes no name to hold; empty where a digit would be first.
private func lokiKey(_ name: String) -> String {
    let longest = 128
    var key = ""
    var gap: Unicode.Scalar?
    for scalar in name.unicodeScalars.prefix(longest) {
        guard scalar.isASCII, scalar.properties.isAlphabetic || 0x30...0x39 ~= scalar.value else {
            gap = gap == nil ? scalar : "_"
            continue
        }
        // The hyphen before a number is no gap: package-0 is package0.
        let isNumber = 0x30...0x39 ~= scalar.value
        if let gap, !key.isEmpty, !(gap == "-" && isNumber && key.last?.isLetter == true) { key += "_" }
        gap = nil
        key.unicodeScalars.append(scalar)
    }
    return key.first?.isNumber == true ? "" : key
}
#endif
