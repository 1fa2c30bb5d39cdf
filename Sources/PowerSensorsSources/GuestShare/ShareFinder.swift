import PowerSensorsCore
import PowerSensorsMachine

/// A folder that may be a share.
struct ShareLocation: Hashable, Sendable {
    /// The folder, without a trailing slash.
    let directory: String

    /// The mount that contains it; nil if the mount table is not searched.
    let mount: MountTable.Mount?

    /// Whether it is declared to be a share: by an option, a mount tag, or the folder's name.
    let isExplicit: Bool

    /// Whether it is known to be on one of this machine's own file systems, which answer at once.
    var isLocal: Bool { mount.map { Self.localTypes.contains($0.type) } ?? false }

    private static let localTypes: Set<String> = ["tmpfs", "ext4", "xfs", "btrfs", "overlay", "squashfs", "rootfs"]

    init(_ directory: String, _ mount: MountTable.Mount?, isExplicit: Bool) {
        var directory = directory
        while directory.utf8.count > 1, directory.hasSuffix("/") { directory.removeLast() }
        self.directory = directory
        self.mount = mount
        self.isExplicit = isExplicit
    }
}

/// Lists the folders that may be a share: the configured one or, if none is configured, all folders that a hypervisor
/// shares with this machine, and those in which shares of `powersensors export --guests` and of Scaphandre are usually
/// mounted.
struct ShareFinder: Sendable {
    /// The folders in which shares are usually mounted.
    static let defaultFolders = ["/run/powersensors", "/var/lib/powersensors/share", "/var/scaphandre"]

    /// Mount tags and names of mount points that declare a share.
    private static let names = ["powersensors", "scaphandre"]

    var procfs: SystemRoot
    /// The configured folder; nil to look for one.
    let directory: String?
    /// Whether to search even with another procfs than the machine's own.
    let alwaysSearches: Bool
    /// The folders to search besides those of the mount table.
    let knownFolders: [String]

    /// Whether to search the mount table and the known folders. Not with a test's procfs, since they are the real
    /// machine's.
    var searches: Bool { alwaysSearches || procfs.isDefault }

    /// The folders, the most likely first.
    func candidates() -> [ShareLocation] {
        let table = searches ? MountTable((try? procfs.bytes("self/mountinfo")) ?? []) : MountTable([])
        if let directory { return [ShareLocation(directory, table.mount(holding: directory), isExplicit: true)] }
        if !searches { return [] }
        let mounts = table.mounts.filter { mount in
            // Other 9p mounts may belong to a network server, which is not the hypervisor and may not answer.
            mount.type == "virtiofs" || (mount.type == "9p" && mount.options.contains("trans=virtio"))
        }
        let named = mounts.filter { mount in
            Self.names.contains(mount.source) || Self.names.contains { mount.point.hasSuffix("/\($0)") }
        }
        let candidates =
            named.map { ShareLocation($0.point, $0, isExplicit: true) }
            + knownFolders.map { ShareLocation($0, table.mount(holding: $0), isExplicit: false) }
            + mounts.map { ShareLocation($0.point, $0, isExplicit: false) }
        return candidates.unique(by: \.directory)
    }
}

extension MountTable.Mount {
    /// The mount option for a cache of a 9p mount that hides changes from a guest; nil if changes are visible.
    ///
    /// In the mount table, Linux up to 6.3 writes the cache as a word without `cache=`, and changes are visible with
    /// the cache `mmap`. Since 6.4 every cache keeps a file's content (observed with `mmap` and `loose` on 6.12), and
    /// the option is written as bits, such as `cache=0x5`, or since 6.19 as `cache=` and a name (fs/9p/v9fs.c and
    /// v9fs.h).
    var hidingOption: String? {
        guard type == "9p" else { return nil }
        if let word = options.first(where: { ["loose", "fscache"].contains($0) }) { return "cache=\(word)" }
        guard let word = options.first(where: { $0.hasPrefix("cache=") })?.dropFirst("cache=".count) else { return nil }
        let bits = Int(word.hasPrefix("0x") ? word.dropFirst(2) : word, radix: 16)
        if word == "none" || bits == 0 { return nil }
        return "cache=\(bits.flatMap { Self.cacheNames[$0] } ?? String(word))"
    }

    /// The names of the caches, by their bits.
    private static let cacheNames = [0x1: "readahead", 0x5: "mmap", 0xF: "loose", 0x8F: "fscache"]
}
