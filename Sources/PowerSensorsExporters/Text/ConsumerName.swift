package import PowerSensors

/// What a consumer is called in a row, and what stands at the row's end.
package struct ConsumerName {
    package private(set) var name: String
    package let source: String

    /// The names of a table's consumers in at most a width; those that others contain are indented.
    package static func names(of entries: [ConsumerTable.Entry], width: Int) -> [ConsumerName] {
        let deepest = min(entries.map(\.depth).max() ?? 0, width / 4)
        var names = names(of: entries.map(\.consumer), width: width - deepest)
        for (index, entry) in entries.enumerated() {
            names[index].name = String(repeating: " ", count: min(entry.depth, deepest)) + names[index].name
        }
        return names
    }

    /// The names of consumers in at most a width, shortened so that they can be told apart.
    package static func names(of consumers: [Consumer], width: Int) -> [ConsumerName] {
        var names = consumers.map { ConsumerName($0) }
        // Units of one name are told apart by where they are.
        let groups = Dictionary(grouping: names.indices) { [names[$0].name, names[$0].source] }
        for index in groups.values.joined() where consumers[index].kind == .controlGroup {
            let alike = groups[[names[index].name, names[index].source]]?.count ?? 1
            if alike > 1 { names[index].name = String(consumers[index].name.drop { $0 == "/" }).safeToShow }
        }
        for (index, name) in shortenedApart(names.map(\.name), to: width).enumerated() { names[index].name = name }
        return names
    }

    private init(_ consumer: Consumer) {
        if consumer.kind == .controlGroup {
            self.init(group: consumer)
        } else {
            let name = consumer.namespace.isEmpty ? consumer.name : "\(consumer.namespace)/\(consumer.name)"
            self.init(name: name.safeToShow, source: consumer.processID.map { "pid \($0)" } ?? "")
        }
    }

    /// A pod and its container, a container, or a unit of systemd; elsewhere the last part of the path.
    private init(group: Consumer) {
        let unit = Self.unit(group.name)
        // The first digits of 64 tell containers apart; a container of LXC or systemd-nspawn has a name.
        let id = group.containerID.utf8.count == 64 ? String(group.containerID.prefix(8)) : group.containerID
        let container = id.isEmpty ? "" : "container \(id)".safeToShow
        if !group.podUID.isEmpty {
            self.init(name: "pod \(group.podUID.prefix(8))".safeToShow, source: container)
        } else if !id.isEmpty, unit.contains(group.containerID) {
            self.init(name: container, source: "")
        } else {
            self.init(name: unit.safeToShow, source: container)
        }
    }

    /// The last part of a path, or the unit that contains it, such as a virtual machine's above `libvirt/emulator`.
    private static func unit(_ path: String) -> String {
        let parts = path.split(separator: "/")
        let isInSlice = parts.last?.hasSuffix(".slice") == true
        let unit = isInSlice ? nil : parts.last { $0.hasSuffix(".scope") || $0.hasSuffix(".service") }
        guard let name = unit ?? parts.last else { return "/" }
        // systemd escapes dashes in the names of what a unit is for.
        let shown = String(name.replacing("\\x2d", with: "-"))
        return shown.hasSuffix(".scope") ? String(shown.dropLast(".scope".count)) : shown
    }

    private init(name: String, source: String) { (self.name, self.source) = (name, source) }

    /// Names in at most a width: the beginning and the end of a longer one or, where that leaves two alike, what begins
    /// shortly before they differ.
    static func shortenedApart(_ names: [String], to width: Int) -> [String] {
        var result = names.map { $0.shortened(to: width) }
        for alike in Dictionary(grouping: names.indices, by: { result[$0] }).values {
            let whole = Set(alike.map { names[$0] })
            guard whole.count > 1, let first = whole.first else { continue }
            let common = whole.reduce(first) { $0.commonPrefix(with: $1) }.count
            for index in alike {
                result[index] = "…" + String(names[index].dropFirst(max(common - 3, 0))).padded(width - 1)
            }
        }
        return result
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
