import PowerSensors

extension ConformanceCheck {
    /// What must stay equal while the source does not change.
    private func shown(_ reading: Reading) -> (ReadingStatus, UInt64?, UInt64?) {
        (reading.status, reading.count, reading.value?.bitPattern)
    }

    /// Opens the channels in several selections and orders, and reads each of them twice.
    mutating func checkReaders(_ channels: [Channel], isStill: Bool) {
        // A topology keeps only the first of several channels with the same identity.
        let channels = channels.unique(by: \.id)
        if channels.isEmpty { return }
        var known: [String: Reading] = [:]
        // The first reader stays open to the end: a second one must not make it fail.
        guard var first = open(channels) else { return }
        for selection in selections(of: channels) {
            guard var reader = open(selection) else { continue }
            for _ in 1...2 {
                let readings = read(&reader, selection)
                // After a wrong number of readings, nothing more can be checked.
                guard readings.count == selection.count else { break }
                if !isStill { continue }
                for (channel, reading) in zip(selection, readings) {
                    let earliest = known[channel.id] ?? reading
                    known[channel.id] = earliest
                    if shown(earliest) != shown(reading) {
                        report(.readingOrder, channel.id, "its reading depends on the channels that it is opened with")
                    }
                }
            }
        }
        _ = read(&first, channels)
    }

    /// All channels, reversed, every second, some alone, none, and without host scopes.
    private func selections(of channels: [Channel]) -> [[Channel]] {
        var unscoped = channels
        // A topology clears the scope if another sensor provides the host figure.
        for index in unscoped.indices { unscoped[index].countsIn = nil }
        let alternate = channels.indices.filter { $0 % 2 == 1 }.map { channels[$0] }
        return [channels, channels.reversed(), alternate, unscoped, []] + channels.prefix(6).map { [$0] }
    }

    private mutating func open(_ channels: [Channel]) -> (any SensorReader)? {
        do {
            let reader = try sensor.open(channels)
            return check(reader, has: channels) ? reader : nil
        } catch {
            report(.opens, list(channels), "it threw: \(error)")
            return nil
        }
    }

    /// Checks the reader's channels; false if they are not the requested ones, so that readings cannot be checked.
    private mutating func check(_ reader: any SensorReader, has channels: [Channel]) -> Bool {
        if reader.channels == channels { return true }
        report(.readerChannels, list(channels), "the reader's are \(list(reader.channels))")
        return false
    }

    private mutating func read(_ reader: inout any SensorReader, _ channels: [Channel]) -> [Reading] {
        var readings: [Reading] = []
        // Spare room, because an append beyond the capacity would end the process.
        readings.append(addingCapacity: 2 * channels.count + 16) { reader.readChannels(into: &$0) }
        guard check(reader, has: channels) else { return [] }
        guard readings.count == channels.count else {
            report(.readingCount, list(channels), "there were \(readings.count) readings")
            return readings
        }
        for (channel, reading) in zip(channels, readings) { check(reading, of: channel) }
        return readings
    }

    private mutating func check(_ reading: Reading, of channel: Channel) {
        if let instant = reading.instant, instant > .now {
            report(.instants, channel.id, "its instant is in the future")
        }
        guard reading.status == .ok else {
            // A shared channel may be a sum of the host's.
            if reading.status == .partial, channel.provenance != .shared {
                report(.readingKinds, channel.id, "partial is for sums, and this is one number")
            }
            return
        }
        switch (channel.encoding, reading.kind) {
        case (_, .none):
            report(.readingKinds, channel.id, "its value is missing although its status is ok")
        case (.counter, .value):
            report(.readingKinds, channel.id, "it is a counter and gives a value")
        case (.gauge, .count), (.gauge, .newCount):
            report(.readingKinds, channel.id, "it is a gauge and gives a count")
        case (.counter(let encoding), .count), (.counter(let encoding), .newCount):
            if reading.count.flatMap(encoding.count) == nil {
                report(.readingKinds, channel.id, "its count exceeds the greatest one")
            }
        case (.gauge, .value):
            guard let value = reading.value else {
                report(.readingKinds, channel.id, "its value is not a finite number")
                return
            }
            if channel.quantity == .ratio, !(0...1).contains(value) {
                report(.readingKinds, channel.id, "it is a ratio of \(value)")
            }
        }
    }

    private func list(_ channels: [Channel]) -> String {
        channels.isEmpty ? "no channel" : channels.map(\.id).joined(separator: ", ")
    }
}
