import CPowerSensorsLibrary
import PowerSensors
import PowerSensorsTesting
import Testing

struct FiguresTests {
    @Test func `a measurement has exactly the energy that the counters counted, through a wrap`() throws {
        let machine = try LibraryMachine()
        let package = try #require(machine.package)
        let memory = try #require(machine.memory)
        try package.set(countsBeforeWrap: 1000)
        let sampler = unsafe machine.open()
        defer { unsafe powersensors_close(sampler) }

        var measurement: OpaquePointer?
        #expect(unsafe powersensors_measure_begin(sampler, &measurement) == code(POWERSENSORS_OK))
        try package.advance(counts: 1_234_567)
        try memory.advance(counts: 7654)
        var snapshot: OpaquePointer?
        #expect(unsafe powersensors_measure_end(measurement, &snapshot) == code(POWERSENSORS_OK))
        defer { unsafe powersensors_release(snapshot) }

        var host = unsafe sized(powersensors_host())
        #expect(unsafe powersensors_read_host(snapshot, 0, &host) == code(POWERSENSORS_OK))
        // The registers count in 2⁻¹⁴ J.
        let energies = (1_234_567.0 / 16384, 7654.0 / 16384)
        #expect(unsafe host.energy == energies.0 + energies.1)
        #expect(unsafe host.energy_low <= host.energy && host.energy <= host.energy_high)
        #expect(unsafe host.power > 0)
        #expect(unsafe string(host.scope) == "cpu")
        #expect(unsafe string(host.provenance) == "measured")
        #expect(unsafe string(host.sensor) == "rapl")
        #expect(unsafe host.is_headline == 1)
        #expect(unsafe host.status == code(POWERSENSORS_KNOWN))
        #expect(unsafe powersensors_read_host(snapshot, 1, &host) == code(POWERSENSORS_END))

        var channel = unsafe sized(powersensors_channel())
        #expect(unsafe powersensors_read_channel(snapshot, 0, &channel) == code(POWERSENSORS_OK))
        #expect(unsafe string(channel.id) == "rapl/package-0")
        #expect(unsafe channel.energy == energies.0)
        #expect(unsafe powersensors_read_channel(snapshot, 1, &channel) == code(POWERSENSORS_OK))
        #expect(unsafe string(channel.id) == "rapl/package-0/dram")
        #expect(unsafe channel.energy == energies.1)
        #expect(unsafe powersensors_read_channel(snapshot, 2, &channel) == code(POWERSENSORS_END))
        #expect(unsafe powersensors_read_channel(snapshot, -1, &channel) == code(POWERSENSORS_END))
    }

    @Test func `the first sample has no power, and the next the energy since the first`() throws {
        let machine = try LibraryMachine()
        let sampler = unsafe machine.open()
        defer { unsafe powersensors_close(sampler) }
        var (first, second): (OpaquePointer?, OpaquePointer?)
        #expect(unsafe powersensors_sample(sampler, &first) == code(POWERSENSORS_OK))
        try machine.package?.advance(counts: 16384 * 20)
        #expect(unsafe powersensors_sample(sampler, nil) == code(POWERSENSORS_OK))
        try machine.package?.advance(counts: 16384 * 22)
        #expect(unsafe powersensors_sample(sampler, &second) == code(POWERSENSORS_OK))
        // A snapshot stays as it is, also when the sampler is gone.
        defer {
            unsafe powersensors_release(first)
            unsafe powersensors_release(second)
        }

        var host = unsafe sized(powersensors_host())
        #expect(unsafe powersensors_read_host(first, 0, &host) == code(POWERSENSORS_OK))
        #expect(unsafe host.energy == 0 && host.power.isNaN)
        #expect(unsafe host.status == code(POWERSENSORS_WARMING_UP))
        #expect(unsafe powersensors_read_host(second, 0, &host) == code(POWERSENSORS_OK))
        #expect(unsafe host.energy == 42)
        #expect(unsafe host.energy_low.isNaN && host.energy_high.isNaN)

        var summary = sized(powersensors_summary())
        #expect(unsafe powersensors_read_summary(first, &summary) == code(POWERSENSORS_OK))
        #expect(summary.interval.isNaN)
        #expect(unsafe powersensors_read_summary(second, &summary) == code(POWERSENSORS_OK))
        #expect(summary.generation == 1 && summary.host_count == 1 && summary.channel_count == 2)
        #expect(summary.interval > 0 && summary.reading_time > 0 && summary.longest_safe_interval > 1)
        #expect(summary.time_nanoseconds > 1_700_000_000_000_000_000)
        #expect(summary.boottime_nanoseconds > 0)
    }

    @Test func `what cannot be read is NaN with its reason, and a sum without it is unknown`() throws {
        let machine = try LibraryMachine(sockets: 2)
        let sampler = unsafe machine.open()
        defer { unsafe powersensors_close(sampler) }
        var measurement: OpaquePointer?
        _ = unsafe powersensors_measure_begin(sampler, &measurement)
        try machine.package?.advance(counts: 16384)
        try machine.machine.zone("package-1")?.counter?.inject(.failing(errno: 5))
        var snapshot: OpaquePointer?
        _ = unsafe powersensors_measure_end(measurement, &snapshot)
        defer { unsafe powersensors_release(snapshot) }

        var host = unsafe sized(powersensors_host())
        _ = unsafe powersensors_read_host(snapshot, 0, &host)
        #expect(unsafe host.energy.isNaN && host.power.isNaN && host.energy_low.isNaN)
        #expect(unsafe host.status == code(POWERSENSORS_PARTIAL))
        var channel = unsafe sized(powersensors_channel())
        var found = false
        var index = 0
        while unsafe powersensors_read_channel(snapshot, index, &channel) == code(POWERSENSORS_OK) {
            index += 1
            guard unsafe string(channel.id) == "rapl/package-1" else { continue }
            found = true
            #expect(unsafe channel.energy.isNaN)
            #expect(unsafe channel.status == code(POWERSENSORS_IO) && channel.error_number == 5)
            #expect(unsafe channel.socket == 1 && string(channel.domain) == "package")
        }
        #expect(found)
    }

    @Test func `overlapping measurements and samples do not disturb each other`() throws {
        let machine = try LibraryMachine()
        let sampler = unsafe machine.open()
        var (outer, inner): (OpaquePointer?, OpaquePointer?)
        _ = unsafe powersensors_measure_begin(sampler, &outer)
        try machine.package?.advance(counts: 16384)
        _ = unsafe powersensors_measure_begin(sampler, &inner)
        try machine.package?.advance(counts: 16384 * 2)
        _ = unsafe powersensors_sample(sampler, nil)
        var (first, second): (OpaquePointer?, OpaquePointer?)
        _ = unsafe powersensors_measure_end(inner, &first)
        // The sampler lives as long as something is measured with it.
        unsafe powersensors_close(sampler)
        try machine.package?.advance(counts: 16384 * 4)
        _ = unsafe powersensors_measure_end(outer, &second)
        var host = unsafe sized(powersensors_host())
        _ = unsafe powersensors_read_host(first, 0, &host)
        #expect(unsafe host.energy == 2)
        _ = unsafe powersensors_read_host(second, 0, &host)
        #expect(unsafe host.energy == 7)
        unsafe powersensors_release(first)
        unsafe powersensors_release(second)
    }

    @Test func `a monitor has the energy since its start, and its findings`() async throws {
        let machine = try LibraryMachine()
        let monitor = unsafe machine.withOptions { options in
            var monitor: OpaquePointer?
            _ = unsafe powersensors_monitor_start(&options, 0.02, &monitor, nil)
            return UInt(bitPattern: monitor)
        }
        let pointer = unsafe OpaquePointer(bitPattern: monitor)
        try machine.package?.advance(counts: 16384 * 3)
        var host = unsafe sized(powersensors_host())
        // Each look is after a new sample, however busy the machine is.
        for _ in 0..<500 {
            try await Task.sleep(for: .milliseconds(20))
            var snapshot: OpaquePointer?
            guard unsafe powersensors_monitor_latest(pointer, &snapshot) == code(POWERSENSORS_OK) else { continue }
            _ = unsafe powersensors_read_host(snapshot, 0, &host)
            unsafe powersensors_release(snapshot)
            if unsafe host.energy > 0 { break }
            try machine.package?.advance(counts: 16384 * 3)
        }
        #expect(unsafe host.energy > 0 && host.energy.truncatingRemainder(dividingBy: 3) == 0)
        var finding = sized(powersensors_finding())
        #expect(unsafe powersensors_monitor_finding(pointer, 10_000, &finding) == code(POWERSENSORS_END))
        unsafe powersensors_monitor_stop(pointer)
    }
}
