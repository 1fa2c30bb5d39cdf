public import PowerSensors

/// Writes snapshots as comma-separated values (RFC 4180): a header, then a row for each host figure and each channel. Where
/// energy is divided, a row for each consumer follows, and for each part that is nobody's.
///
/// All machines have the same columns, so that their files can be combined. Unknown values are empty fields, and `status`
/// says why.
public struct CSVFormat: SnapshotFormat {
    /// The header line, without its line end.
    public static let header =
        "node,time,time_ns,boottime_ns,interval_s,generation,kind,id,power_w,energy_j,value,low_w,high_w,"
        + "status,errno,provenance,sensor,headline,wraps,resets,ambiguous_j,carbon_g,skipped"

    /// What the header of every version begins with.
    static let start = Array("node,time,time_ns,".utf8)

    private let node: [UInt8]
    private var hasHeader = false
    /// Each channel's identity and source as fields, rendered once.
    private var channels: [(id: [UInt8], source: [UInt8])] = []
    /// The leading fields that all rows of a snapshot share; stored to reuse the allocation.
    private var stamp: [UInt8] = []
    /// The last field and the end of the line, which they share too.
    private var end: [UInt8] = []

    /// Creates a format for a machine's snapshots.
    ///
    /// - Parameter node: The machine's name, in every row.
    public init(node: String) { self.node = field(node) }

    /// Renders the channels' names.
    public mutating func prepare(for topology: Topology) {
        channels = topology.channels.map { (id: field($0.id), source: source($0.provenance, $0.sensor)) }
    }

    /// Writes the header first, unless the file has one already.
    public mutating func begin(continuing: Bool) { hasHeader = continuing }

    /// Appends a snapshot as rows.
    public mutating func append(_ snapshot: Snapshot, to bytes: inout [UInt8]) {
        if !hasHeader {
            bytes.append(Self.header)
            bytes.append(UInt8(ascii: "\n"))
            hasHeader = true
        }
        writeStamp(snapshot)
        for host in snapshot.host { append(host, carbon: snapshot.carbon(of: host), to: &bytes) }
        for (names, channel) in zip(channels, snapshot.channels) {
            append(channel, names.id, names.source, to: &bytes)
        }
        for one in snapshot.consumers { append(one, snapshot, to: &bytes) }
        for part in snapshot.unattributed {
            bytes.append(contentsOf: stamp)
            bytes.append("unattributed," as StaticString)
            bytes.append(field: field("\(part.kind)/\(part.reason)"))
            bytes.append(numbers: [part.power?.rawValue, part.energy.rawValue, nil, nil, nil])
            bytes.append("ok,,attributed,,,,,," as StaticString)
            bytes.append(contentsOf: end)
        }
    }

    private mutating func writeStamp(_ snapshot: Snapshot) {
        stamp.removeAll(keepingCapacity: true)
        stamp.append(field: node)
        stamp.append(field: Timestamp(nanoseconds: snapshot.timeNanoseconds).iso8601.utf8)
        stamp.append(field: snapshot.timeNanoseconds.description.utf8)
        stamp.append(field: snapshot.instant.boottimeNanoseconds.description.utf8)
        stamp.append(numbers: [snapshot.interval?.seconds])
        stamp.append(field: snapshot.topology.generation.description.utf8)
        end = Array(",\(snapshot.skipped)\n".utf8)
    }

    private func append(_ host: HostSnapshot, carbon: Grams?, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: stamp)
        bytes.append("host," as StaticString)
        bytes.append(field: field(host.scope.name))
        bytes.append(numbers: [host.power?.rawValue, host.energy?.rawValue, nil])
        bytes.append(numbers: [host.low?.rawValue, host.high?.rawValue])
        bytes.append(status: host.status)
        bytes.append(contentsOf: source(host.provenance, host.sensor))
        bytes.append(host.isHeadline ? ",true,,,," : ",false,,,," as StaticString)
        bytes.append(number: carbon?.rawValue)
        bytes.append(contentsOf: end)
    }

    private func append(_ one: ConsumerSnapshot, _ snapshot: Snapshot, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: stamp)
        bytes.append(field: field(one.consumer.kind.name))
        // A process's name is not its own alone, and a machine's only within its namespace.
        let parts = [one.consumer.processID.map(String.init), one.consumer.name]
        let names = one.consumer.kind == .process ? parts : [one.consumer.namespace, one.consumer.name]
        bytes.append(field: field(names.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "/")))
        bytes.append(numbers: [one.power?.rawValue, one.energy.rawValue, nil, one.low?.rawValue, one.high?.rawValue])
        bytes.append("ok,,attributed,,,,,," as StaticString)
        bytes.append(number: snapshot.carbonIntensity?.grams(of: one.energy).rawValue)
        bytes.append(contentsOf: end)
    }

    private func append(_ channel: ChannelSnapshot, _ id: [UInt8], _ source: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: stamp)
        bytes.append("channel," as StaticString)
        bytes.append(field: id)
        bytes.append(numbers: [channel.power?.rawValue, channel.energy?.rawValue, channel.value])
        bytes.append(numbers: [channel.low?.rawValue, channel.high?.rawValue])
        bytes.append(status: channel.status)
        bytes.append(contentsOf: source)
        bytes.append(",," as StaticString)
        bytes.append(field: channel.wraps.description.utf8)
        bytes.append(field: channel.resets.description.utf8)
        bytes.append(number: channel.ambiguousEnergy.rawValue)
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: end)
    }
}

extension [UInt8] {
    /// Appends a field and the comma after it.
    fileprivate mutating func append(field: some Sequence<UInt8>) {
        append(contentsOf: field)
        append(UInt8(ascii: ","))
    }

    /// Appends the shortest decimal that round-trips; nothing for an unknown value.
    fileprivate mutating func append(number: Double?) {
        if let number, number.isFinite { append(number.description) }
    }

    fileprivate mutating func append(numbers: [Double?]) {
        for number in numbers {
            append(number: number)
            append(UInt8(ascii: ","))
        }
    }

    fileprivate mutating func append(status: ReadingStatus) {
        append(field: status.name.utf8)
        if case .io(let errno) = status { append(errno.description) }
        append(UInt8(ascii: ","))
    }
}

/// A provenance and a sensor as fields.
private func source(_ provenance: Provenance, _ sensor: SensorName) -> [UInt8] {
    field(provenance.name) + [UInt8(ascii: ",")] + field(sensor.name)
}

/// A text as a field, quoted if it contains a comma or a quotation mark.
private func field(_ text: String) -> [UInt8] {
    Array(TableRecords.field(text.safeToShow).utf8)
}
