import PowerSensorsCore
import PowerSensorsMachine

// What can be wrong with a share, and how to fix it.

extension ShareFinder {
    /// The finding that there is no share: none on a physical machine, and in a virtual machine one that says what can
    /// be done about it.
    func absenceFindings(_ roots: SystemRoots) -> [Finding] {
        let environment = HostEnvironment(roots)
        if environment.isGuest == false { return [] }
        let (text, remedy) =
            environment.isKubeVirtGuest ? Self.kubeVirtAdvice(roots.dev) : searches ? Self.advice : Self.fixtureAdvice
        return [
            Finding(
                severity: .info, subject: SensorName.share.name, reason: .absent, text: text, remedy: remedy)
        ]
    }

    private static let advice = (
        "There is no share, a folder in which a host reports how much energy a virtual machine uses.",
        """
        In a virtual machine: have the host run powersensors export --guests, give this guest its folder, and mount \
        it: \(ShareLocation.default.mountCommand)
        """
    )

    private static let fixtureAdvice = (
        "Since procfs is not this machine's own, a share is read only if its folder is given.",
        "Name its folder: powersensors --share \(ShareLocation.default.directory)"
    )

    /// What a virtual machine of KubeVirt can do. By default, KubeVirt gives it neither a folder of the host nor
    /// virtual counters, and the device downwardMetrics reports only processor time (KubeVirt's user guide).
    private static func kubeVirtAdvice(_ dev: SystemRoot) -> (String, String) {
        let isOffered = dev.exists("virtio-ports/org.github.vhostmd.1")
        return (
            """
            There is no share, and KubeVirt gives a machine neither a folder of its node nor virtual counters. The \
            figures of this machine are on its node, where powersensors export names each machine.
            """ + (isOffered ? " Its downwardMetrics are offered here, but report only processor time." : ""),
            """
            Tell the estimator what is known of the node: powersensors --host-threads COUNT --host-overcommit FACTOR — \
            or have the node's operator write this machine's share into a volume of it: Docs/GuestShare.md
            """
        )
    }
}

extension Finding {
    /// A folder that is declared to be a share is still empty.
    static func emptyShare(_ location: ShareLocation) -> Finding {
        Finding(
            severity: .warning, subject: location.directory, reason: .absent,
            text: "The share holds neither a record nor a counter yet; a publisher writes the first after about 15 s.",
            remedy: """
                Check that the host publishes to this guest: powersensors export --guests there — and that it is \
                mounted here: \(location.mountCommand)
                """)
    }

    /// The share exists but cannot be read.
    static func unreadableShare(_ location: ShareLocation, _ status: ReadingStatus, _ reason: String) -> Finding {
        Finding(
            severity: .warning, subject: location.directory, reason: Finding.Reason(status),
            text: "The share cannot be read: \(reason).",
            remedy: status == .forbidden
                ? "Read it as root of this machine (not of a rootless container), or with CAP_DAC_READ_SEARCH: the host"
                    + " lets only this guest's hypervisor read it."
                : status == .absent
                    ? "Mount it: \(location.mountCommand)"
                    : "Look at it: od -A d -c \(location.directory)/\(ShareRecord.fileName) | head")
    }

    /// The record's major version is unknown here.
    static func otherMajor(_ major: UInt16, _ location: ShareLocation) -> Finding {
        Finding(
            severity: .warning, subject: "\(location.directory)/\(ShareRecord.fileName)", reason: .unsupported,
            text: """
                The host writes records of version \(major), but this program only knows version \(ShareRecord.major); \
                it reads the tree of counters instead, if there is one.
                """,
            remedy: "Update this guest's powersensors to the host's version.")
    }

    /// There is a second share, which is not read.
    static func unreadShare(_ other: ShareLocation, beside location: ShareLocation) -> Finding {
        Finding(
            severity: .info, subject: other.directory, reason: .unread,
            text: "This is a second share; the one at \(location.directory) is read.",
            remedy: "If this is the right one, name it: powersensors --share \(other.directory)")
    }

    /// The mount's cache hides every change from the guest.
    static func cachedShare(_ location: ShareLocation, _ option: String) -> Finding {
        Finding(
            severity: .warning, subject: location.directory, reason: .cached,
            text: "The share is mounted with \(option), so a guest does not see changes.",
            remedy: location.remountCommands)
    }

    /// This process could write to the share itself.
    static func writableShare(_ location: ShareLocation) -> Finding {
        Finding(
            severity: .warning, subject: location.directory, reason: .writable,
            text: "This process could write to the share itself, so its figures may be forged; they are shown anyway.",
            remedy: "Have the host share it read-only (readonly=on of QEMU's -virtfs), and mount it so:"
                + " \(location.mountCommand)")
    }

    /// The tree looks like Scaphandre's, whose counters may run too slow.
    static func uncorrected(_ location: ShareLocation) -> Finding {
        Finding(
            severity: .info, subject: location.directory, reason: .uncorrected,
            text: """
                This is a tree of counters without names, such as Scaphandre writes. Scaphandre's counters may run at \
                a fifth of the true speed (its issue 428, open in 2026), which the tree does not reveal.
                """,
            remedy: "If the host runs such a Scaphandre, say so: powersensors --share-correction scaphandre")
    }
}

extension ShareLocation {
    /// The folder in which to mount a share.
    fileprivate static let `default` = ShareLocation("/run/powersensors", nil, isExplicit: true)

    /// The mount that contains the share, if a hypervisor shares it; else nil.
    private var hypervisorMount: MountTable.Mount? {
        mount.flatMap { ["9p", "virtiofs"].contains($0.type) ? $0 : nil }
    }

    /// The command that mounts the share in the guest.
    fileprivate var mountCommand: String {
        let tag = hypervisorMount.map { $0.source.asIdentifier } ?? "powersensors"
        let point = hypervisorMount?.point ?? directory
        if mount?.type == "virtiofs" { return "sudo mount -t virtiofs -o ro \(tag) \(point)" }
        // The folder of a mount exists; that of a first one may not.
        let prefix = hypervisorMount == nil ? "sudo mkdir -p \(point) && " : ""
        return "\(prefix)sudo mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=none \(tag) \(point)"
    }

    fileprivate var remountCommands: String {
        "Mount it again: sudo umount --lazy \(hypervisorMount?.point ?? directory) && \(mountCommand)"
    }
}

extension StaleExplanation {
    /// Explains why a share may not have changed for three of its periods, the usual times between two changes.
    init(of location: ShareLocation) {
        let problem = "The share at \(location.directory) has shown nothing new for three of its periods"
        let check = "Check on the host that powersensors export --guests runs"
        if let option = location.mount?.hidingOption {
            self.init(
                text: "\(problem): it is mounted with \(option), so a guest does not see changes.",
                remedy: location.remountCommands)
        } else if location.mount?.type == "virtiofs" {
            // Only the host knows how virtiofs caches.
            self.init(
                text: """
                    \(problem): its publisher has stopped, or virtiofsd runs with cache=always, so a guest never \
                    sees a change; a guest cannot tell which.
                    """,
                remedy: """
                    \(check), and that virtiofsd runs with --cache=never (the older C version: -o cache=none). \
                    \(location.remountCommands)
                    """)
        } else {
            self.init(text: "\(problem): its publisher has stopped.", remedy: "\(check).")
        }
    }
}
