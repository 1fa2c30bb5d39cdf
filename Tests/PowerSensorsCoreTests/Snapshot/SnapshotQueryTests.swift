import PowerSensors
import PowerSensorsTesting
import Testing

struct SnapshotQueryTests {
    private func snapshots(_ machine: MockMachine, _ change: () throws -> Void) throws -> Snapshot {
        var sampler = try Sampler(SensorSet(only: [RAPLSensor(roots: machine.roots, mechanisms: [.powercap])]))
        _ = sampler.snapshot()
        try change()
        return sampler.snapshot()
    }

    private func machine() throws -> MockMachine {
        let machine = try MockMachine()
        try machine.add(
            MockControlType(zones: [
                MockZone(name: "package-0", children: [MockZone(name: "dram")]), MockZone(name: "package-1"),
            ]))
        return machine
    }

    @Test func `a socket has the energy of its package and its memory`() throws {
        let machine = try machine()
        let snapshot = try snapshots(machine) {
            for (zone, joules) in [("package-0", 50), ("package-0/dram", 7), ("package-1", 20)] {
                let counter = try #require(machine.zone(zone)?.counter)
                try counter.advance(counts: UInt64(joules) * 16_384)
            }
        }
        #expect(snapshot.sockets.map(\.number) == [0, 1])
        #expect(snapshot.sockets.map(\.energy) == [57, 20])
        #expect(snapshot.domains("dram").map(\.figures.energy) == [7])
        #expect(snapshot.channelFigures.map(\.channel.id) == snapshot.topology.channels.map(\.id))
    }

    @Test func `a socket with an unreadable part is unknown rather than smaller`() throws {
        let machine = try machine()
        let snapshot = try snapshots(machine) {
            try #require(machine.zone("package-0/dram")).inject(.garbage, at: "energy_uj")
        }
        #expect(snapshot.sockets.map(\.energy) == [nil, 0])
        #expect(snapshot.sockets.map(\.status)[0] == .partial)
    }
}
