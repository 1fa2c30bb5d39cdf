import PowerSensorsCore
import PowerSensorsMachine

/// The channels that earlier discoveries found, to notice a package whose processors have all been switched off since.
///
/// The kernel then shows neither the package nor its counters, but the package may still use power.
final class RAPLDiscoveryHistory: Sendable {
    private let channels = Locked<[Channel]>([])

    /// Adds the channels of packages that are switched off, as absent.
    func addingOffline(to discovery: Discovery, in sysfs: SystemRoot) -> Discovery {
        var discovery = discovery
        let offline = (try? sysfs.text("\(ProcessorLocation.folder)/offline")) ?? ""
        let known = Set(discovery.channels.map(\.id))
        // A package with an online processor is not switched off, whatever happened to its counters.
        let online = offline.isEmpty ? [] : ProcessorLocation.online(in: sysfs) ?? []
        let sockets = Set(discovery.channels.compactMap(\.component.socket))
            .union(online.compactMap { ProcessorLocation(of: $0, in: sysfs)?.socket })
        let lost = channels.withLock { channels in
            let lost = channels.filter { channel in
                !offline.isEmpty && !known.contains(channel.id)
                    && channel.component.socket.map { !sockets.contains($0) } ?? false
            }
            channels = discovery.channels + lost
            return lost
        }
        for var channel in lost {
            channel.status = .absent
            discovery.channels.append(channel)
        }
        for socket in Set(lost.compactMap(\.component.socket)).sorted() {
            discovery.components.append(DomainLocation(domain: "package", socket: socket).component)
            discovery.findings.append(.switchedOff(socket: socket, offline))
        }
        return discovery
    }
}

extension Finding {
    fileprivate static func switchedOff(socket: Int, _ offline: String) -> Finding {
        let first = ProcessorList(offline)?.numbers.first.map { "\($0)" } ?? "N"
        return Finding(
            severity: .warning, subject: "package-\(socket)", reason: .absent,
            text: "Every processor of package \(socket) is offline, so its power is unknown.",
            remedy: "Switch one on: echo 1 | sudo tee /sys/\(ProcessorLocation.folder)/cpu\(first)/online")
    }
}
