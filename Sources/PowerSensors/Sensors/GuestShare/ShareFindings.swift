extension Finding {
    /// There is no folder that could be a share.
    static func noShare(_ finder: ShareFinder) -> Finding {
        Finding(
            severity: .info, subject: SensorName.share.name, reason: "absent",
            text: finder.looksByItself
                ? "No share, by which a host tells a virtual machine its own energy."
                : "With another procfs than the machine's own, a share is read only where it is named.",
            remedy: finder.looksByItself
                ? """
                In a virtual machine: have the host run powersensors export --guests, give this guest its folder, and mount \
                it: \(SharePlace.usual.mountCommand)
                """
                : "Name its folder: powersensors --share \(SharePlace.usual.directory)")
    }

    /// A folder that is said to be a share holds nothing yet.
    static func emptyShare(_ place: SharePlace) -> Finding {
        Finding(
            severity: .warning, subject: place.directory, reason: "absent",
            text: "The share holds neither a record nor a counter yet; a publisher writes the first within some 15 s.",
            remedy: """
                See that the host publishes to this guest: powersensors export --guests there — and that it is mounted here: \
                \(place.mountCommand)
                """)
    }

    /// What the share holds cannot be read.
    static func unreadableShare(_ place: SharePlace, _ status: ReadingStatus, _ reason: String) -> Finding {
        Finding(
            severity: .warning, subject: place.directory, reason: status.name,
            text: "The share cannot be read: \(reason).",
            remedy: status == .forbidden
                ? "Read it as root, or with CAP_DAC_READ_SEARCH: the host lets only this guest's hypervisor read it."
                : status == .absent
                    ? "Mount it: \(place.mountCommand)"
                    : "Read it by hand: od -A d -c \(place.directory)/\(ShareRecord.fileName) | head")
    }

    /// The record is of a version to come.
    static func otherMajor(_ major: UInt16, _ place: SharePlace) -> Finding {
        Finding(
            severity: .warning, subject: "\(place.directory)/\(ShareRecord.fileName)", reason: "unsupported",
            text: """
                The host writes records of version \(major), and this program knows version \(ShareRecord.major) only; the \
                tree of counters beside it is read instead, where there is one.
                """,
            remedy: "Bring this guest's powersensors up to the host's.")
    }

    /// A second share.
    static func unreadShare(_ other: SharePlace, beside place: SharePlace) -> Finding {
        Finding(
            severity: .info, subject: other.directory, reason: "unread",
            text: "A second share; the one at \(place.directory) is read.",
            remedy: "If it is the right one, name it: powersensors --share \(other.directory)")
    }

    /// A mount whose cache keeps every change from the guest.
    static func blind(_ place: SharePlace, _ option: String) -> Finding {
        Finding(
            severity: .warning, subject: place.directory, reason: "cached",
            text: "The share is mounted with \(option), by which a guest does not see what changes.",
            remedy: place.remountCommands)
    }

    /// A share that its own reader could write to.
    static func writableShare(_ place: SharePlace) -> Finding {
        Finding(
            severity: .warning, subject: place.directory, reason: "writable",
            text:
                "This process could write to the share itself, so that its figures prove nothing; they are shown all the same.",
            remedy:
                "Have the host give it read-only (readonly=on of QEMU's -virtfs), and mount it so: \(place.mountCommand)"
        )
    }

    /// A tree as Scaphandre writes it.
    static func uncorrected(_ place: SharePlace) -> Finding {
        Finding(
            severity: .info, subject: place.directory, reason: "uncorrected",
            text: """
                A tree of counters without names, as Scaphandre writes it: these run five times too slow (its issue 428, open \
                in 2026), which the tree does not tell.
                """,
            remedy: "If the host runs such a Scaphandre, say so: powersensors --share-correction scaphandre")
    }
}

extension SharePlace {
    /// Where a share is mounted, if somebody has the choice.
    static let usual = SharePlace("/run/powersensors", nil, isNamed: true)

    /// The mount, where it is one of a hypervisor's.
    private var hypervisorMount: MountTable.Mount? {
        mount.flatMap { ["9p", "virtiofs"].contains($0.type) ? $0 : nil }
    }

    /// What mounts the share in the guest.
    var mountCommand: String {
        let tag = hypervisorMount.map { $0.source.asIdentifier } ?? "powersensors"
        let point = hypervisorMount?.point ?? directory
        if mount?.type == "virtiofs" { return "sudo mount -t virtiofs -o ro \(tag) \(point)" }
        return "sudo mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=none \(tag) \(point)"
    }

    /// What mounts it anew.
    var remountCommands: String {
        "Mount it anew: sudo umount --lazy \(hypervisorMount?.point ?? directory) && \(mountCommand)"
    }
}

extension Standstill {
    /// What to say of a share that has stood still for three of its periods.
    init(of place: SharePlace) {
        let stands = "The share at \(place.directory) has shown nothing new for three of its periods"
        let isPublished = "See on the host that powersensors export --guests runs"
        switch ShareCache(place.mount) {
        case .blind(let option):
            self.init(
                text: "\(stands): it is mounted with \(option), by which a guest does not see what changes.",
                remedy: place.remountCommands)
        case .hidden:
            self.init(
                text: """
                    \(stands): its publisher has stopped, or virtiofsd runs with cache=always, by which a guest never sees a \
                    change; which of them, a guest cannot see.
                    """,
                remedy: """
                    \(isPublished), and virtiofsd with cache=none (--cache=never since its rewrite). \(place.remountCommands)
                    """)
        case .open:
            self.init(text: "\(stands): its publisher has stopped.", remedy: "\(isPublished).")
        }
    }
}
