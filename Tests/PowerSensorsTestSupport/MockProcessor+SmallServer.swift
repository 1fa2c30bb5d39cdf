package import PowerSensorsTesting

extension MockProcessor {
    /// A server with only two cores for each package, so that its trees have few files.
    package static func smallServer(sockets: Int = 2) -> MockProcessor {
        var processor = MockProcessor.intelServer(sockets: sockets)
        (processor.coresPerSocket, processor.threadsPerCore) = (2, 1)
        return processor
    }
}
