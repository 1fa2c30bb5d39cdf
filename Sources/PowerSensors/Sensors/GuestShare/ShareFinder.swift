/// A folder that may be a share.
struct SharePlace: Hashable, Sendable {
    /// The folder, without a slash at its end.
    let directory: String

    /// The mount that shows it; nil where the mount table is not to be asked.
    let mount: MountTable.Mount?

    /// Whether somebody says that it is a share: an option, a tag, or the name of the place.
    let isNamed: Bool

    /// Whether it is known to lie on a file system of this machine's own, which answers at once.
    var isLocal: Bool { mount.map { Self.localTypes.contains($0.type) } ?? false }

    private static let localTypes: Set<String> = ["tmpfs", "ext4", "xfs", "btrfs", "overlay", "squashfs", "rootfs"]

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
    /// A guest does not see what changes; the option by which that is so.
    case blind(String)

    /// Only the host knows.
    case hidden

    /// Changes are seen.
    case open

    /// Reads the options of 9p as the kernel shows them.
    ///
    /// Linux up to 6.3 shows a bare word, and its `mmap` shows what changes. Since 6.4 every cache keeps a file's content
    /// (seen of `mmap` and `loose` on 6.12), and is shown as bits, such as `cache=0x5`, or by its name, since 6.19
    /// (fs/9p/v9fs.c and v9fs.h).
    init(_ mount: MountTable.Mount?) {
        switch mount?.type {
        case "virtiofs": self = .hidden
        case "9p":
            let options = mount?.options ?? []
            if let word = options.first(where: { ["loose", "fscache"].contains($0) }) {
                self = .blind("cache=\(word)")
            } else if let word = options.first(where: { $0.hasPrefix("cache=") })?.dropFirst("cache=".count) {
                let bits = Int(word.hasPrefix("0x") ? word.dropFirst(2) : word, radix: 16)
                let isNone = word == "none" || bits == 0
                self = isNone ? .open : .blind("cache=\(bits.flatMap { Self.names[$0] } ?? String(word))")
            } else {
                self = .open
            }
        default: self = .open
        }
    }

    /// The names of the bits.
    private static let names = [0x1: "readahead", 0x5: "mmap", 0xF: "loose", 0x8F: "fscache"]
}
