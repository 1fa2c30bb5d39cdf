import CPowerSensorsLibrary
import PowerSensors
import PowerSensorsTesting
import Testing

struct BadInputTests {
    private let invalid = code(POWERSENSORS_INVALID_ARGUMENT)

    @Test func `null pointers give a code, and closing nothing does nothing`() {
        var pointer: OpaquePointer?
        var host = unsafe sized(powersensors_host())
        #expect(powersensors_open(nil, nil, nil) == invalid)
        #expect(unsafe powersensors_sample(nil, &pointer) == invalid)
        #expect(unsafe powersensors_measure_begin(nil, &pointer) == invalid)
        #expect(unsafe powersensors_measure_end(nil, &pointer) == invalid)
        #expect(powersensors_monitor_start(nil, 1, nil, nil) == invalid)
        #expect(unsafe powersensors_monitor_latest(nil, &pointer) == invalid)
        #expect(unsafe powersensors_read_host(nil, 0, &host) == invalid)
        #expect(powersensors_read_channel(nil, 0, nil) == invalid)
        #expect(powersensors_read_summary(nil, nil) == invalid)
        #expect(powersensors_read_finding(nil, 0, nil) == invalid)
        #expect(powersensors_monitor_finding(nil, 0, nil) == invalid)
        powersensors_close(nil)
        powersensors_release(nil)
        powersensors_monitor_stop(nil)
        #expect(unsafe pointer == nil)
    }

    @Test func `a null place for the result is refused, and a measurement without one is given up`() throws {
        let machine = try LibraryMachine()
        let sampler = unsafe machine.open()
        defer { unsafe powersensors_close(sampler) }
        #expect(unsafe powersensors_measure_begin(sampler, nil) == invalid)
        var measurement: OpaquePointer?
        #expect(unsafe powersensors_measure_begin(sampler, &measurement) == code(POWERSENSORS_OK))
        #expect(unsafe powersensors_measure_end(measurement, nil) == code(POWERSENSORS_OK))
        #expect(unsafe powersensors_read_finding(sampler, 0, nil) == invalid)
    }

    @Test(arguments: [0, 4, 8, 12, 20, 65544, UInt32.max])
    func `a size that cannot be is refused, and nothing is written`(size: UInt32) throws {
        let machine = try LibraryMachine()
        let sampler = unsafe machine.open()
        defer { unsafe powersensors_close(sampler) }
        var snapshot: OpaquePointer?
        _ = unsafe powersensors_sample(sampler, &snapshot)
        defer { unsafe powersensors_release(snapshot) }
        var host = unsafe powersensors_host()
        unsafe host.size = size
        unsafe host.energy = -7
        #expect(unsafe powersensors_read_host(snapshot, 0, &host) == code(POWERSENSORS_INVALID_SIZE))
        #expect(unsafe host.energy == -7 && host.size == size)
        var error = powersensors_error()
        error.size = size
        var other: OpaquePointer?
        #expect(unsafe powersensors_open(nil, &other, &error) == code(POWERSENSORS_INVALID_SIZE))
        #expect(unsafe powersensors_monitor_start(nil, 1, &other, &error) == code(POWERSENSORS_INVALID_SIZE))
        #expect(unsafe other == nil)
    }

    @Test func `an older caller gets the fields that it knows, and nothing beyond them is touched`() throws {
        let machine = try LibraryMachine()
        let sampler = unsafe machine.open()
        defer { unsafe powersensors_close(sampler) }
        var snapshot: OpaquePointer?
        _ = unsafe powersensors_sample(sampler, &snapshot)
        defer { unsafe powersensors_release(snapshot) }
        var host = unsafe powersensors_host()
        let known = try #require(unsafe MemoryLayout<powersensors_host>.offset(of: \.energy_low))
        unsafe host.size = UInt32(known)
        unsafe (host.energy, host.energy_low, host.power) = (-7, -7, -7)
        #expect(unsafe powersensors_read_host(snapshot, 0, &host) == code(POWERSENSORS_OK))
        #expect(unsafe host.energy == 0 && host.energy_low == -7 && host.power == -7)
        #expect(unsafe host.size == UInt32(known))
    }

    @Test func `a newer caller learns how much this version has filled`() throws {
        let machine = try LibraryMachine()
        let sampler = unsafe machine.open()
        defer { unsafe powersensors_close(sampler) }
        var snapshot: OpaquePointer?
        _ = unsafe powersensors_sample(sampler, &snapshot)
        defer { unsafe powersensors_release(snapshot) }
        var hosts = unsafe [powersensors_host(), powersensors_host()]
        let size = unsafe UInt32(MemoryLayout<powersensors_host>.size)
        unsafe hosts[0].size = size + 16
        unsafe hosts[1].scope = nil
        #expect(unsafe powersensors_read_host(snapshot, 0, &hosts) == code(POWERSENSORS_OK))
        #expect(unsafe hosts[0].size == size)
        #expect(unsafe hosts[1].scope == nil && hosts[1].size == 0)
    }

    @Test func `options of an older caller are taken, and unknown ones of a newer are refused`() throws {
        let machine = try LibraryMachine()
        try unsafe machine.withOptions { options in
            var sampler: OpaquePointer?
            unsafe options.size = UInt32(try #require(unsafe MemoryLayout<powersensors_options>.offset(of: \.sensors)))
            // Not a power: it lies beyond what the caller knows.
            unsafe options.maximum_power = .nan
            #expect(unsafe powersensors_open(&options, &sampler, nil) == code(POWERSENSORS_OK))
            unsafe powersensors_close(sampler)
            unsafe options.maximum_power = 0
            unsafe options.size = UInt32(MemoryLayout<powersensors_options>.size + 8)
            var newer = unsafe [options, powersensors_options()]
            #expect(unsafe powersensors_open(&newer, &sampler, nil) == code(POWERSENSORS_OK), "what is 0 is not set")
            unsafe powersensors_close(sampler)
            unsafe newer[1].size = 1
            var error = sized(powersensors_error())
            #expect(unsafe powersensors_open(&newer, &sampler, &error) == code(POWERSENSORS_INVALID_SIZE))
            #expect(text(error.text).contains("does not have"))
            unsafe newer[0].size = 4
            #expect(unsafe powersensors_open(&newer, &sampler, &error) == code(POWERSENSORS_INVALID_SIZE))
        }
    }

    @Test func `a folder that is not there is named, with the system's number`() {
        unsafe withStrings(["/nowhere/sys"]) { paths in
            var options = unsafe powersensors_options()
            unsafe options.size = UInt32(MemoryLayout<powersensors_options>.size)
            unsafe options.sysfs = paths[0]
            var sampler: OpaquePointer?
            var error = sized(powersensors_error())
            #expect(unsafe powersensors_open(&options, &sampler, &error) == code(POWERSENSORS_NO_SUCH_FOLDER))
            #expect(unsafe sampler == nil)
            #expect(error.code == code(POWERSENSORS_NO_SUCH_FOLDER) && error.error_number == 2)
            #expect(text(error.subject) == "/nowhere/sys")
            #expect(!text(error.remedy).isEmpty)
        }
    }

    @Test func `names that do not exist are refused with those that do`() throws {
        let machine = try LibraryMachine()
        unsafe withStrings(["fan", "moon"]) { names in
            unsafe machine.withOptions { options in
                var sampler: OpaquePointer?
                var error = sized(powersensors_error())
                var list = unsafe [names[0], nil]
                unsafe list.withUnsafeMutableBufferPointer { list in
                    unsafe options.sensors = unsafe UnsafePointer(list.baseAddress)
                    #expect(unsafe powersensors_open(&options, &sampler, &error) == code(POWERSENSORS_NO_SUCH_SENSOR))
                    #expect(text(error.remedy).contains("rapl:powercap"))
                    unsafe options.sensors = nil
                }
                unsafe options.scope = unsafe names[1]
                #expect(unsafe powersensors_open(&options, &sampler, &error) == code(POWERSENSORS_NO_SUCH_SCOPE))
                unsafe options.scope = nil
                unsafe options.flags = 1 << 30
                #expect(unsafe powersensors_open(&options, &sampler, &error) == invalid)
                unsafe options.flags = 0
                unsafe options.maximum_power = -1
                #expect(unsafe powersensors_open(&options, &sampler, &error) == invalid)
            }
        }
    }

    @Test func `a scope that the machine lacks is refused with those that it has`() throws {
        let machine = try LibraryMachine()
        unsafe withStrings(["battery"]) { names in
            unsafe machine.withOptions { options in
                unsafe options.scope = unsafe names[0]
                var sampler: OpaquePointer?
                var error = sized(powersensors_error())
                #expect(unsafe powersensors_open(&options, &sampler, &error) == code(POWERSENSORS_NO_SUCH_SCOPE))
                #expect(text(error.remedy) == "Ask for cpu.")
            }
        }
    }

    @Test func `without the estimator a machine that measures nothing is an error with the finding's remedy`() throws {
        let machine = try MockMachine()
        try machine.set(.intelServer(sockets: 1))
        unsafe withStrings([machine.sysfs.path, machine.procfs.path, machine.dev.path]) { paths in
            var options = unsafe powersensors_options()
            unsafe options.size = UInt32(MemoryLayout<powersensors_options>.size)
            unsafe (options.sysfs, options.procfs, options.dev) = (paths[0], paths[1], paths[2])
            unsafe options.flags = UInt32(POWERSENSORS_NO_ESTIMATOR)
            var sampler: OpaquePointer?
            var error = sized(powersensors_error())
            #expect(unsafe powersensors_open(&options, &sampler, &error) == code(POWERSENSORS_NOTHING_TO_READ))
            #expect(text(error.text).hasPrefix("No sensor works here: "))
            #expect(!text(error.remedy).isEmpty)
            unsafe options.flags = 0
            #expect(unsafe powersensors_open(&options, &sampler, &error) == code(POWERSENSORS_OK))
            unsafe powersensors_close(sampler)
        }
    }

    @Test(arguments: [-1, 0.0001, 1e6, Double.nan, .infinity])
    func `an interval that cannot be is refused`(interval: Double) {
        var monitor: OpaquePointer?
        #expect(unsafe powersensors_monitor_start(nil, interval, &monitor, nil) == invalid)
        #expect(unsafe monitor == nil)
    }

    @Test func `each code and status has a word, and no other number`() {
        let names = (-9...9).map { unsafe string(powersensors_name(Int32($0))) }
        #expect(names.allSatisfy { $0 != nil })
        #expect(Set(names.compactMap(\.self)).count == 19)
        #expect(unsafe powersensors_name(10) == nil && powersensors_name(-10) == nil && powersensors_name(.min) == nil)
    }

    @Test func `a finding's texts end within their fields`() throws {
        let machine = try LibraryMachine()
        unsafe withStrings([String(repeating: "ä", count: 700)]) { names in
            unsafe machine.withOptions { options in
                var list = unsafe [names[0], nil]
                unsafe list.withUnsafeMutableBufferPointer { list in
                    unsafe options.ignored = unsafe UnsafePointer(list.baseAddress)
                    var sampler: OpaquePointer?
                    #expect(unsafe powersensors_open(&options, &sampler, nil) == code(POWERSENSORS_OK))
                    defer { unsafe powersensors_close(sampler) }
                    var finding = sized(powersensors_finding())
                    var index = 0
                    var subjects: [String] = []
                    while unsafe powersensors_read_finding(sampler, index, &finding) == code(POWERSENSORS_OK) {
                        subjects.append(text(finding.subject))
                        index += 1
                    }
                    // 127 whole characters of two bytes, and the zero byte.
                    #expect(subjects.contains(String(repeating: "ä", count: 127)))
                }
            }
        }
    }
}
