public import CPowerSensorsLibrary
import PowerSensors

// The functions of powersensors.h, which documents them. The compiler compares each with its declaration there.

/// The library's version, the same as the command's.
private let version: StaticString = "0.1.0"

/// Returns the version of the library.
@c @implementation
public func powersensors_version() -> UnsafePointer<CChar>? { unsafe pointer(to: version) }

/// Returns the word for a code or a status; null for another number.
@c @implementation
public func powersensors_name(_ code: Int32) -> UnsafePointer<CChar>? {
    guard let name = Code.name(code) else { return nil }
    return unsafe pointer(to: name)
}

private func pointer(to text: StaticString) -> UnsafePointer<CChar> {
    unsafe UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

/// Finds and opens the sensors.
@c @implementation
public func powersensors_open(
    _ options: UnsafePointer<powersensors_options>?, _ sampler: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<powersensors_error>?
) -> Int32 {
    guard let sampler = unsafe sampler else { return Code.invalidArgument }
    unsafe sampler.pointee = nil
    guard unsafe canFill(error) else { return Code.invalidSize }
    return unsafe reporting(in: error) { () throws(Failure) in
        let options = try unsafe OpenOptions(options)
        do throws(SamplerError) {
            unsafe sampler.pointee = Handle.give(try SamplerObject(options))
        } catch {
            throw Failure(error)
        }
    }
}

/// Closes a sampler.
@c @implementation
public func powersensors_close(_ sampler: OpaquePointer?) {
    _ = unsafe Handle<SamplerObject>.take(sampler)
}

/// Reads every channel once, and makes a snapshot.
@c @implementation
public func powersensors_sample(
    _ sampler: OpaquePointer?, _ snapshot: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    unsafe snapshot?.pointee = nil
    guard let sampler = unsafe Handle<SamplerObject>.object(sampler) else { return Code.invalidArgument }
    if let snapshot = unsafe snapshot {
        unsafe snapshot.pointee = Handle.give(sampler.snapshot())
    } else {
        sampler.sample()
    }
    return Code.ok
}

/// Fills what is missing or limited now.
@c @implementation
public func powersensors_read_finding(
    _ sampler: OpaquePointer?, _ index: Int, _ finding: UnsafeMutablePointer<powersensors_finding>?
) -> Int32 {
    guard let sampler = unsafe Handle<SamplerObject>.object(sampler) else { return Code.invalidArgument }
    return unsafe fill(finding) { sampler.finding(index).map { powersensors_finding($0) } }
}

/// Begins to measure a piece of work.
@c @implementation
public func powersensors_measure_begin(
    _ sampler: OpaquePointer?, _ measurement: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    unsafe measurement?.pointee = nil
    guard let sampler = unsafe Handle<SamplerObject>.object(sampler), let measurement = unsafe measurement else {
        return Code.invalidArgument
    }
    unsafe measurement.pointee = Handle.give(MeasurementObject(of: sampler))
    return Code.ok
}

/// Ends a measurement, and makes a snapshot of the work's energy.
@c @implementation
public func powersensors_measure_end(
    _ measurement: OpaquePointer?, _ snapshot: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    unsafe snapshot?.pointee = nil
    guard let measurement = unsafe Handle<MeasurementObject>.take(measurement) else { return Code.invalidArgument }
    if let snapshot = unsafe snapshot { unsafe snapshot.pointee = Handle.give(measurement.end()) }
    return Code.ok
}

/// Finds and opens the sensors, and samples them on a thread.
@c @implementation
public func powersensors_monitor_start(
    _ options: UnsafePointer<powersensors_options>?, _ interval: Double,
    _ monitor: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<powersensors_error>?
) -> Int32 {
    guard let monitor = unsafe monitor else { return Code.invalidArgument }
    unsafe monitor.pointee = nil
    guard unsafe canFill(error) else { return Code.invalidSize }
    return unsafe reporting(in: error) { () throws(Failure) in
        guard interval == 0 || (0.001...86400).contains(interval) else {
            throw Failure(
                Code.invalidArgument, "interval", "The interval is \(interval) s.",
                "Give 0.001 to 86400 s, or 0 for 1 s.")
        }
        let options = try unsafe OpenOptions(options)
        do throws(SamplerError) {
            unsafe monitor.pointee = Handle.give(try MonitorObject(options, interval: interval == 0 ? 1 : interval))
        } catch {
            throw Failure(error)
        }
    }
}

/// Gives the monitor's latest snapshot.
@c @implementation
public func powersensors_monitor_latest(
    _ monitor: OpaquePointer?, _ snapshot: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
    unsafe snapshot?.pointee = nil
    guard let monitor = unsafe Handle<MonitorObject>.object(monitor), let snapshot = unsafe snapshot else {
        return Code.invalidArgument
    }
    guard let latest = monitor.latest() else { return Code.notYet }
    unsafe snapshot.pointee = Handle.give(latest)
    return Code.ok
}

/// Fills what the monitor's latest discovery found missing or limited.
@c @implementation
public func powersensors_monitor_finding(
    _ monitor: OpaquePointer?, _ index: Int, _ finding: UnsafeMutablePointer<powersensors_finding>?
) -> Int32 {
    guard let monitor = unsafe Handle<MonitorObject>.object(monitor) else { return Code.invalidArgument }
    return unsafe fill(finding) { monitor.finding(index).map { powersensors_finding($0) } }
}

/// Stops a monitor, and waits for its thread.
@c @implementation
public func powersensors_monitor_stop(_ monitor: OpaquePointer?) {
    unsafe Handle<MonitorObject>.take(monitor)?.stop()
}

/// Fills when and of what a snapshot is.
@c @implementation
public func powersensors_read_summary(
    _ snapshot: OpaquePointer?, _ summary: UnsafeMutablePointer<powersensors_summary>?
) -> Int32 {
    guard let snapshot = unsafe Handle<SnapshotObject>.object(snapshot) else { return Code.invalidArgument }
    return unsafe fill(summary) { snapshot.summary }
}

/// Fills a host figure of a snapshot.
@c @implementation
public func powersensors_read_host(
    _ snapshot: OpaquePointer?, _ index: Int, _ host: UnsafeMutablePointer<powersensors_host>?
) -> Int32 {
    guard let snapshot = unsafe Handle<SnapshotObject>.object(snapshot) else { return Code.invalidArgument }
    return unsafe fill(host) { unsafe snapshot.host(index) }
}

/// Fills a channel of a snapshot.
@c @implementation
public func powersensors_read_channel(
    _ snapshot: OpaquePointer?, _ index: Int, _ channel: UnsafeMutablePointer<powersensors_channel>?
) -> Int32 {
    guard let snapshot = unsafe Handle<SnapshotObject>.object(snapshot) else { return Code.invalidArgument }
    return unsafe fill(channel) { unsafe snapshot.channel(index) }
}

/// Releases a snapshot.
@c @implementation
public func powersensors_release(_ snapshot: OpaquePointer?) {
    _ = unsafe Handle<SnapshotObject>.take(snapshot)
}

/// Does what may fail, and fills the caller's error if it does.
private func reporting(
    in error: UnsafeMutablePointer<powersensors_error>?, _ body: () throws(Failure) -> Void
) -> Int32 {
    do {
        try body()
        return Code.ok
    } catch let failure {
        return unsafe failure.report(in: error)
    }
}
