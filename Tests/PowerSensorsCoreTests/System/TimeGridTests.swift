import PowerSensors
import Testing

struct TimeGridTests {
    @Test func `a point that is reached is due once`() {
        var grid = TimeGrid(from: 100, every: 10)
        let due = [99, 100, 109, 110].filter { grid.advanceIfDue(at: $0) }
        #expect(due == [100, 110])
    }

    @Test func `missed points are skipped, and the later ones stay the same`() {
        var grid = TimeGrid(from: 100, every: 10)
        let due = grid.advanceIfDue(at: 137)
        #expect(due)
        #expect(grid.next == 140)
    }

    @Test func `the points that passed beside the next one are counted`() {
        let grid = TimeGrid(from: 100, every: 10)
        #expect([99, 100, 109, 110, 137].map { grid.missed(at: $0) } == [0, 0, 0, 1, 3])
    }

    @Test func `delays never shift the points`() {
        var grid = TimeGrid(from: 1100, every: 100)
        #expect(grid.next == 1100)
        let points = [Int64(1103), 1299].map {
            grid.advance(past: $0)
            return grid.next
        }
        #expect(points == [1200, 1300])
    }

    @Test func `a grid without a next point is never due`() {
        var grid = TimeGrid(from: .max, every: 0)
        let due = grid.advanceIfDue(at: .max - 1)
        #expect(!due)
    }
}
