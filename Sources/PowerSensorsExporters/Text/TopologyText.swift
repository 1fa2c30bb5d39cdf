package import PowerSensors

extension TextReport {
    /// A topology: what is measured by what, host figures, channels and findings.
    ///
    /// - Parameter headline: The scope to mark; nil for the topology's own.
    package func bytes(of topology: Topology, headline: Scope? = nil) -> [UInt8] {
        let count = topology.channels.count
        var lines = summary(PowerSummary(topology, headline: headline))
        lines += [
            style.bold("\(node): \(count == 0 ? "no channels" : count == 1 ? "1 channel" : "\(count) channels")")
        ]
        lines += hostLines(topology, headline ?? topology.headlineScope)
        lines += channelLines(topology)
        lines += self.lines(topology.findings)
        return [UInt8](lines: lines)
    }

    private func hostLines(_ topology: Topology, _ headline: Scope?) -> [String] {
        if topology.scopes.isEmpty { return [] }
        var lines = ["", style.dim("host")]
        for scope in topology.scopes {
            let parts = topology.channels.filter { $0.countsIn == scope }.map(\.id).joined(separator: " + ")
            let name = (scope == headline ? "▶ \(scope)" : "  \(scope)").safeToShow.padded(14)
            // 65 columns beside the name's 14.
            for (index, line) in parts.safeToShow.wrapped(to: 65).enumerated() {
                lines.append((index == 0 ? name : String(repeating: " ", count: 14)) + line)
            }
        }
        return lines
    }

    /// The width of the channels' names: what a terminal has beside the other columns.
    private var nameWidth: Int { min(max(style.width - 56, 23), 60) }

    private func channelLines(_ topology: Topology) -> [String] {
        if topology.channels.isEmpty { return [] }
        var lines = [
            "",
            style.dim(
                "channel".padded(nameWidth + 1) + "quantity".padded(12) + "provenance".padded(11) + "sensor".padded(20)
                    + "counts in"
            ),
        ]
        for line in TopologyTree(topology).lines {
            let name = String(repeating: "  ", count: line.depth + 1) + line.name
            guard let index = line.channel else {
                lines.append(name.padded(max(style.width + 1, 80)).withoutTrailingBlanks)
                continue
            }
            let channel = topology.channels[index]
            let source = "\(channel.sensor):\(channel.mechanism)".safeToShow
            let columns =
                name.padded(nameWidth) + " " + channel.quantity.name.safeToShow.padded(11) + " "
                + channel.provenance.name.padded(10) + " " + source.padded(19) + " "
                + (channel.countsIn.map { "\($0)" } ?? "–")
            lines.append(columns)
            lines += details(channel, beneath: line.name).map {
                style.dim("\(String(repeating: " ", count: nameWidth + 1))\($0)")
            }
        }
        return lines
    }

    /// The lines below a channel's own, in 56 columns beside the names: its label, its file, its status and the cost of
    /// reading it.
    private func details(_ channel: Channel, beneath name: String) -> [String] {
        var lines: [String] = []
        if let label = channel.label, !name.hasSuffix(label.safeToShow) { lines += label.safeToShow.wrapped(to: 56) }
        if let path = channel.path { lines.append(path.safeToShow) }
        var facts: [String] = []
        if channel.status != .ok { facts.append(channel.status.words) }
        if channel.provenance == .shared { facts.append(origin(of: channel)) }
        if let mirrored = channel.mirrorOf { facts.append("shows the same as \(mirrored)") }
        let interval = channel.readingInterval.map {
            "every \(fixed($0 / .seconds(1), decimals: $0 < .seconds(10) ? 1 : 0)) s"
        }
        if let cost = channel.readCost {
            facts.append("\(fixed(Double(cost.wholeNanoseconds) / 1000, decimals: 1)) µs a read")
            facts.append(interval ?? "every sample")
        } else {
            facts.append("read \(interval ?? "every sample")")
        }
        if channel.provenance == .measured, case .counter(let encoding) = channel.encoding {
            facts.append(encoding.isExact ? "exact" : "to the microjoule")
        }
        lines += facts.joined(separator: ", ").safeToShow.wrapped(to: 56)
        return lines
    }

    /// Where a shared channel was measured, such as `measured 1 host away`.
    private func origin(of channel: Channel) -> String {
        let distance = channel.hops.map { $0 == 1 ? " 1 host away" : " \($0) hosts away" } ?? " by the host"
        return "\(channel.origin ?? .measured)\(distance)"
    }
}
