#if Exporters
package import PowerSensors

/// The names of channels in a line, such as `package0_core` for `rapl/package-0/core`.
///
/// They contain only letters, digits and underscores, as LogQL requires, are unique, and differ from the host figures' names.
package func lokiKeys(for channels: [Channel]) -> [String] {
    var used = Set(["host"] + Scope.all.map(\.name))
    return channels.map { channel in
        let prefix = "\(channel.sensor)/"
        let short = channel.id.hasPrefix(prefix) ? String(channel.id.dropFirst(prefix.count)) : channel.id
        let long = "\(channel.sensor)_\(short)"
        var key = lokiKey(short)
        if key.isEmpty || used.contains(key) { key = lokiKey(long) }
        let base = key.isEmpty ? "channel" : key
        key = base
        var number = 2
        while !used.insert(key).inserted {
            key = "\(base)_\(number)"
            number += 1
        }
        return key
    }
}

/// A name reduced to characters that LogQL allows; empty if it would start with a digit.
private func lokiKey(_ name: String) -> String {
    let maximumLength = 128
    var key = ""
    var gap: Unicode.Scalar?
    for scalar in name.unicodeScalars.prefix(maximumLength) {
        guard scalar.isASCII, scalar.properties.isAlphabetic || 0x30...0x39 ~= scalar.value else {
            gap = gap == nil ? scalar : "_"
            continue
        }
        // A hyphen between a letter and a digit is dropped: package-0 becomes package0.
        let isNumber = 0x30...0x39 ~= scalar.value
        if let gap, !key.isEmpty, !(gap == "-" && isNumber && key.last?.isLetter == true) { key += "_" }
        gap = nil
        key.unicodeScalars.append(scalar)
    }
    return key.first?.isNumber == true ? "" : key
}
#endif
