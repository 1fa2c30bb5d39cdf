/// A server's power at the plug, from idle to full load.
package struct PowerCurve: Hashable, Sendable {
    /// With no work at all.
    package let idle: Watts

    /// With every thread busy; never below ``idle``.
    package let maximum: Watts

    /// How power rises between the two.
    package let shape: LoadCurve

    /// A curve between two powers.
    package init(idle: Watts, maximum: Watts, shape: LoadCurve) {
        self.idle = idle
        self.maximum = max(idle, maximum)
        self.shape = shape
    }

    /// The power at a load, which is limited to 0…1.
    package func power(at load: Double) -> Watts {
        idle + (maximum - idle) * shape.fraction(at: load)
    }

    /// The curve of a part of the server.
    package func scaled(by part: Double) -> PowerCurve {
        PowerCurve(idle: idle * part, maximum: maximum * part, shape: shape)
    }
}
