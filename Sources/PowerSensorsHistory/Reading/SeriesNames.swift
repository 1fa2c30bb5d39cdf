#if History
/// What many series are of, in little room.
struct SeriesNames: Sendable {
    private struct Place {
        let kind: SeriesKind
        /// Where the name and the detail begin.
        let name: Int32
        let detail: Int32
    }

    private var places: [Place] = []
    /// The names and details, one after another.
    private var bytes: [UInt8] = []

    /// Makes room for as many names, most of which are shorter. Room that is not used takes no memory.
    mutating func reserve(_ count: Int) {
        places.reserveCapacity(count)
        bytes.reserveCapacity(count * 48)
    }

    mutating func append(_ kind: SeriesKind, _ name: [UInt8], _ detail: [UInt8]) {
        let start = bytes.count
        bytes += name
        bytes += detail
        places.append(
            Place(kind: kind, name: Int32(clamping: start), detail: Int32(clamping: start + name.count)))
    }

    func kind(_ index: Int) -> SeriesKind { places[index].kind }

    func name(_ index: Int) -> String { String(decoding: nameBytes(index), as: UTF8.self) }

    func detail(_ index: Int) -> String {
        let end = index + 1 < places.count ? Int(places[index + 1].name) : bytes.count
        return String(decoding: bytes[Int(places[index].detail)..<end], as: UTF8.self)
    }

    /// The order of series that have the same energy.
    func precedes(_ left: Int, _ right: Int) -> Bool {
        let names = (nameBytes(left), nameBytes(right))
        if names.0.elementsEqual(names.1) { return detail(left) < detail(right) }
        return names.0.lexicographicallyPrecedes(names.1)
    }

    private func nameBytes(_ index: Int) -> ArraySlice<UInt8> {
        bytes[Int(places[index].name)..<Int(places[index].detail)]
    }

    /// Lends the names of series.
    ///
    /// - Parameters:
    ///   - series: Their numbers, in ascending order.
    ///   - kinds: The kinds that are wanted.
    ///   - body: Receives the place of a series among them, its kind, its name and its detail, in the same order.
    static func forEach(
        _ series: [Int32], _ kinds: [SeriesKind], _ database: Database,
        _ body: (Int, SeriesKind, [UInt8], [UInt8]) -> Void
    ) throws(HistoryError) {
        // One by one costs more each; but a query about an hour needs few of many.
        let isFew = series.count < 1000
        let rows = try database.prepare(
            "SELECT id, kind, name, detail FROM series \(isFew ? "WHERE id = ?1" : "ORDER BY id")")
        func lend(_ index: Int) {
            let kind = Int(exactly: rows.integer(1)).flatMap { SeriesKind(rawValue: $0) }
            if let kind, kinds.contains(kind) { body(index, kind, rows.bytes(2), rows.bytes(3)) }
        }
        if isFew {
            for (index, number) in series.enumerated() {
                rows.reset()
                try rows.bind(1, Int64(number))
                if try rows.step() { lend(index) }
            }
            return
        }
        var index = 0
        while index < series.count, try rows.step() {
            let number = rows.integer(0)
            while index < series.count, Int64(series[index]) < number { index += 1 }
            if index < series.count, Int64(series[index]) == number { lend(index) }
        }
    }
}
#endif
