public import PowerSensorsAttribution
public import PowerSensorsCore

/// The configuration of a ``PowerMonitor``. The defaults suit an agent.
public struct MonitorConfiguration: Sendable {
    /// The sensors to use.
    public var sensors: SensorSet

    /// The time between two samples, at least 1 ms. Samples are taken more often if a subscriber requests it or a counter would
    /// wrap otherwise.
    public var interval: Duration

    /// The interval of ``PowerMonitor/latest()``, which is also how often it is updated; at least ``interval``.
    public var latestInterval: Duration

    /// The scope of the headline figure; nil for ``Topology/headlineScope``.
    public var headlineScope: Scope?

    /// How the energy is divided among processes, control groups and virtual machines. By default it is nil, and the energy is
    /// not divided, since scanning every process costs more than reading the sensors.
    public var attribution: Attribution?

    /// The carbon intensity of the machine's electricity, for example from `CarbonRegions` of the module `PowerSensorsCarbon`; nil
    /// if unknown.
    public var carbonIntensity: CarbonIntensity?

    /// How often to check whether sensors were added or removed; zero for never.
    public var rediscoveryInterval: Duration

    /// What counts as a spike of the headline figure, for ``MonitorEvent/Kind/powerSpike``; nil to look for none. They are looked
    /// for every ``latestInterval``: what is shorter is part of a mean.
    public var spikes: SpikeRule? = .normal

    /// The power in watts that is usual for a scope at a wall time in nanoseconds since 1970 UTC, such as the nightly backup's;
    /// nil if it is not known. What does not exceed it by the margins of ``spikes`` is no spike. The monitor's thread calls it
    /// every ``latestInterval``, so that it must not wait. `HistoryExporter` of the module `PowerSensorsHistory` knows it.
    public var usualPower: (@Sendable (_ scope: Scope, _ wallNanoseconds: Int64) -> Watts?)?

    /// Creates a configuration with defaults for everything that is not given.
    public init(
        sensors: SensorSet = SensorSet(),
        interval: Duration = .seconds(1),
        latestInterval: Duration = .seconds(1),
        headlineScope: Scope? = nil,
        attribution: Attribution? = nil,
        carbonIntensity: CarbonIntensity? = nil,
        rediscoveryInterval: Duration = .seconds(10)
    ) {
        self.sensors = sensors
        self.interval = interval
        self.latestInterval = latestInterval
        self.headlineScope = headlineScope
        self.attribution = attribution
        self.carbonIntensity = carbonIntensity
        self.rediscoveryInterval = rediscoveryInterval
    }

    /// The configuration of the monitor's engine.
    var sampling: SamplingConfiguration {
        SamplingConfiguration(
            sensors: sensors, headlineScope: headlineScope, attribution: attribution, carbonIntensity: carbonIntensity,
            rediscoveryInterval: rediscoveryInterval, readsSlowSourcesOnThreads: true)
    }
}
