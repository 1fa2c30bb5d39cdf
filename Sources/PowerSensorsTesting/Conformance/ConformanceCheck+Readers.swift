import PowerSensors

extension ConformanceCheck {
    /// What a source that stands still must show again.
    private struct Shown: Hashable {
        let status: ReadingStatus
        let count: UInt64?
        let value: UInt64?

        init(_ reading: Reading) {
            status = reading.status
            count = reading.count
            value = reading.value?.bitPattern
        }
    }

    /// Opens the channels in several selections and orders, and reads each of them twice.
    mutating func checkReaders(_ channels: [Channel], isStill: Bool) {
        // Of channels that call themselves the same a topology keeps the first.
        var seen: Set<String> = []
        let channels = channels.filter { seen.insert($0.id).inserted }
        if channels.isEmpty { return }
        var known: [String: Shown] = [:]
        // The first stays open to the end: a second reader is no reason for the first to fail.
        guard var first = open(channels) else { return }
        for selection in selections(of: channels) {
            guard var reader = open(selection) else { continue }
            for _ in 1...2 {
                let readings = read(&reader, selection)
                // A reader that is out of order once tells nothing more.
                guard readings.count == selection.count else { break }
                if !isStill { continue }
                for (channel, reading) in zip(selection, readings) {
                    let shown = known[channel.id] ?? Shown(reading)
                    known[channel.id] = shown
                    if shown != Shown(reading) {
                        note(.readingOrder, channel.id, "opened with others it showed something else")
                    }
                }
            }
        }
        _ = read(&first, channels)
    }

    /// All, backwards, all but every second, some alone, none, and with what a topology may change.
    private func selections(of channels: [Channel]) -> [[Channel]] {
        var unscoped = channels
        // Another sensor makes up the host figure.
        for index in unscoped.indices { unscoped[index].countsIn = nil }
        let alternate = channels.indices.filter { $0 % 2 == 1 }.map { channels[$0] }
        return [channels, channels.reversed(), alternate, unscoped, []] + channels.prefix(6).map { [$0] }
    }

    private mutating func open(_ channels: [Channel]) -> (any SensorReader)? {
        do {
            let reader = try sensor.open(channels)
            return check(reader, has: channels) ? reader : nil
        } catch {
            note(.opens, list(channels), "it threw: \(error)")
            return nil
        }
    }

    /// Where the channels are not those that were asked for, what their readings are tells nothing more.
    private mutating func check(_ reader: any SensorReader, has channels: [Channel]) -> Bool {
        if reader.channels == channels { return true }
        note(.readerChannels, list(channels), "the reader's are \(list(reader.channels))")
        return false
    }

    private mutating func read(_ reader: inout any SensorReader, _ channels: [Channel]) -> [Reading] {
        var readings: [Reading] = []
        // Room for too many, or the first of them would end the process.
        readings.append(addingCapacity: 2 * channels.count + 16) { reader.read(into: &$0) }
        guard check(reader, has: channels) else { return [] }
        guard readings.count == channels.count else {
            note(.readingCount, list(channels), "there were \(readings.count) readings")
            return readings
        }
        for (channel, reading) in zip(channels, readings) { check(reading, of: channel) }
        return readings
    }

    private mutating func check(_ reading: Reading, of channel: Channel) {
        if let instant = reading.instant, instant > .now {
            note(.instants, channel.id, "its instant is still to come")
        }
        guard reading.status == .ok else {
            // What a host shares may be a sum of its own.
            if reading.status == .partial, channel.provenance != .shared {
                note(.readingKinds, channel.id, "partial is for sums, and this is one number")
            }
            return
        }
        switch (channel.encoding, reading.kind) {
        case (_, .none):
            note(.readingKinds, channel.id, "it is missing and ok at once")
        case (.counter, .value):
            note(.readingKinds, channel.id, "it is a counter and gives a value")
        case (.gauge, .count), (.gauge, .newCount):
            note(.readingKinds, channel.id, "it is a gauge and gives a count")
        case (.counter(let encoding), .count), (.counter(let encoding), .newCount):
            if reading.count.flatMap(encoding.count) == nil {
                note(.readingKinds, channel.id, "its count is beyond the last one")
            }
        case (.gauge, .value):
            guard let value = reading.value else {
                note(.readingKinds, channel.id, "its value is no finite number")
                return
            }
            if channel.quantity == .ratio, !(0...1).contains(value) {
                note(.readingKinds, channel.id, "it is a ratio of \(value)")
            }
        }
    }

    private func list(_ channels: [Channel]) -> String {
        channels.isEmpty ? "no channel" : channels.map(\.id).joined(separator: ", ")
    }
}
