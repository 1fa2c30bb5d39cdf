import Glibc
import PowerSensorsCore
import PowerSensorsMachine

/// The counters of a share that has powercap's form, as Scaphandre writes it: folders like those of RAPL's zones.
///
/// There is one package, which stands for all packages of the host, and perhaps its memory.
struct ShareTree: Hashable, Sendable {
    /// A counter of the tree.
    struct Zone: Hashable, Sendable {
        /// `package`, `dram`, or `host` for the whole machine.
        let domain: String

        /// The counter's file, relative to the share.
        let path: String

        /// Whether it could be read at discovery and, if not, why.
        let status: ReadingStatus
    }

    /// The counter that every tree has in the end. Scaphandre writes it about 15 s after its start.
    static let defaultCounter = "\(package)/energy_uj"

    /// The folder of powercap's first zone.
    private static let package = "intel-rapl:0"

    /// Where the zones may be in a share: in itself, or where a sysfs has them.
    private static let folders = [
        "", "class/powercap/", "class/powercap/intel-rapl/", "devices/virtual/powercap/intel-rapl/",
    ]

    /// The counters, the package first.
    let zones: [Zone]

    /// Whether the package has a `name` file. Scaphandre writes none.
    let hasName: Bool

    /// Looks for a tree; nil if there is no counter yet.
    init?(in share: SystemRoot) {
        for folder in Self.folders {
            let package = "\(folder)\(Self.package)"
            guard !share.isMissing("\(package)/energy_uj") else { continue }
            let name = try? share.text("\(package)/name")
            hasName = name != nil
            // A host that only knows the energy of the whole machine calls this zone psys.
            let domain = name.map { DomainName($0).name } == "psys" ? "host" : "package"
            zones =
                [Self.zone(domain, "\(package)/energy_uj", share)]
                + Self.children(of: package, in: folder, share).prefix(1)
            return
        }
        return nil
    }

    /// The zones of the memory. Their folders are beside that of the package, as in `class/powercap`, or inside it, as
    /// in `devices/virtual/powercap`. Scaphandre's `intel-rapl:0:0` is an empty folder.
    private static func children(of package: String, in folder: String, _ share: SystemRoot) -> [Zone] {
        let beside = ((try? share.list(folder.isEmpty ? "." : folder)) ?? []).map { "\(folder)\($0)" }
        let inside = ((try? share.list(package)) ?? []).map { "\(package)/\($0)" }
        let zones = (beside + inside).filter { path in
            path.split(separator: "/").last?.hasPrefix("\(Self.package):") ?? false
        }
        return zones.compactMap { zone in
            guard (try? share.text("\(zone)/name")) == "dram", !share.isMissing("\(zone)/energy_uj") else { return nil }
            return Self.zone("dram", "\(zone)/energy_uj", share)
        }
    }

    /// Reads a counter: up to 20 times, 1 ms apart, as long as its file is empty or incomplete because the host is in
    /// the middle of writing it.
    private static func zone(_ domain: String, _ path: String, _ share: SystemRoot) -> Zone {
        var status = ReadingStatus.ok
        for _ in 0..<20 {
            do throws(AttributeError) {
                _ = try share.number(path)
                return Zone(domain: domain, path: path, status: .ok)
            } catch {
                status = error.status
                guard error.errno == ENODATA || error.errno == EBADMSG else { break }
            }
            pause(.milliseconds(1))
        }
        return Zone(domain: domain, path: path, status: status)
    }
}
