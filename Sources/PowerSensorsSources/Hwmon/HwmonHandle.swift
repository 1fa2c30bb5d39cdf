import PowerSensorsCore
import PowerSensorsMachine

/// Which files a chip's channel reads: what discovery stores in ``Channel/handle`` for opening.
struct HwmonHandle: Hashable, Sendable {
    /// The folder with the chip's files, such as `class/hwmon/hwmon3`.
    let folder: String

    /// The hardware behind the chip, as a path beneath `devices`; nil if there is none.
    let device: String?

    /// The chip's name, which identifies it when its files are opened again; nil if it has none.
    let chip: String?

    /// The file of the value, or of the current if power is derived.
    let attribute: HwmonAttribute

    /// The file of the voltage by which the current is multiplied; nil if nothing is derived.
    let voltage: HwmonAttribute?

    /// The device's runtime power management; nil if it never sleeps.
    let runtimePower: RuntimePower?

    /// The file of the current that gives the power its sign; nil if the power has one, or its direction is unknown.
    var direction: HwmonAttribute?

    /// The power that the chip can never show truthfully; nil if unknown.
    var limit: Watts?

    /// The names of its files.
    var files: [String] { [attribute, voltage, direction].compactMap { $0?.file } }

    /// The folder with all symbolic links resolved. It always belongs to the device that was discovered, even if the
    /// folder `hwmon3` belongs to another device by now.
    func resolvedFolder(beneath sysfs: SystemRoot) -> String {
        let resolved = (try? sysfs.resolve(folder)) ?? folder
        guard let device, !resolved.hasPrefix("devices/\(device)") else { return resolved }
        return "devices/\(device)/hwmon/\(folder.split(separator: "/").last ?? "")"
    }
}
