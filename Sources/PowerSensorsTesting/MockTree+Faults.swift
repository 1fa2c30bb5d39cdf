public import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A file that shows something else than what was written to it.
struct FaultyFile {
    let fault: MockFault
    let permissions: UInt32

    /// What the file holds when it is restored.
    var bytes: [UInt8]

    /// What makes its reads fail, as long as it lives; nil for faults that show in the folder itself.
    let spoiled: SpoiledReads?
}

extension MockTree {
    /// Makes something wrong with a file, in the place of what was wrong with it before.
    ///
    /// - Throws: What the system says, ENOENT where there is no such file, ELOOP for a link.
    public func inject(_ fault: MockFault, at path: String) throws(AttributeError) {
        try restore(path)
        let location = try location(of: path)
        if (try? target(of: path)) != nil { throw failure(path, ELOOP) }
        try faults.withLock { faults throws(AttributeError) in
            let file = FaultyFile(
                fault: fault,
                permissions: try permissions(of: location),
                bytes: try root.bytes(location),
                spoiled: try SpoiledReads(of: location, in: self, as: fault)
            )
            if let shown = fault.shown(instead: file.bytes) {
                try put(shown, at: location)
            } else if fault == .forbidden {
                try setPermissions(0, of: location)
            } else {
                try remove(location: location)
            }
            faults[location] = file
            if fault == .directory { try makeDirectories(leadingTo: location + "/") }
            if fault == .danglingLink, unsafe symlinkat("nowhere", descriptor, location) != 0 {
                throw failure(path, errno)
            }
        }
    }

    /// Makes a file right again, with all that was written to it meanwhile; does nothing where nothing is wrong.
    public func restore(_ path: String) throws(AttributeError) {
        let location = try location(of: path)
        try faults.withLock { faults throws(AttributeError) in
            guard let file = faults.removeValue(forKey: location) else { return }
            // Whoever still holds the old file of a device that was gone must go on being told so.
            if file.fault == .gone, let spoiled = file.spoiled { ghosts.withLock { $0.append(spoiled) } }
            switch file.fault {
            case .missing, .gone, .directory, .danglingLink:
                if file.fault == .directory || file.fault == .danglingLink { try remove(location: location) }
                try place(file.bytes, at: location, permissions: file.permissions)
            case .forbidden:
                try setPermissions(file.permissions, of: location)
                try put(file.bytes, at: location)
            default:
                try put(file.bytes, at: location)
            }
        }
    }
}
