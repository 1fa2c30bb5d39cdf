import PowerSensors
import PowerSensorsExporters
import PowerSensorsTesting
import Testing

#if canImport(Glibc)
import Glibc
#endif

struct FileExporterTests {
    @Test func `the textfile is replaced atomically, readable by its group, and removed at the end`() throws {
        let folder = try MockTree()
        var exporter = TextfileExporter("\(folder.path)/power.prom", format: PrometheusFormat(version: "1"))
        exporter.prepare(for: Samples.topology())
        try exporter.export(Samples.snapshot())
        let first = try folder.text(of: "power.prom")
        _ = try StrictParser(Array(first.utf8), .text)
        #expect(first.contains("powersensors_host_power_watts{scope=\"cpu\"} 41.2"))
        // An open descriptor still shows the old file.
        try folder.link("old.prom", to: "power.prom")
        try exporter.export(Samples.snapshot(power: 5))
        #expect(try folder.text(of: "power.prom").contains("powersensors_host_power_watts{scope=\"cpu\"} 5\n"))
        #expect(try folder.names() == ["old.prom", "power.prom"], "nothing temporary is left")
        exporter.finish()
        #expect(try folder.names() == ["old.prom"])
    }

    @Test func `a missing folder is one clear error that names it`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/missing/power.prom"
        var exporter = TextfileExporter(path, format: PrometheusFormat(version: "1"))
        exporter.prepare(for: Samples.topology())
        let error = try #require(throws: OutputFileError.self) { try exporter.export(Samples.snapshot()) }
        #expect(error.description.hasPrefix(path))
        var json = SnapshotFileExporter(.json, to: path, node: "n1")
        json.prepare(for: Samples.topology())
        #expect(throws: OutputFileError.self) { try json.export(Samples.snapshot()) }
        try folder.makeDirectory("missing")
        try json.export(Samples.snapshot())
    }

    @Test func `a pipe without a reader does not block the exporter`() throws {
        let folder = try MockTree()
        let path = "\(folder.path)/pipe"
        try #require(unsafe mkfifo(path, 0o600) == 0)
        var exporter = SnapshotFileExporter(.json, to: path, node: "n1")
        exporter.prepare(for: Samples.topology())
        #expect(throws: OutputFileError.self) { try exporter.export(Samples.snapshot()) }
    }

    @Test func `a CSV file has one header, even if several exporters append to it`() throws {
        let folder = try MockTree()
        func headers() throws -> Int {
            try folder.text(of: "power.csv").split(separator: "\n").count { $0.hasPrefix("node,time,") }
        }
        for _ in 0..<2 {
            var exporter = SnapshotFileExporter(.csv, to: "\(folder.path)/power.csv", node: "n1")
            exporter.prepare(for: Samples.topology())
            try exporter.export(Samples.snapshot())
            try exporter.export(Samples.snapshot())
            #expect(try headers() == 1)
        }
        var exporter = SnapshotFileExporter(.csv, to: "\(folder.path)/power.csv", node: "n1")
        exporter.prepare(for: Samples.topology())
        try exporter.export(Samples.snapshot())
        try folder.remove("power.csv")
        try exporter.export(Samples.snapshot())
        #expect(try headers() == 1, "the one that was moved away took its header along")
        #expect(try folder.text(of: "power.csv").hasPrefix("node,time,"))
    }

    @Test func `lines are appended, and a moved file is followed by a new one`() throws {
        let folder = try MockTree()
        var exporter = SnapshotFileExporter(.json, to: "\(folder.path)/power.json", node: "n1")
        exporter.prepare(for: Samples.topology())
        try exporter.export(Samples.snapshot())
        try exporter.export(Samples.snapshot())
        #expect(try folder.text(of: "power.json").split(separator: "\n").count == 2)
        try folder.remove("power.json")
        try exporter.export(Samples.snapshot())
        #expect(try folder.text(of: "power.json").split(separator: "\n").count == 1)
    }
}
