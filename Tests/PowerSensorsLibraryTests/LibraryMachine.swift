import CPowerSensorsLibrary
import PowerSensors
import PowerSensorsTesting

/// A simulated machine with two packages and their memory, and what a C program would give to open it.
struct LibraryMachine {
    let machine: MockMachine

    init(sockets: Int = 1) throws {
        machine = try MockMachine()
        let zones = (0..<sockets).map { MockZone(name: "package-\($0)", children: [MockZone(name: "dram")]) }
        try machine.add(MockControlType(zones: zones))
        try machine.set(.intelServer(sockets: sockets))
    }

    var package: MockCounter? { machine.zone("package-0")?.counter }
    var memory: MockCounter? { machine.zone("package-0/dram")?.counter }

    /// Calls `body` with options for the machine, in which it may change what it wants.
    func withOptions<Result>(_ body: (inout powersensors_options) throws -> Result) rethrows -> Result {
        try unsafe withStrings([machine.sysfs.path, machine.procfs.path, machine.dev.path]) { paths in
            var options = unsafe powersensors_options()
            unsafe options.size = UInt32(MemoryLayout<powersensors_options>.size)
            unsafe (options.sysfs, options.procfs, options.dev) = (paths[0], paths[1], paths[2])
            // The counters move by joules within microseconds, which takes some power.
            unsafe options.maximum_power = 1e5
            return try unsafe body(&options)
        }
    }

    func open() -> OpaquePointer? {
        unsafe withOptions { options in
            var sampler: OpaquePointer?
            _ = unsafe powersensors_open(&options, &sampler, nil)
            return unsafe sampler
        }
    }
}

/// Calls `body` with C strings, and a null pointer after them.
func withStrings<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) throws -> Result) rethrows -> Result {
    guard let first = texts.first else { return try unsafe body([nil]) }
    return try unsafe first.withCString { pointer in
        try unsafe withStrings(Array(texts.dropFirst())) { rest in try unsafe body(unsafe [pointer] + rest) }
    }
}

/// A struct whose first field is its size, with that size.
func sized<Value: BitwiseCopyable>(_ value: Value) -> Value {
    var value = value
    unsafe withUnsafeMutableBytes(of: &value) {
        unsafe $0.storeBytes(of: UInt32(MemoryLayout<Value>.size), as: UInt32.self)
    }
    return value
}

/// The text in an array of C.
func text<Field>(_ field: Field) -> String {
    unsafe withUnsafeBytes(of: field) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

/// A C string; nil for a null pointer.
func string(_ pointer: UnsafePointer<CChar>?) -> String? { unsafe pointer.map { unsafe String(cString: $0) } }

func code(_ value: Int) -> Int32 { Int32(value) }
