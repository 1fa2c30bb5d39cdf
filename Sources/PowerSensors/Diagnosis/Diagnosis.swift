package import PowerSensorsCore
package import PowerSensorsMachine
package import PowerSensorsHwmon

/// The result of `doctor`: the state of each sensor, and what is missing and how to fix it.
package struct Diagnosis: Sendable {
    /// The state of one sensor.
    package struct Sensor: Hashable, Sendable {
        /// How well a sensor works.
        package enum State: String, Sendable {
            /// Every channel that it found can be read, or rightly has no value at the moment, and none is frozen.
            case works

            /// Some channels cannot be read, or do not change although they should.
            case limited

            /// It found channels, but ``Sensor/readable`` is 0.
            case failing

            /// It found no channels.
            case missing
        }

        /// The sensor's name.
        package let name: SensorName

        /// The number of channels that it found.
        package let channels: Int

        /// The number of channels that can be read, or rightly have no value at the moment, see ``ObservedChannel/isFine``.
        package let readable: Int

        /// The number of channels that have a value, which did not change although it should have.
        package let frozen: Int

        /// The mechanisms through which it reads them, without duplicates.
        package let mechanisms: [String]

        /// The provenances of its values, without duplicates.
        package let provenances: [Provenance]

        /// How well it works.
        package var state: State {
            if channels == 0 { return .missing }
            if readable == 0 { return .failing }
            return readable == channels && frozen == 0 ? .works : .limited
        }
    }

    /// How well the machine's power is known.
    package enum Verdict: String, Sendable {
        /// A host figure is complete, and measured here or shared by a host that measures it.
        case measured

        /// Some power or energy is measured, but no host figure is complete.
        case partly

        /// There are measuring channels that can be read, but none of them changes.
        case frozen

        /// The power is only estimated by a model.
        case estimated

        /// There is no figure at all.
        case nothing
    }

    /// A channel, and what the doctor observed of it.
    struct ObservedChannel {
        let channel: Channel

        /// Its status after all reads.
        let status: ReadingStatus

        /// Whether its count changed. True without a count, since then nothing shows that it is frozen.
        var hasChanged = true

        /// Whether its count did not change although it should have.
        var isFrozen = false

        /// Whether it has a value, or rightly has none at the moment, such as a battery on mains power or a card that sleeps.
        var isFine: Bool { status.isReadable || status == .asleep || (channel.isIntermittent && status == .absent) }

        /// Whether it measures the machine's consumption, unlike the power that charges a battery.
        var measures: Bool {
            status.isReadable && channel.provenance.isMeasurement && [.power, .energy].contains(channel.quantity)
                && (channel.sensor != .supply || channel.countsIn != nil)
        }
    }

    /// The machine and kernel on which the sensors were tested, and what is mounted there.
    package let environment: HostEnvironment

    /// The sensors, in order of preference.
    package let sensors: [Sensor]

    /// What is missing or limited, the most severe first.
    package var findings: [Finding]

    /// How well the machine's power is known.
    package let verdict: Verdict

    /// The channels of the figure that is measured and complete; empty if there is none.
    package let counted: [Channel]

    /// Why libsensors cannot be used; nil if it was loaded.
    package let libSensors: LibSensors.Failure?

    /// Whether a host figure is measured and complete.
    package var isMeasured: Bool { verdict == .measured }

    /// Whether a measuring source can be read, even if its value does not change.
    package var hasSource: Bool { [.measured, .partly, .frozen].contains(verdict) }

    init(
        _ environment: HostEnvironment, _ names: [SensorName], _ channels: [ObservedChannel],
        _ figures: [HostSnapshot], _ findings: [Finding], _ libSensors: LibSensors.Failure?
    ) {
        self.environment = environment
        self.libSensors = libSensors
        sensors = names.map { name in
            let own = channels.filter { $0.channel.sensor == name }
            return Sensor(
                name: name, channels: own.count, readable: own.count(where: \.isFine),
                frozen: own.count { $0.isFrozen && $0.status.isReadable },
                mechanisms: own.map(\.channel.mechanism).unique(by: \.self),
                provenances: own.map(\.channel.provenance).unique(by: \.self))
        }
        let whole = Self.completeScope(of: figures, channels)
        counted = channels.map(\.channel).filter { $0.countsIn != nil && $0.countsIn == whole }
        verdict = Self.verdict(on: channels, isComplete: whole != nil)
        let severities: [Finding.Severity] = [.error, .warning, .info]
        self.findings = severities.flatMap { severity in
            findings.filter { $0.severity == severity }
        }.unique(by: \.self)
    }

    /// The scope whose figure is measured and complete, the preferred one first; nil if there is none.
    private static func completeScope(of figures: [HostSnapshot], _ channels: [ObservedChannel]) -> Scope? {
        let frozenScopes = Set(channels.filter { $0.measures && $0.isFrozen }.compactMap(\.channel.countsIn))
        return figures.first { figure in
            figure.provenance.isMeasurement && figure.status.isReadable && !frozenScopes.contains(figure.scope)
        }?.scope
    }

    private static func verdict(on channels: [ObservedChannel], isComplete: Bool) -> Verdict {
        let measuring = channels.filter(\.measures)
        if measuring.isEmpty {
            let isEstimated = channels.contains { $0.status.isReadable && $0.channel.provenance == .estimated }
            return isEstimated ? .estimated : .nothing
        }
        if !measuring.contains(where: \.hasChanged) { return .frozen }
        return isComplete ? .measured : .partly
    }
}

extension Provenance {
    /// Whether the value was measured, here or on the host.
    fileprivate var isMeasurement: Bool { self == .measured || self == .shared }
}
