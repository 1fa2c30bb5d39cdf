package import PowerSensorsCore

/// A server's power at the plug, from idle to full load.
package struct PowerCurve: Hashable, Sendable {
    /// The power without load.
    package let idle: Watts

    /// The power at full load, never below ``idle``.
    package let maximum: Watts

    /// How power rises between the two.
    let shape: LoadCurve

    package init(idle: Watts, maximum: Watts, shape: LoadCurve) {
        self.idle = idle
        self.maximum = max(idle, maximum)
        self.shape = shape
    }

    /// The power at a load, which is limited to 0…1.
    package func power(at load: Double) -> Watts { idle + (maximum - idle) * shape.fraction(at: load) }
}
