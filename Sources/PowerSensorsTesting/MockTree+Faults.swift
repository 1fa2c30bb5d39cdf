import Glibc
public import PowerSensors

/// A file with an injected fault.
struct FaultyFile {
    let fault: MockFault
    let permissions: UInt32

    /// The contents that a restore brings back.
    var bytes: [UInt8]

    /// Injects the fault into its reads; nil for faults of the file itself.
    let injector: ReadFaultInjector?
}

extension MockTree {
    /// Injects a fault into a file, replacing any earlier fault.
    ///
    /// - Throws: The system's error; ENOENT for a missing file, ELOOP for a link.
    public func inject(_ fault: MockFault, at path: String) throws(AttributeError) {
        try restore(path)
        let location = try location(of: path)
        if root.readLink(location) != nil { throw failure(path, ELOOP) }
        try faults.withLock { faults throws(AttributeError) in
            let file = FaultyFile(
                fault: fault,
                permissions: try permissions(of: location),
                bytes: try root.bytes(location),
                injector: try ReadFaultInjector(of: location, in: self, as: fault)
            )
            switch fault.form {
            case .missing:
                try remove(location: location)
            case .forbidden:
                try setPermissions(0, of: location)
            case .directory:
                try remove(location: location)
                try makeDirectory(location)
            case .danglingLink:
                try remove(location: location)
                try link(location, to: "nowhere")
            case .gone:
                try answerReads(of: location) { _ in .error(errno: ENODEV) }
                try remove(location: location)
            case .text, .withoutNewline, .padded, .negative, .reads:
                if let shown = fault.shown(insteadOf: file.bytes) { try put(shown, at: location) }
            }
            faults[location] = file
        }
    }

    /// Ends a file's fault. The file shows what was last written to it. Does nothing without a fault.
    public func restore(_ path: String) throws(AttributeError) {
        let location = try location(of: path)
        try faults.withLock { faults throws(AttributeError) in
            guard let file = faults.removeValue(forKey: location) else { return }
            if file.fault == .directory || file.fault == .danglingLink { try remove(location: location) }
            try put(file.bytes, at: location, mode: file.permissions)
            try setPermissions(file.permissions, of: location)
        }
    }

    /// Changes the reads of a file permanently, even through descriptors that are open when it is removed.
    ///
    /// - Parameters:
    ///   - path: A path, with or without links.
    ///   - answer: What a read returns instead of the text; nil for the text.
    func answerReads(
        of path: String, _ answer: @escaping @Sendable (_ offset: Int) -> ReadFaultInjector.Answer?
    ) throws(AttributeError) {
        let injector = try ReadFaultInjector(of: location(of: path), in: self, answer: answer)
        lastingInjectors.withLock { $0.append(injector) }
    }
}
