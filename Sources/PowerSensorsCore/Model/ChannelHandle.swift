/// A value of any type that a sensor attaches to a channel at discovery and reads back in ``Sensor/open(_:)``.
///
/// It saves the sensor from parsing the channel's path or identity to find what to open.
public struct ChannelHandle: Hashable, @unchecked Sendable {
    // Sendable, since the initializer accepts only Sendable values.
    private let value: AnyHashable

    /// Wraps a value, such as a file descriptor's path or a register number.
    public init(_ value: some Hashable & Sendable) { self.value = AnyHashable(value) }

    /// The wrapped value; nil if it has another type.
    public func value<Value>(as type: Value.Type) -> Value? { value.base as? Value }
}
