import CPowerSensorsLibrary
import PowerSensors
import PowerSensorsTesting
import Testing

struct ThreadsTests {
    @Test func `threads that measure with one sampler at once lose nothing`() async throws {
        let machine = try LibraryMachine()
        let sampler = UInt(bitPattern: unsafe machine.open())
        let totals = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var count = 0
                    for _ in 0..<50 {
                        var (measurement, snapshot): (OpaquePointer?, OpaquePointer?)
                        let pointer = unsafe OpaquePointer(bitPattern: sampler)
                        _ = unsafe powersensors_measure_begin(pointer, &measurement)
                        _ = unsafe powersensors_measure_end(measurement, &snapshot)
                        var host = unsafe sized(powersensors_host())
                        if unsafe powersensors_read_host(snapshot, 0, &host) == code(POWERSENSORS_OK) { count += 1 }
                        unsafe powersensors_release(snapshot)
                    }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(totals == 200)
        try machine.package?.advance(counts: 16384 * 5)
        let pointer = unsafe OpaquePointer(bitPattern: sampler)
        var snapshot: OpaquePointer?
        _ = unsafe powersensors_sample(pointer, &snapshot)
        var host = unsafe sized(powersensors_host())
        _ = unsafe powersensors_read_host(snapshot, 0, &host)
        #expect(unsafe host.energy == 5)
        unsafe powersensors_release(snapshot)
        unsafe powersensors_close(pointer)
    }
}
