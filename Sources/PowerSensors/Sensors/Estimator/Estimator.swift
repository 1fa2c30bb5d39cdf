public struct Estimator: Sensor {
    public init(roots: SystemRoots = .usual) {}
    public var name: SensorName { .estimator }
    public func discover() throws -> Discovery { Discovery() }
    public func open(_ channels: [Channel]) throws -> any SensorReader { throw AttributeError(path: "", errno: 0) }
}
