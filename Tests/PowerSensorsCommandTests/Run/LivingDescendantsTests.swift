import Glibc
import PowerSensorsCommand
import Testing

struct LivingDescendantsTests {
    /// A child that waits, and its child, which has computed for 20 ms and waits.
    private final class Family {
        private(set) var child: pid_t = 0
        private(set) var grandchild: pid_t = 0

        init() throws {
            var ends: [Int32] = [0, 0]
            try #require(unsafe pipe(&ends) == 0)
            child = fork()
            if child == 0 {
                if fork() == 0 {
                    // POSIX has clock() count microseconds.
                    while clock() < 20_000 {}
                    var number = getpid()
                    _ = unsafe write(ends[1], &number, 4)
                }
                while true { pause() }
            }
            close(ends[1])
            defer { close(ends[0]) }
            try #require(child > 0)
            try #require(unsafe read(ends[0], &grandchild, 4) == 4)
        }

        deinit {
            var status: Int32 = 0
            kill(grandchild, SIGKILL)
            kill(child, SIGKILL)
            _ = unsafe waitpid(child, &status, 0)
        }
    }

    @Test func `children and their children are counted, with the time that they have taken so far`() throws {
        let began = ContinuousClock.now
        let family = try Family()
        let start = try #require(LivingDescendants.start(of: family.child))
        let living = LivingDescendants(since: start)
        let elapsed = ContinuousClock.now - began
        #expect(living.count == 2)
        #expect(living.processorTime >= .milliseconds(20) && living.processorTime <= elapsed * 2)
    }

    @Test func `what began before is left out`() throws {
        let family = try Family()
        let start = try #require(LivingDescendants.start(of: family.grandchild))
        let living = LivingDescendants(since: start + 1)
        #expect(living.count == 0 && living.processorTime == .zero)
    }

    @Test func `of a process that is gone no start is known`() throws {
        let child: pid_t
        do { child = try Family().child }
        #expect(LivingDescendants.start(of: child) == nil)
    }
}
