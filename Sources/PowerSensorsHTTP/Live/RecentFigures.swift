#if Exporters
import PowerSensors
import PowerSensorsExporters

/// The host figures and events of the last minutes, for those who look at a machine and were not there before.
struct RecentFigures: Sendable {
    /// The host figures of one snapshot.
    private struct Point: Sendable {
        let timeNanoseconds: Int64
        let host: [HostSnapshot]
    }

    /// An event and its wall-clock time in nanoseconds since 1970.
    private struct Moment: Sendable {
        let timeNanoseconds: Int64
        let event: MonitorEvent
    }

    /// How many snapshots are kept: ten minutes of them at one a second.
    static let pointCount = 600

    /// How many events are kept.
    static let eventCount = 100

    /// Whether figures of a second are told, which those of a spike are.
    let hasSeconds: Bool

    /// The points; once there are enough, the oldest is replaced.
    private var points: [Point] = []
    private var oldest = 0
    private var moments: [Moment] = []
    /// Those that are not shown yet.
    private var waiting: [Moment] = []

    init(hasSeconds: Bool) { self.hasSeconds = hasSeconds }

    /// Records a snapshot's host figures.
    mutating func record(_ snapshot: Snapshot) {
        let point = Point(timeNanoseconds: snapshot.timeNanoseconds, host: snapshot.host)
        if points.count < Self.pointCount {
            points.append(point)
        } else {
            points[oldest] = point
            oldest = (oldest + 1) % points.count
        }
    }

    /// Records an event, which is not shown yet. Findings are left out, since they are a document of their own.
    ///
    /// - Parameter timeNanoseconds: When it happened: wall-clock time in nanoseconds since 1970.
    mutating func record(_ event: MonitorEvent, at timeNanoseconds: Int64) {
        if event.kind == .finding { return }
        waiting.append(Moment(timeNanoseconds: timeNanoseconds, event: event))
        waiting.removeFirst(max(waiting.count - Self.eventCount, 0))
    }

    /// Shows the events that were recorded.
    ///
    /// - Returns: Whether there are any that were not shown before.
    mutating func showEvents() -> Bool {
        if waiting.isEmpty { return false }
        moments += waiting
        moments.removeFirst(max(moments.count - Self.eventCount, 0))
        waiting = []
        return true
    }

    /// The figures as one JSON object and a line end, the oldest first.
    ///
    /// - Parameters:
    ///   - node: The machine's name.
    ///   - interval: The time between two points.
    func points(node: String, interval: Duration) -> [UInt8] {
        let ordered = points[oldest...] + points[..<oldest]
        return JSONWriter.rendering { json in
            json.object { json in
                json.member("version", 1)
                json.member("node", node)
                json.member("interval_s", interval.seconds)
                json.member("points", each: ordered) { point, json in
                    json.member("time_ns", point.timeNanoseconds)
                    json.member("host", each: point.host) { append($0, to: &$1) }
                }
            }
        } + [UInt8(ascii: "\n")]
    }

    /// The events as one JSON object and a line end, the oldest first.
    ///
    /// - Parameter node: The machine's name.
    func events(node: String) -> [UInt8] {
        JSONWriter.rendering { json in
            json.object { json in
                json.member("version", 1)
                json.member("node", node)
                json.member("events", each: moments) { append($0, to: &$1) }
            }
        } + [UInt8(ascii: "\n")]
    }

    private func append(_ host: HostSnapshot, to json: inout JSONWriter) {
        json.member("scope", host.scope.name)
        json.member("power_w", host.power?.rawValue)
        json.member("low_w", host.low?.rawValue)
        json.member("high_w", host.high?.rawValue)
    }

    private func append(_ moment: Moment, to json: inout JSONWriter) {
        json.member("time_ns", moment.timeNanoseconds)
        json.member("kind", moment.event.kind.name)
        json.member("channel", moment.event.channel)
        json.member("status", moment.event.status?.name)
        json.member("ambiguous_j", moment.event.ambiguousEnergy?.rawValue)
        if let spike = moment.event.spike { append(spike, to: &json) }
    }

    private func append(_ spike: PowerSpike, to json: inout JSONWriter) {
        json.member("scope", spike.scope.name)
        json.member("peak_w", hasSeconds ? spike.peak.rawValue : nil)
        json.member("baseline_w", spike.baseline.rawValue)
        json.member("duration_s", hasSeconds ? spike.duration.seconds : nil)
        json.member("extra_j", hasSeconds ? spike.energyAboveBaseline.rawValue : nil)
        json.member("lasting", spike.isLasting)
    }
}
#endif
