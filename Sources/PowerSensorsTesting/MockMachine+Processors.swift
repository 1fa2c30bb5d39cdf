public import PowerSensors

extension MockMachine {
    /// Writes `proc/cpuinfo` and `devices/system/cpu`, and sets the CPU times of `proc/stat` to 0.
    ///
    /// - Returns: The CPU times, which a test can advance.
    /// - Throws: The system's error if a file cannot be written.
    @discardableResult
    public func set(_ processor: MockProcessor) throws(AttributeError) -> MockProcessorTime {
        try procfs.write(processor.cpuinfo, to: "cpuinfo")
        let folder = "devices/system/cpu"
        if sysfs.exists(folder) { try sysfs.remove(folder) }
        let range = processor.threadCount > 1 ? "0-\(processor.threadCount - 1)\n" : "0\n"
        for file in ["online", "possible", "present"] { try sysfs.write(range, to: "\(folder)/\(file)") }
        for thread in processor.logicalProcessors {
            let topology = "\(folder)/cpu\(thread.number)/topology"
            try sysfs.write("\(thread.socket)\n", to: "\(topology)/physical_package_id")
            try sysfs.write("\(thread.core)\n", to: "\(topology)/core_id")
            try sysfs.write("0\n", to: "\(topology)/die_id")
        }
        return try MockProcessorTime(processors: processor.threadCount, in: procfs)
    }

    /// Writes `proc/meminfo`.
    ///
    /// - Parameters:
    ///   - total: The total memory in bytes.
    ///   - available: The available memory in bytes; nil for all.
    /// - Throws: The system's error if the file cannot be written.
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
