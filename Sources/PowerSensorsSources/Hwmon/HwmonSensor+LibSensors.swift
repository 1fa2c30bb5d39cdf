package import PowerSensorsCore

extension HwmonSensor {
    /// Applies the user's sensors3.conf: labels, channels to ignore, values to compute.
    func applyConfiguration(to discovery: inout Discovery) {
        if discovery.channels.isEmpty { return }
        do throws(LibSensors.Failure) {
            apply(try LibSensors.shared.load(roots.sysfs), to: &discovery)
        } catch {
            discovery.findings.append(.libSensors(error))
        }
    }

    /// Applies a configuration that has been loaded.
    package func apply(_ catalogue: LibSensors.Catalogue, to discovery: inout Discovery) {
        if let line = catalogue.malformedLine { discovery.findings.append(line) }
        if catalogue.isStale { discovery.findings.append(.notReloaded) }
        let results = discovery.channels.map { (channel: $0, configured: configured($0, catalogue)) }
        let ignored = results.filter { $0.configured == nil }.map(\.channel)
        if !ignored.isEmpty {
            let scopes = discovery.remove(ignored)
            discovery.findings.append(.leftOut(ignored, "because sensors3.conf says so", of: scopes))
        }
        discovery.channels = results.compactMap(\.configured)
    }

    /// The channel as the configuration changes it; nil if it is to be ignored.
    private func configured(_ channel: Channel, _ catalogue: LibSensors.Catalogue) -> Channel? {
        // A chip that the library does not know has no configuration.
        guard let handle = channel.handle?.value(as: HwmonHandle.self),
            let folder = try? roots.sysfs.resolve(handle.folder), let chip = catalogue.chips[folder]
        else { return channel }
        if handle.voltage != nil {
            // A derived power is computed from the files' numbers, so it is left out if the configuration ignores or
            // computes the voltage or the current.
            return handle.files.allSatisfy { chip[$0]?.isComputed == false } ? channel : nil
        }
        guard let value = chip[handle.attribute.file] else {
            // libsensors lists no averages of anything but power, so their absence does not mean that they are ignored.
            let wouldBeListed = channel.quantity == .power || handle.attribute.form == .input
            return wouldBeListed ? nil : channel
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

extension Finding {
    /// libsensors cannot be used, so the user's configuration for `sensors` has no effect.
    fileprivate static func libSensors(_ failure: LibSensors.Failure) -> Finding {
        let installation = "sudo apt-get install libsensors5"
        let (text, remedy) =
            switch failure {
            case .notBuilt:
                ("This program was built without libsensors.", "Build it where libsensors-dev is installed.")
            case .absent: ("libsensors is not installed.", "Install it, on Debian or Ubuntu with: \(installation)")
            case .foreign:
                (
                    "libsensors.so.5 lacks functions that it should have.",
                    "Install a newer one, on Debian or Ubuntu with: \(installation)"
                )
            case .failed: ("libsensors cannot be initialized.", "See its error message: sensors")
            case .fatal: ("libsensors met an error that it considers fatal.", "See its error message: sensors")
            }
        let isMissing = failure == .notBuilt || failure == .absent
        return Finding(
            severity: isMissing ? .info : .warning, subject: "libsensors.so.5",
            reason: isMissing ? .absent : .failed,
            text: "\(text) Chips are read anyway, but without the labels and computations of sensors3.conf.",
            remedy: remedy)
    }

    /// A read in libsensors hangs. Loading the configuration again would free memory that this read still uses.
    fileprivate static let notReloaded = Finding(
        severity: .warning, subject: "libsensors.so.5", reason: .stale,
        text: "A chip does not answer libsensors, so its configuration was not read again; the earlier one is used.",
        remedy: "Find out which chip it is: sensors")
}
