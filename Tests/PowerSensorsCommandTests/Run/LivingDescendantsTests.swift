import Foundation
import Glibc
import PowerSensorsCommand
import Testing

struct LivingDescendantsTests {
    /// A shell whose child has computed, said so, and waits.
    private final class Family {
        let shell = Process()
        let began = ContinuousClock.now

        init() throws {
            let output = Pipe()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = [
                "-c", "(i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; exec sleep 60) & echo $!; wait",
            ]
            shell.standardOutput = output
            try shell.run()
            var said = ""
            while !said.contains("done") {
                let more = output.fileHandleForReading.availableData
                try #require(!more.isEmpty, "the shell ended")
                said += String(decoding: more, as: UTF8.self)
            }
            child = try #require(pid_t(said.prefix { $0 != "\n" }))
        }

        private(set) var child: pid_t = 0

        deinit {
            kill(child, SIGKILL)
            shell.waitUntilExit()
        }
    }

    @Test func `children and their children are counted, with the time that they have taken so far`() throws {
        let family = try Family()
        let start = try #require(LivingDescendants.start(of: family.shell.processIdentifier))
        let living = LivingDescendants(since: start)
        let elapsed = ContinuousClock.now - family.began
        #expect(living.count == 2)
        #expect(living.processorTime > .milliseconds(10) && living.processorTime < elapsed)
    }

    @Test func `what began before is left out`() throws {
        let family = try Family()
        let start = try #require(LivingDescendants.start(of: family.child))
        let living = LivingDescendants(since: start + 1)
        #expect(living.count == 0 && living.processorTime == .zero)
    }

    @Test func `of a process that is gone no start is known`() throws {
        let child: pid_t
        do { child = try Family().child }
        #expect(LivingDescendants.start(of: child) == nil)
    }
}
