/// The layout of a guest's folder, as documented in `Docs/GuestShare.md`.
///
/// Each counter is a file of its own at every path that some reader expects. Links would not do: in its mapped modes, which
/// are libvirt's default, QEMU's 9p server does not show the host's links to guests.
enum ShareLayout {
    /// The record.
    static let record = "share"

    /// The counter of a zone.
    static let counter = "energy_uj"

    /// The packages' zone: at sysfs' path, libpowercap 0.6's and Scaphandre's.
    static let packageZones = ["class/powercap/intel-rapl:0", "class/powercap/intel-rapl/intel-rapl:0", "intel-rapl:0"]

    /// The memory's zone within it, at the same three.
    static let memoryZones = [
        "class/powercap/intel-rapl:0:0", "class/powercap/intel-rapl/intel-rapl:0/intel-rapl:0:0", "intel-rapl:0:0",
    ]

    /// A zone's constant files and their contents.
    static func constants(name: String) -> [(file: String, text: String)] {
        [
            ("name", name + "\n"), ("enabled", "1\n"),
            ("max_energy_range_uj", "\(CoarseEnergy.maximumMicrojoules)\n"),
        ]
    }

    /// A counter's text: the digits, padded with spaces to 20 characters, so that it always covers the previous text.
    static func counterText(_ microjoules: UInt64) -> [UInt8] {
        let digits = Array(String(microjoules).utf8)
        return digits + [UInt8](repeating: UInt8(ascii: " "), count: max(20 - digits.count, 0)) + [UInt8(ascii: "\n")]
    }

    /// Every folder beneath a guest's, children before their parents.
    static let folders = memoryZones + packageZones + ["class/powercap/intel-rapl", "class/powercap", "class"]

    /// Every file that a zone may contain.
    static let zoneFiles = constants(name: "").map(\.file) + [counter]
}
