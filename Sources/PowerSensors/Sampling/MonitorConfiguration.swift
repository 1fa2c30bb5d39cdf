/// How a ``PowerMonitor`` samples. Every value has a default that suits an agent.
public struct MonitorConfiguration: Sendable {
    /// Which sensors to use.
    public var sensors: SensorSet

    /// How often to sample when nobody asks for more. Counters that wrap sooner are sampled sooner; 1 ms at least.
    public var interval: Duration

    /// The span that ``PowerMonitor/latest()`` is a mean over, and how often it is renewed; not below the interval.
    public var latestInterval: Duration

    /// How often to look whether sensors came or went; zero to never look.
    public var rediscoveryInterval: Duration

    /// The scope to show first; nil for the best there is.
    public var headline: Scope?

    /// A configuration; what is not named has its default.
    public init(
        sensors: SensorSet = SensorSet(),
        interval: Duration = .seconds(1),
        latestInterval: Duration = .seconds(1),
        rediscoveryInterval: Duration = .seconds(10),
        headline: Scope? = nil
    ) {
        self.sensors = sensors
        self.interval = interval
        self.latestInterval = latestInterval
        self.rediscoveryInterval = rediscoveryInterval
        self.headline = headline
    }
}
