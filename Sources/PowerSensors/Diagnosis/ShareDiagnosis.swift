/// Says of a missing share what it means on this machine.
package struct ShareDiagnosis {
    private let surroundings: Surroundings
    private let roots: SystemRoots

    package init(_ surroundings: Surroundings, _ roots: SystemRoots) {
        self.surroundings = surroundings
        self.roots = roots
    }

    /// The findings, less what does not matter to a physical machine, and with what else a guest could do.
    package func explain(_ findings: [Finding]) -> [Finding] {
        findings.compactMap { finding in
            guard finding.subject == SensorName.share.name, finding.reason == ReadingStatus.absent.name else {
                return finding
            }
            return switch surroundings.isGuest {
            case true?: surroundings.isOfKubeVirt ? ofKubeVirt : finding
            case false?: nil
            case nil: finding
            }
        }
    }

    /// KubeVirt attaches none of the host's folders to a machine by itself, and gives no virtual counters; its
    /// downwardMetrics tell only of processor time (facts of its user guide).
    private var ofKubeVirt: Finding {
        let port = "virtio-ports/org.github.vhostmd.1"
        let isOffered = roots.dev.exists(port)
        return Finding(
            severity: .info, subject: SensorName.share.name, reason: ReadingStatus.absent.name,
            text: """
                No share, and KubeVirt gives a machine neither a folder of its node nor virtual counters; the figures of this \
                machine are on its node, where powersensors export names each machine. \
                \(isOffered ? "Its downwardMetrics are offered here, which tell of processor time only, and are not read." : "")
                """.trimmedEnd,
            remedy: """
                Tell the estimator what is known of the node: powersensors --host-threads COUNT --host-overcommit FACTOR — or \
                have the node's operator write this machine's share into a volume of it: Docs/GuestShare.md
                """)
    }
}

extension String {
    /// The text without blanks at its end.
    fileprivate var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
