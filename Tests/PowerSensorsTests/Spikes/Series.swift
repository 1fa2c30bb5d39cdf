import PowerSensors

/// Synthetic series of powers, as a monitor would see them.
enum Series {
    static let host = HostSnapshot(scope: .cpu, provenance: .measured, sensor: .rapl, isHeadline: true, status: .ok)

    /// The instant some seconds after an hour of running.
    static func instant(_ seconds: Int64) -> SampleInstant {
        let nanoseconds = (3600 + seconds) * 1_000_000_000
        return SampleInstant(boottimeNanoseconds: nanoseconds, monotonicNanoseconds: nanoseconds)
    }
}
