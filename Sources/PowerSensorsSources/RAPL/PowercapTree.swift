import PowerSensorsCore

/// The folders of powercap's zones, wherever in sysfs they are.
///
/// The kernel puts a zone's folder into that of the zone or control type (driver) to which it belongs, beneath
/// `devices/virtual/powercap`, and lists links to all of them in `class/powercap`
/// (Documentation/power/powercap/powercap.rst). A container may be given only a part of this, such as one control type's
/// folder in the class, without links to its zones, or only the devices. So zones are looked for in the class, among the
/// devices, and in every folder found there. Their names are unique in a kernel, by which each zone is found once.
///
/// Where the class has links, it is the kernel's, and complete: a zone whose link is gone is being removed, although its
/// folder is still there for a moment.
struct PowercapTree {
    static let classPath = "class/powercap"
    static let devicesPath = "devices/virtual/powercap"

    /// A control type's folder, or a zone's.
    struct Folder: Sendable {
        /// Its name: `intel-rapl`, or `intel-rapl:0:1` for a zone.
        let name: String

        /// Its path in sysfs: the link in the class, if that leads to it.
        let path: String

        /// Whether the class has an entry of its own for it.
        fileprivate let isInClass: Bool

        /// The names in it; nil if it cannot be listed.
        fileprivate(set) var files: [String]?

        var isZone: Bool { depth > 0 }

        /// How many numbers its name has.
        fileprivate var depth: Int { name.utf8.count { $0 == UInt8(ascii: ":") } }

        /// Its control type, and how many zones it is nested in.
        fileprivate var level: Level {
            Level(controlType: name.prefix { $0 != ":" }, depth: depth)
        }

        /// Whether a zone of this name is directly inside it: the name then has one more number.
        fileprivate func contains(_ zone: String) -> Bool {
            let rest = zone.utf8.dropFirst(name.utf8.count)
            return rest.first == UInt8(ascii: ":") && zone.hasPrefix(name)
                && !rest.dropFirst().contains(UInt8(ascii: ":"))
        }
    }

    /// The zones of a control type that are nested in as many others.
    fileprivate struct Level: Hashable {
        let controlType: Substring
        let depth: Int
    }

    /// The zones' folders, by name, with those of links that lead nowhere.
    let zones: [Folder]

    /// Whether zones or control types are listed, but each zone is a link that leads nowhere.
    let isHidden: Bool

    /// If there are no zones, the folder that should contain them; nil if there is no such folder.
    let emptyFolder: String?

    /// Why folders that may contain zones cannot be listed, unless a zone of theirs was found in another way.
    let findings: [Finding]

    init(in sysfs: SystemRoot) {
        var present: [String: Folder] = [:]
        var dangling: [String: Folder] = [:]
        var failures: [(owner: String, finding: Finding)] = []
        var hasDevices = false
        for root in [Self.classPath, Self.devicesPath] {
            // A folder comes before those inside it, so that a path through the class's own link is preferred.
            var pending = [Folder(name: "", path: root, isInClass: false)]
            var index = 0
            while index < pending.count {
                var folder = pending[index]
                index += 1
                if present[folder.name] != nil { continue }
                var findings: [Finding] = []
                guard let names = sysfs.list(folder, &findings) else {
                    if sysfs.readLink(folder.path) != nil { dangling[folder.name] = dangling[folder.name] ?? folder }
                    continue
                }
                // If a zone's own folder cannot be listed, its files say why.
                if !folder.isZone { failures += findings.map { (owner: folder.name, finding: $0) } }
                let isRoot = folder.name.isEmpty
                if isRoot {
                    hasDevices = root == Self.devicesPath
                } else {
                    folder.files = findings.isEmpty ? names : nil
                    present[folder.name] = folder
                }
                for name in names where isRoot || folder.contains(name) {
                    let isInClass = isRoot && root == Self.classPath
                    pending.append(Folder(name: name, path: "\(folder.path)/\(name)", isInClass: isInClass))
                }
            }
        }
        var complete: Set<Level> = []
        for folder in present.values where folder.isZone && folder.isInClass && !complete.contains(folder.level) {
            if sysfs.readLink(folder.path)?.contains(Self.devicesPath) == true { complete.insert(folder.level) }
        }
        present = present.filter { $0.value.isInClass || !complete.contains($0.value.level) }
        let all = present.merging(dangling) { folder, _ in folder }.values
        let zones = all.filter(\.isZone).sorted { $0.name < $1.name }
        self.zones = zones
        isHidden = !dangling.isEmpty && !present.values.contains(where: \.isZone)
        let drivers = present.values.filter { $0.name.hasPrefix("intel-rapl") }.map(\.path)
        emptyFolder = zones.isEmpty ? drivers.min() ?? (all.isEmpty && hasDevices ? Self.devicesPath : nil) : nil
        findings = failures.filter { owner, _ in
            !zones.contains { owner.isEmpty || $0.name.hasPrefix("\(owner):") }
        }.map(\.finding)
    }
}

extension SystemRoot {
    /// The names in a folder of powercap; nil if there is no such folder.
    fileprivate func list(_ folder: PowercapTree.Folder, _ findings: inout [Finding]) -> [String]? {
        let names = list(folder.path, of: "energy counters", severity: .error, findings: &findings)
        return names.isEmpty && findings.isEmpty && isMissing("\(folder.path)/.") ? nil : names
    }
}
