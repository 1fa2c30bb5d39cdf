/// What a guest's folder holds: `Docs/GuestShare.md` tells it to readers.
///
/// The counters stand where each kind of reader looks for them, and none is a link: QEMU's 9p server does not show the
/// host's links to guests in its mapped modes, which are libvirt's default.
enum ShareLayout {
    /// The record.
    static let record = "share"

    /// The counter of a zone.
    static let counter = "energy_uj"

    /// The packages' zone: as sysfs shows it, as libpowercap 0.6 looks for it, and as Scaphandre does.
    static let packageZones = ["class/powercap/intel-rapl:0", "class/powercap/intel-rapl/intel-rapl:0", "intel-rapl:0"]

    /// The memory's zone within it, for the same.
    static let memoryZones = [
        "class/powercap/intel-rapl:0:0", "class/powercap/intel-rapl/intel-rapl:0/intel-rapl:0:0", "intel-rapl:0:0",
    ]

    /// What a zone's files say that never changes, the newline included.
    static func constants(name: String) -> [(file: String, text: String)] {
        [
            ("name", name + "\n"), ("enabled", "1\n"),
            ("max_energy_range_uj", "\(CoarseEnergy.maximumMicrojoules)\n"),
        ]
    }

    /// What a counter's file says: the digits, and blanks up to 20 characters, so that a new number covers the old one.
    static func counterText(_ microjoules: UInt64) -> [UInt8] {
        let digits = Array(String(microjoules).utf8)
        return digits + [UInt8](repeating: UInt8(ascii: " "), count: max(20 - digits.count, 0)) + [UInt8(ascii: "\n")]
    }

    /// Every folder beneath a guest's, those inside others first.
    static let folders = memoryZones + packageZones + ["class/powercap/intel-rapl", "class/powercap", "class"]

    /// Every file that may be in one of these.
    static let zoneFiles = constants(name: "").map(\.file) + [counter]
}
