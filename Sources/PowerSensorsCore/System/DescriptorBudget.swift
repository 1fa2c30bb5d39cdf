import CPowerSensors
import Glibc

/// The descriptors that this process may have open, shared out so that what cannot do without one finds one free.
///
/// Event loops, a listener or a file that is about to be written are never refused one, and are not counted here. What stays open
/// only to save work, and what clients ask for, is: it gets what is left, in the order of ``Use``. A file that may not stay open is
/// opened for each reading. An event of perf is the exception: it stays open or is not read.
package final class DescriptorBudget: Sendable {
    /// What a descriptor stays open for, the most important first. The first also leaves the least to the others.
    package enum Use: Hashable, Sendable, CaseIterable {
        /// An event of perf, which cannot be read unless it stays open. It may take what is kept free for clients.
        case event
        /// The file of a channel, or a guest's folder.
        case sensor
        /// The clock of a control group.
        case group
        /// The file of a process.
        case process
        /// A client.
        case connection
    }

    /// The budget of this process. A program that embeds the library keeps a quarter of its limit for itself.
    package static let ofProcess = DescriptorBudget { Int(cpowersensors_descriptor_limit()) }

    /// How many clients there is room for beside anything but events.
    private static let leastConnections = 4

    /// How many files of processes and control groups stay open at most in a process that reserves: the kernel keeps about 5 KB
    /// for each, which counts as the memory of this process's control group.
    private static let mostConsumers = 1024

    private struct State {
        var kept: [Use: Int] = [:]
        var reserved: Int?
    }

    private let currentLimit: @Sendable () -> Int
    private let state = Locked(State())

    /// - Parameter limit: Returns the process's soft limit; negative if it is unknown.
    package init(limit: @escaping @Sendable () -> Int) { currentLimit = limit }

    /// How many descriptors the process may have open.
    package var limit: Int {
        let limit = currentLimit()
        return limit < 0 ? 1024 : limit
    }

    /// Says how many descriptors of the limit are not to be shared out, instead of the quarter.
    package func reserve(_ count: Int) { state.withLock { $0.reserved = count } }

    /// How many descriptors all sensors together may keep open.
    package var sensorAllowance: Int { room(for: .sensor, beside: State(reserved: state.withLock { $0.reserved })) }

    /// Asks for descriptors that will stay open.
    ///
    /// - Returns: How many may stay open: as many as asked for, or fewer.
    package func take(_ use: Use, upTo count: Int = 1) -> Int {
        state.withLock { state in
            let taken = max(min(count, room(for: use, beside: state)), 0)
            state.kept[use, default: 0] += taken
            return taken
        }
    }

    /// Gives back descriptors that were closed.
    package func giveBack(_ use: Use, _ count: Int = 1) { state.withLock { $0.kept[use, default: 0] -= count } }

    /// How many more may stay open.
    private func room(for use: Use, beside state: State) -> Int {
        let limit = limit
        let shared = limit - (state.reserved ?? max(limit / 4, 16))
        let left = shared - state.kept.values.reduce(0, +)
        let besideSensors = shared - state.kept[.event, default: 0] - state.kept[.sensor, default: 0]
        let consumers = state.kept[.process, default: 0] + state.kept[.group, default: 0]
        let more = state.reserved == nil ? Int.max : Self.mostConsumers - consumers
        return switch use {
        case .event: left
        case .sensor: left - Self.leastConnections
        case .group: min(besideSensors * 2 / 3 - consumers, left - Self.leastConnections, more)
        case .process: min(besideSensors / 2 - consumers, left - Self.leastConnections, more)
        case .connection: left
        }
    }

    /// Whether as many descriptors can be opened now: parts of other packages end the process if one of theirs is refused.
    ///
    /// - Returns: 0, or the `errno` of the first that cannot be opened.
    package static func probe(_ count: Int) -> Int32 {
        var opened: [CInt] = []
        defer { for descriptor in opened { close(descriptor) } }
        for _ in 0..<count {
            let descriptor = unsafe open("/", cpowersensors_path_only_flag() | O_CLOEXEC)
            if descriptor < 0 { return errno }
            opened.append(descriptor)
        }
        return 0
    }
}

extension Discovery {
    /// If there are more channels than a third of what sensors may keep open, lets the files of channels that are read rarely be
    /// opened for each reading instead of staying open, so that those that are read on every sample stay open.
    package mutating func limitOpenFiles(budget: Int? = nil) {
        guard channels.count > budget ?? DescriptorBudget.ofProcess.sensorAllowance / 3 else { return }
        for index in channels.indices where channels[index].readingInterval != nil { channels[index].keepsOpen = false }
    }
}

extension Finding {
    /// The finding that channels' files cannot all stay open; nil if they can.
    package static func fewDescriptors(
        for channels: [Channel], in budget: DescriptorBudget = .ofProcess
    ) -> Finding? {
        var counts: [String: Int] = [:]
        var events = 0
        for channel in channels where channel.keepsOpen {
            guard let path = channel.path else { continue }
            if channel.fileCount == 0 { events += 1 }
            counts[path] = max(counts[path] ?? 0, channel.fileCount)
        }
        let files = counts.values.reduce(0, +)
        let allowance = max(budget.sensorAllowance - events, 0)
        guard files > allowance else { return nil }
        return Finding(
            severity: .warning, subject: "open files", reason: .limited,
            text: """
                This process may have \(budget.limit) files open, so \(files - allowance) of the \(files) files that are read on \
                every sample are opened each time, which costs more.
                """,
            remedy: remedy(ofErrno: EMFILE))
    }
}
