extension HwmonSensor {
    /// Applies what a user's sensors3.conf says: labels, channels to leave out, values to compute.
    func applyConfiguration(to discovery: inout Discovery) {
        if discovery.channels.isEmpty { return }
        do throws(LibSensors.Failure) {
            apply(try LibSensors.shared.load(roots.sysfs), to: &discovery)
        } catch {
            discovery.findings.append(.libSensors(error))
        }
    }

    /// Applies a configuration that was read.
    package func apply(_ catalogue: LibSensors.Catalogue, to discovery: inout Discovery) {
        if let misread = catalogue.misread { discovery.findings.append(.misread(misread)) }
        if catalogue.isOld { discovery.findings.append(.unchanged) }
        var ignored: [Channel] = []
        discovery.channels = discovery.channels.compactMap { channel in
            guard let configured = configured(channel, catalogue) else {
                ignored.append(channel)
                return nil
            }
            return configured
        }
        if !ignored.isEmpty { discovery.findings.append(.ignored(ignored)) }
    }

    /// The channel as the configuration has it; nil where it is to be ignored.
    private func configured(_ channel: Channel, _ catalogue: LibSensors.Catalogue) -> Channel? {
        // A chip that the library does not know has no configuration, and a derived power is none of its values.
        guard let file = channel.fileWithoutLinks(in: roots.sysfs), let chip = catalogue.chips[file.folder] else {
            return channel
        }
        guard channel.voltagePath == nil else {
            let parts = [channel.path, channel.voltagePath].compactMap {
                $0?.split(separator: "/").last.map(String.init)
            }
            // Its parts must be what the files show: neither to be ignored nor to be computed.
            return parts.allSatisfy { chip[$0]?.isComputed == false } ? channel : nil
        }
        guard let value = chip[file.name] else {
            // It knows means of power, and not of all other kinds.
            let isKnown = channel.quantity == .power || file.name.hasSuffix("_input")
            return isKnown ? nil : channel
        }
        var channel = channel
        channel.label = value.label ?? channel.label
        if value.isComputed {
            channel.mechanism = "libsensors"
            channel.readingInterval = max(.seconds(1), channel.readingInterval ?? .zero)
        }
        return channel
    }
}

extension Channel {
    /// The folder, without links, and the name of the file that the channel is read from.
    func fileWithoutLinks(in sysfs: SystemRoot) -> (folder: String, name: String)? {
        guard let path, let slash = path.lastIndex(of: "/"), let folder = try? sysfs.resolve(String(path[..<slash]))
        else { return nil }
        return (folder, String(path[path.index(after: slash)...]))
    }
}

extension Finding {
    /// The library is not there, or of no use: what a user configured for `sensors` does not show here.
    package static func libSensors(_ failure: LibSensors.Failure) -> Finding {
        let consequence = "Chips are read all the same; labels and computations of sensors3.conf are missing."
        let (text, remedy) =
            switch failure {
            case .notBuilt:
                (
                    "This program was built without libsensors. \(consequence)",
                    "Build it where libsensors-dev is installed."
                )
            case .absent: ("libsensors is not installed. \(consequence)", "sudo apt-get install libsensors5")
            case .foreign:
                (
                    "libsensors.so.5 lacks functions that it should have. \(consequence)",
                    "sudo apt-get install libsensors5"
                )
            case .failed:
                ("libsensors does not start. \(consequence)", "See what it complains of: sensors")
            case .fatal:
                (
                    "libsensors ran into an error that it takes for fatal. \(consequence)",
                    "See what it complains of: sensors"
                )
            }
        return Finding(
            severity: [.notBuilt, .absent].contains(failure) ? .info : .warning, subject: "libsensors.so.5",
            reason: failure == .notBuilt || failure == .absent ? "absent" : "failed", text: text, remedy: remedy)
    }

    /// A read of the library's hangs, and to load it again meanwhile would take what it reads from under it.
    fileprivate static var unchanged: Finding {
        Finding(
            severity: .warning, subject: "libsensors.so.5", reason: ReadingStatus.stale.name,
            text: "A chip does not answer libsensors, so its configuration was not read again; the earlier one holds.",
            remedy: "See which chip it is: sensors — and load that chip's driver again.")
    }

    fileprivate static func misread(_ misread: LibSensors.Misread) -> Finding {
        let more = misread.count > 1 ? " There are \(misread.count - 1) more." : ""
        return Finding(
            severity: .warning, subject: misread.file.isEmpty ? "sensors3.conf" : misread.file, reason: "malformed",
            text: "libsensors does not understand line \(misread.line): \(misread.message).\(more)",
            remedy: "Mend the line; man sensors.conf says what may stand there.")
    }

    fileprivate static func ignored(_ channels: [Channel]) -> Finding {
        Finding(
            severity: .info, subject: "sensors3.conf", reason: "ignored",
            text: "Left out as libsensors' configuration asks: \(channels.map(\.id).joined(separator: ", ")).")
    }
}
