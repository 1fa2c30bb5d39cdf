/// A folder that may be a share.
struct SharePlace: Hashable, Sendable {
    /// The folder, without a slash at its end.
    let directory: String

    /// The mount that shows it; nil where the mount table is not to be asked.
    let mount: MountTable.Mount?

    /// Whether somebody says that it is a share: an option, a tag, or the name of the place.
    let isNamed: Bool

    init(_ directory: String, _ mount: MountTable.Mount?, isNamed: Bool) {
        var directory = directory
        while directory.utf8.count > 1, directory.hasSuffix("/") { directory.removeLast() }
        self.directory = directory
        self.mount = mount
        self.isNamed = isNamed
    }
}

/// Says where a share may lie: in the folder that was named, else in what a hypervisor's folders are mounted at, and in
/// the places where our own publisher, or Scaphandre's guests, look for one.
struct ShareFinder: Sendable {
    /// The folders that are shares by custom.
    static let knownPlaces = ["/run/powersensors", "/var/lib/powersensors/share", "/var/scaphandre"]

    /// The tags, and the last names of mount points, that say so.
    private static let names = ["powersensors", "scaphandre"]

    let procfs: SystemRoot
    let directory: String?
    /// Whether the mount table and the known places are looked at: a fixture's figures must not be mixed with this machine's.
    let looksByItself: Bool
    let places: [String]

    /// The folders, the likeliest first.
    func candidates() -> [SharePlace] {
        let table = looksByItself ? MountTable((try? procfs.bytes("self/mountinfo")) ?? []) : MountTable([])
        if let directory { return [SharePlace(directory, table.mount(holding: directory), isNamed: true)] }
        if !looksByItself { return [] }
        let mounts = table.mounts.filter { mount in
            // Another 9p may be a server in a network, which is none of a hypervisor's, and may not answer.
            mount.type == "virtiofs" || mount.type == "9p" && mount.options.contains("trans=virtio")
        }
        let named = mounts.filter { mount in
            Self.names.contains(mount.source) || Self.names.contains { mount.point.hasSuffix("/\($0)") }
        }
        let known = places.filter { place in !named.contains { $0.point == place } }
        let candidates =
            named.map { SharePlace($0.point, $0, isNamed: true) }
            + known.map { SharePlace($0, table.mount(holding: $0), isNamed: false) }
            + mounts.filter { !named.contains($0) }.map { SharePlace($0.point, $0, isNamed: false) }
        var seen: Set<String> = []
        return candidates.filter { seen.insert($0.directory).inserted }
    }
}

/// What the cache of a mount keeps from a guest.
enum ShareCache: Hashable {
    /// A guest never sees a change; the option that says so.
    case blind(String)

    /// Only the host knows.
    case hidden

    /// Changes are seen.
    case open

    /// Reads the options of 9p (Documentation/filesystems/9p.rst): `cache=loose` in its own words, as Linux up to 6.3
    /// shows without `cache=`, and from 6.4 to 6.18 as bits in hexadecimal (fs/9p/v9fs.h), of which 8 is `loose`.
    init(_ mount: MountTable.Mount?) {
        switch mount?.type {
        case "virtiofs": self = .hidden
        case "9p":
            let words = mount?.options.map { $0.hasPrefix("cache=") ? String($0.dropFirst(6)) : $0 } ?? []
            let blind = words.first { word in
                word == "loose" || word == "fscache"
            }
            let bits = mount?.options.first { $0.hasPrefix("cache=") }.flatMap { Int($0.dropFirst(6), radix: 16) }
            if let blind {
                self = .blind("cache=\(blind)")
            } else if let bits, bits & 8 != 0 {
                self = .blind(bits & 128 != 0 ? "cache=fscache" : "cache=loose")
            } else {
                self = .open
            }
        default: self = .open
        }
    }
}
