public import PowerSensors

extension MockMachine {
    /// Writes `proc/cpuinfo` and `devices/system/cpu`, and starts `proc/stat` for as many processors.
    ///
    /// - Returns: The clock of `proc/stat`, in the place of an earlier one.
    /// - Throws: What the system says where a file cannot be written.
    @discardableResult
    public func set(_ processor: MockProcessor) throws(AttributeError) -> MockProcessorTime {
        try procfs.write(processor.cpuinfo, to: "cpuinfo")
        let folder = "devices/system/cpu"
        if sysfs.exists(folder) { try sysfs.remove(folder) }
        let range = processor.threadCount > 1 ? "0-\(processor.threadCount - 1)\n" : "0\n"
        for file in ["online", "possible", "present"] { try sysfs.write(range, to: "\(folder)/\(file)") }
        for place in processor.places {
            let topology = "\(folder)/cpu\(place.number)/topology"
            try sysfs.write("\(place.socket)\n", to: "\(topology)/physical_package_id")
            try sysfs.write("\(place.core)\n", to: "\(topology)/core_id")
            try sysfs.write("0\n", to: "\(topology)/die_id")
        }
        return try MockProcessorTime(processors: processor.threadCount, in: procfs)
    }

    /// Writes `proc/meminfo`.
    ///
    /// - Parameters:
    ///   - total: The memory, in bytes.
    ///   - available: What programs could still get, in bytes; nil for all.
    /// - Throws: What the system says where the file cannot be written.
    public func setMemory(total: UInt64, available: UInt64? = nil) throws(AttributeError) {
        let free = min(available ?? total, total) / 1024
        let lines: [(String, UInt64)] = [
            ("MemTotal", total / 1024), ("MemFree", free), ("MemAvailable", free), ("Buffers", 0), ("Cached", 0),
            ("SwapTotal", 0), ("SwapFree", 0),
        ]
        let text = lines.map { name, size in
            let number = String(size)
            let gap = String(repeating: " ", count: max(1, 24 - name.count - 1 - number.count))
            return "\(name):\(gap)\(number) kB\n"
        }
        try procfs.write(text.joined(), to: "meminfo")
    }
}
