/// Remembers what a sensor has found, so that a package whose processors are all switched off is missed.
///
/// The kernel then shows neither the package nor its counters, though it may go on using power.
final class RaplMemory: Sendable {
    private let channels = Guarded<[Channel]>([])

    /// Adds to a discovery what is only switched off.
    func remember(_ discovery: Discovery, in sysfs: SystemRoot) -> Discovery {
        var discovery = discovery
        let offline = (try? sysfs.text("\(ProcessorPlace.folder)/offline")) ?? ""
        let known = Set(discovery.channels.map(\.id))
        // A package with a processor that is online is not switched off, whatever became of its counters.
        let online = offline.isEmpty ? [] : ProcessorPlace.online(in: sysfs) ?? []
        let sockets = Set(discovery.channels.compactMap(\.component.socket))
            .union(online.compactMap { ProcessorPlace(of: $0, in: sysfs)?.socket })
        let lost = channels.withLock { channels in
            let lost =
                offline.isEmpty
                ? []
                : channels.filter { channel in
                    !known.contains(channel.id) && channel.component.socket.map { !sockets.contains($0) } ?? false
                }
            channels = discovery.channels + lost
            return lost
        }
        for var channel in lost {
            channel.status = .absent
            discovery.channels.append(channel)
            discovery.components +=
                channel.component.socket.map { RaplPlace(domain: "package", socket: $0).holders } ?? []
        }
        for socket in Set(lost.compactMap(\.component.socket)).sorted() {
            discovery.findings.append(.switchedOff(socket: socket, offline))
        }
        return discovery
    }
}

extension Finding {
    fileprivate static func switchedOff(socket: Int, _ offline: String) -> Finding {
        let first = ProcessorList(offline)?.numbers.first.map { "\($0)" } ?? "N"
        return Finding(
            severity: .warning, subject: "package-\(socket)", reason: "absent",
            text: "Every processor of package \(socket) is offline, so nothing tells what it uses.",
            remedy: "Switch one on: echo 1 | sudo tee /sys/\(ProcessorPlace.folder)/cpu\(first)/online")
    }
}
