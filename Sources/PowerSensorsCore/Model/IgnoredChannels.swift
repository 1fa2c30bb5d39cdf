/// The channels and chips that the user wants to leave out, unread.
///
/// A name is a channel's `id`, a chip's or supply's name, the `id` of such a component with or without its sensor, or a device:
/// its path beneath `/sys/devices` or the last parts of that, such as `0000:03:00.0`.
package struct IgnoredChannels: Hashable, Sendable {
    /// The names, as they were given.
    package let names: [String]

    /// Leaves out what has one of the names.
    package init(_ names: [String] = []) { self.names = names }

    /// The names of a channel.
    package func names(of channel: Channel) -> [String] {
        if names.isEmpty { return [] }
        let component = channel.component
        return names.filter { $0 == channel.id || $0 == component.supply }
            + names(ofChip: component.chip, device: component.device) + names(ofComponent: component.id, channel.sensor)
    }

    /// The names of a chip that has such a name or device.
    package func names(ofChip name: String?, device: String?) -> [String] {
        names.filter { ignored in
            if ignored == name { return true }
            guard let device, !ignored.isEmpty else { return false }
            let path = ignored.trimmingPrefix("/sys/").trimmingPrefix("devices/")
            return device == path || device.hasSuffix("/\(path)")
        }
    }

    /// The names of a component of a sensor.
    package func names(ofComponent id: String, _ sensor: SensorName) -> [String] {
        names.filter { $0 == id || $0 == "\(sensor)/\(id)" }
    }

    /// Whether a channel's `id` is one of the names.
    package func contains(channel id: String) -> Bool { names.contains(id) }
}

extension Discovery {
    /// Removes what is to be ignored. What a sensor could not leave out by itself was read once, by the discovery.
    ///
    /// A host figure that loses a part but not all of them is incomplete.
    package mutating func leaveOut(_ ignored: IgnoredChannels) {
        if ignored.names.isEmpty { return }
        let removed = channels.filter { !ignored.names(of: $0).isEmpty }
        if removed.isEmpty { return }
        for channel in removed { ignoredNames.formUnion(ignored.names(of: channel)) }
        let reduced = remove(removed)
        findings.append(.leftOut(removed, "as you asked", of: reduced))
    }

    /// Removes channels that are left out.
    ///
    /// - Returns: The host figures that lose a part but not all of them, and so are incomplete.
    package mutating func remove(_ removed: [Channel]) -> [Scope] {
        let ids = Set(removed.map(\.id))
        channels.removeAll { ids.contains($0.id) }
        for index in channels.indices {
            if let parent = channels[index].parent, ids.contains(parent) { channels[index].parent = nil }
        }
        let reduced = Set(channels.compactMap(\.countsIn)).intersection(removed.compactMap(\.countsIn))
        incompleteScopes.formUnion(reduced)
        return Scope.all.filter(reduced.contains)
    }
}

extension Finding {
    /// Channels that are left out.
    ///
    /// - Parameters:
    ///   - channels: At least one.
    ///   - reason: Such as `as you asked`.
    ///   - scopes: The host figures that are incomplete without them.
    package static func leftOut(_ channels: [Channel], _ reason: String, of scopes: [Scope]) -> Finding {
        let consequence = scopes.map { " The figure \($0) then lacks a part, so it has no value." }.joined()
        return Finding(
            severity: .info, subject: channels[0].path ?? channels[0].id, reason: .ignored,
            text: "Left out, \(reason): \(channels.map(\.id).joined(separator: ", ")).\(consequence)")
    }

    /// A name that nothing has.
    package static func nothingIgnored(_ name: String) -> Finding {
        Finding(
            severity: .warning, subject: name, reason: .ignored,
            text: "No channel, chip or device that was found is called \(name), so nothing is left out for it.",
            remedy: "See what there is: powersensors list")
    }
}
