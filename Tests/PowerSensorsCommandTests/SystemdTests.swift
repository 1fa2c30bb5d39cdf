#if Exporters
import PowerSensorsTesting
import Testing

/// What `export` tells systemd.
struct SystemdTests {
    /// Starts the command as systemd does, prints each message that it sends, and stops it after four.
    private static let manager = """
        import os, signal, socket, subprocess, sys, time
        address, microseconds, command = sys.argv[1], sys.argv[2], sys.argv[3:]
        heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        heard.settimeout(30)
        heard.bind("\\0" + address[1:] if address[0] == "@" else address)
        filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        waiting = 0
        while microseconds == "200000":
            try: filler.sendto(b"FULL", heard.getsockname())
            except BlockingIOError: break
            waiting += 1
        environment = dict(os.environ, NOTIFY_SOCKET=address, WATCHDOG_USEC=microseconds)
        service = subprocess.Popen(command, env=environment)
        if waiting: time.sleep(2)
        for _ in range(waiting): heard.recv(4096)
        for _ in range(4): print(heard.recv(4096).decode().split("\\n")[0], flush=True)
        service.send_signal(signal.SIGTERM)
        message = ""
        while not message.startswith("STOPPING"): message = heard.recv(4096).decode().split("\\n")[0]
        print(message)
        sys.exit(service.wait(30))
        """

    @Test(arguments: [false, true])
    func `systemd hears that the service is ready, alive and stopping`(isAbstract: Bool) async throws {
        let machine = try MockMachine.twoSockets()
        let folder = try MockTree()
        try folder.write(Self.manager, to: "manager.py")
        let address = isAbstract ? "@\(folder.path)" : "\(folder.path)/notify"
        let outcome = try await Command.run(
            ["export", "--json", "\(folder.path)/json", "--quiet"] + Command.roots(machine),
            inScript: "exec python3 \(folder.path)/manager.py \(address) 400000 \"$@\"")
        #expect(outcome.output == "READY=1\nWATCHDOG=1\nWATCHDOG=1\nWATCHDOG=1\nSTOPPING=1\n")
        #expect(outcome.error.isEmpty)
        #expect(outcome.exitCode == 0)
    }

    @Test func `that the service is ready is said until it was heard`() async throws {
        let machine = try MockMachine.twoSockets()
        let folder = try MockTree()
        try folder.write(Self.manager, to: "manager.py")
        let outcome = try await Command.run(
            ["export", "--json", "\(folder.path)/json", "--quiet"] + Command.roots(machine),
            inScript: "exec python3 \(folder.path)/manager.py \(folder.path)/notify 200000 \"$@\"")
        #expect(outcome.output == "READY=1\nWATCHDOG=1\nWATCHDOG=1\nWATCHDOG=1\nSTOPPING=1\n")
        #expect(outcome.exitCode == 0)
    }

    @Test(arguments: ["", "relative", "/\(String(repeating: "x", count: 200))"])
    func `an address that cannot be one is left alone`(address: String) async throws {
        let machine = try MockMachine.twoSockets()
        let outcome = try await Command.run(
            ["export", "--json", "-", "--quiet"] + Command.roots(machine),
            inScript: "NOTIFY_SOCKET='\(address)' timeout --preserve-status 2 \"$@\"")
        #expect(outcome.output.hasPrefix("{"))
        #expect(outcome.error.isEmpty)
        #expect(outcome.exitCode == 0)
    }
}
#endif
