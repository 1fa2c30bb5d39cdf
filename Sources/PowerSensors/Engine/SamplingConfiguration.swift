public import PowerSensorsAttribution
public import PowerSensorsCore

/// The configuration of a ``Sampler``. The defaults suit a program with its own loop.
public struct SamplingConfiguration: Sendable {
    /// The sensors to use.
    public var sensors: SensorSet

    /// The scope of the headline figure; nil for ``Topology/headlineScope``.
    public var headlineScope: Scope?

    /// How the energy is divided among processes, control groups and virtual machines. By default it is nil, and the energy is
    /// not divided, since scanning every process costs more than reading the sensors.
    public var attribution: Attribution?

    /// The carbon intensity of the machine's electricity, for example from `CarbonRegions` of the module `PowerSensorsCarbon`; nil
    /// if unknown.
    public var carbonIntensity: CarbonIntensity?

    /// How often ``Sampler/snapshot()`` checks whether sensors were added or removed; zero, the default, for never.
    public var rediscoveryInterval: Duration

    /// Whether sources that are slow, or may become slow, are read and discovered on threads of the library, which end with the
    /// sampler. If false, the default, no thread is started: slow sources are read on the caller's thread when they are due, the
    /// others at each sample, and a source that does not answer blocks the caller.
    public var readsSlowSourcesOnThreads: Bool

    /// Creates a configuration with defaults for everything that is not given.
    public init(
        sensors: SensorSet = SensorSet(),
        headlineScope: Scope? = nil,
        attribution: Attribution? = nil,
        carbonIntensity: CarbonIntensity? = nil,
        rediscoveryInterval: Duration = .zero,
        readsSlowSourcesOnThreads: Bool = false
    ) {
        self.sensors = sensors
        self.headlineScope = headlineScope
        self.attribution = attribution
        self.carbonIntensity = carbonIntensity
        self.rediscoveryInterval = rediscoveryInterval
        self.readsSlowSourcesOnThreads = readsSlowSourcesOnThreads
    }

    /// How long to wait for a sensor at a discovery; nil where no threads are used.
    package var discoveryLimit: Duration? { readsSlowSourcesOnThreads ? .seconds(5) : nil }
}
