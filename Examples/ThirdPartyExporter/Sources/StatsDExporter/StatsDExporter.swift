public import PowerSensors
public import PowerSensorsExporters

/// Sends the host's power to a StatsD server on this machine: `power.cpu:41.2|g`, a line a scope, a datagram a snapshot.
public struct StatsDExporter: Exporter {
    /// `statsd`.
    public let name = "statsd"

    /// How often a datagram is sent.
    public let interval: Duration

    private let port: UInt16
    private var gauges: [String] = []
    private var socket: DatagramSocket?

    /// An exporter to a port of this machine.
    public init(port: UInt16 = 8125, interval: Duration = .seconds(10)) {
        self.port = port
        self.interval = interval
    }

    /// Makes the names and opens the socket; if that fails, it is called again before the next snapshot.
    public mutating func prepare(for topology: Topology) throws {
        gauges = topology.scopes.map { "power.\($0.name)" }
        if socket == nil { socket = try DatagramSocket(toPort: port) }
    }

    /// Sends what is known. Unknown values are left out: they are not 0.
    public mutating func export(_ snapshot: Snapshot) throws {
        let lines = zip(gauges, snapshot.host).compactMap { gauge, host in
            host.power.map { "\(gauge):\($0.rawValue)|g" }
        }
        if !lines.isEmpty { try socket?.send(lines.joined(separator: "\n")) }
    }

    /// Counts the sensors that are lost; it ignores other events.
    public mutating func export(_ event: MonitorEvent) throws {
        if event.kind == .sensorLost { try socket?.send("power.sensor_lost:1|c") }
    }

    /// Closes the socket.
    public mutating func finish() { socket = nil }
}
