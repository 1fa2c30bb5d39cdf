#if Exporters
import PowerSensors
import PowerSensorsTesting
import Testing

/// The command asks a server on this machine in place of a cloud's metadata service.
struct CloudMetadataTests {
    /// A guest of Google, whose firmware does not name the instance type.
    private static func guest(_ names: [String: String]) throws -> MockMachine {
        let machine = try MockMachine()
        var processor = MockProcessor(
            vendor: "GenuineIntel", family: 6, model: 85, stepping: 7, name: "Intel(R) Xeon(R) CPU @ 2.80GHz")
        processor.isGuest = true
        try machine.set(processor)
        try machine.setMemory(total: 16 << 30)
        for (file, text) in names { try machine.sysfs.write(text + "\n", to: "class/dmi/id/\(file)") }
        return machine
    }

    private static let google = ["sys_vendor": "Google", "product_name": "Google Compute Engine"]
    private static let azure = [
        "sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine",
        "chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77",
    ]
    private static let amazonXen = ["sys_vendor": "Xen", "product_name": "HVM domU", "bios_version": "4.11.amazon"]

    /// A server that answers as all three services do, and writes what it was asked to a file. It ends with the script.
    private static func script(log: String) -> String {
        """
        \(Command.freePort)
        port=$(free_port)
        python3 -c '
        import sys
        from http.server import BaseHTTPRequestHandler, HTTPServer
        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                with open(sys.argv[2], "a") as log:
                    log.write(self.command + " " + self.path + "\\n")
                    for name, value in self.headers.items(): log.write(name + "=" + value + "\\n")
                flavor = self.headers.get("Metadata-Flavor") == "Google"
                token = self.headers.get("X-aws-ec2-metadata-token") == "secret"
                body = None
                if self.command == "PUT" and self.path == "/latest/api/token": body = "secret"
                if self.path == "/latest/meta-data/instance-type" and token: body = "m4.xlarge"
                if self.path == "/computeMetadata/v1/instance/machine-type" and flavor:
                    body = "projects/1/machineTypes/n2-standard-4"
                if self.path.startswith("/metadata/instance/compute/vmSize?"): body = "Standard_D4s_v3"
                self.send_response(200 if body else 404)
                self.send_header("Content-Length", str(len(body or "")))
                self.end_headers()
                self.wfile.write((body or "").encode())
            do_GET = do_PUT = answer
            def log_message(self, *_): pass
        server = HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
        print("ready", flush=True)
        server.serve_forever()
        ' $port '\(log)' > '\(log).ready' &
        server=$!
        until grep -q ready '\(log).ready'; do sleep 0.05; done
        POWERSENSORS_CLOUD_METADATA_URL=http://127.0.0.1:$port "$@"
        code=$?
        kill $server
        exit $code
        """
    }

    @Test(arguments: [
        (google, "4 of 80 host threads", ["GET /computeMetadata/v1/instance/machine-type", "Metadata-Flavor=Google"]),
        (azure, "4 of 80 host threads", ["GET /metadata/instance/compute/vmSize", "Metadata=true"]),
        (amazonXen, "4 of 72 host threads", ["PUT /latest/api/token", "GET /latest/meta-data/instance-type"]),
    ])
    func `the cloud is asked where that is allowed, and told nothing about the machine`(
        names: [String: String], label: String, asked: [String]
    ) async throws {
        let machine = try Self.guest(names)
        let log = machine.procfs.path + "/../asked"
        let outcome = try await Command.run(
            ["list", "--json", "--sensor", "estimator", "--cloud-metadata"] + Command.roots(machine),
            inScript: Self.script(log: log))
        #expect(outcome.exitCode == 0, "\(outcome.error)")
        #expect(outcome.output.contains(label), "\(outcome.output)")
        let requests = try String(contentsOfLines: log)
        for part in asked { #expect(requests.contains(part), "\(requests)") }
        let known = ["GET", "PUT", "Host=", "User-Agent=powersensors", "Metadata", "X-aws", "Content-Length=0"]
        for line in requests.split(separator: "\n") {
            #expect(known.contains { line.hasPrefix($0) }, "it also sent: \(line)")
        }
    }

    @Test func `without the option nothing is asked`() async throws {
        let machine = try Self.guest(Self.google)
        let log = machine.procfs.path + "/../asked"
        let outcome = try await Command.run(
            ["list", "--json", "--sensor", "estimator"] + Command.roots(machine), inScript: Self.script(log: log))
        #expect(outcome.exitCode == 0)
        #expect((try? String(contentsOfLines: log)) == nil)
        #expect(outcome.output.contains("--cloud-metadata"), "a finding tells of the option")
    }

    @Test func `a service that does not answer costs a line and no figure`() async throws {
        let machine = try Self.guest(Self.google)
        // The port of discard(9), at which nothing listens.
        let outcome = try await Command.run(
            [
                "list", "--json", "--sensor", "estimator", "--cloud-metadata", "--cloud-metadata-url",
                "http://127.0.0.1:9",
            ] + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        #expect(outcome.complaints.count == 1 && outcome.error.contains("http://127.0.0.1:9"), "\(outcome.error)")
        #expect(outcome.output.contains("estimator/host"))
    }

    @Test func `a machine in no cloud asks nobody`() async throws {
        let machine = try Self.guest([:])
        let outcome = try await Command.run(
            ["list", "--json", "--sensor", "estimator", "--cloud-metadata"] + Command.roots(machine))
        #expect(outcome.exitCode == 0)
        #expect(outcome.error.contains("nothing was asked"))
    }

    @Test func `a wrong instance type is refused`() async throws {
        let machine = try Self.guest(Self.google)
        let outcome = try await Command.run(["list", "--instance-type", "large"] + Command.roots(machine))
        #expect(outcome.exitCode == 64)
        #expect(outcome.error.contains("--instance-type large"))
    }
}

extension String {
    /// The whole text of a file.
    fileprivate init(contentsOfLines path: String) throws {
        self.init(decoding: try WholeFile.named(path, limit: 1 << 20, mayBePipe: false), as: UTF8.self)
    }
}
#endif
