import Glibc
public import PowerSensors

/// A temporary folder of mock kernel files, removed on deinitialization.
///
/// Paths are relative to the folder. Links on the way are followed inside the folder only, so nothing is ever written
/// outside; a link as the last name of a path is not followed. Missing parent folders are created. A tree may be used from
/// several threads at once.
public final class MockTree: Sendable {
    /// The folder's own path.
    public var path: String { root.path }

    /// The tree that contains this one and removes it; nil for a tree that removes its own folder.
    let owner: MockTree?

    /// Resolves links beneath the folder as the library does.
    let root: SystemRoot

    /// The folder, for system calls that change files beneath it.
    var descriptor: CInt { root.descriptor }

    /// The files with faults, by location.
    let faults = Locked<[String: FaultyFile]>([:])

    /// Injectors that last as long as the tree, also for files that were removed.
    let lastingInjectors = Locked<[ReadFaultInjector]>([])

    /// Creates a folder with a unique name that only this user may enter.
    ///
    /// - Parameter parent: The folder to create it in.
    /// - Throws: The system's error if it cannot be created.
    public init(beneath parent: String = "/tmp") throws(AttributeError) {
        // Six of them, which mkdtemp(3) replaces.
        let unique = String(repeating: "X", count: 6)
        var template = Array("\(parent)/power-sensors-\(unique)".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw AttributeError(path: parent, errno: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        owner = nil
        root = try SystemRoot(path: path, mountPoint: path)
    }

    /// Makes a folder of another tree a tree of its own, like the mount point `/sys`.
    ///
    /// - Parameters:
    ///   - name: The folder's name.
    ///   - owner: The tree that contains it, retained by this one.
    ///   - mountPoint: The path that absolute links in it begin with, such as `/sys`.
    /// - Throws: The system's error if it cannot be created.
    public init(_ name: String, in owner: MockTree, mountPoint: String) throws(AttributeError) {
        try owner.makeDirectory(name)
        self.owner = owner
        root = try SystemRoot(path: "\(owner.path)/\(name)", mountPoint: mountPoint)
    }

    deinit {
        if owner == nil { removeEverything() }
    }

    // MARK: - Reading

    /// A file's current text, including faults; links are followed inside the folder.
    public func text(of path: String) throws(AttributeError) -> String {
        String(decoding: try root.bytes(path), as: UTF8.self)
    }

    /// Where a link points.
    public func target(of path: String) throws(AttributeError) -> String {
        guard let target = root.readLink(try location(of: path)) else { throw failure(path, errno) }
        return target
    }

    /// The sorted names in a folder; an empty path is the tree's own folder.
    public func names(in path: String = "") throws(AttributeError) -> [String] { try root.list(path) }

    /// Whether a file or folder exists; false for a dangling link.
    public func exists(_ path: String) -> Bool { root.exists(path) }

    // MARK: - Changing

    /// Writes a file's whole text, in place if the file exists.
    ///
    /// Descriptors that a reader keeps open see the new text, as they do with the kernel's files. A reader at
    /// the same time sees the old text or the new one, perhaps with more newlines behind it, and never an empty
    /// file. A file with a fault keeps its fault, and shows the text when it is restored.
    public func write(_ text: String, to path: String) throws(AttributeError) {
        try write(bytes: Array(text.utf8), to: path)
    }

    /// Writes a file's bytes, as ``write(_:to:)`` does.
    public func write(bytes: [UInt8], to path: String) throws(AttributeError) {
        let location = try location(of: path)
        try faults.withLock { faults throws(AttributeError) in
            let shown = faults[location].map { $0.fault.shown(insteadOf: bytes) } ?? bytes
            faults[location]?.bytes = bytes
            guard let shown else { return }
            try put(shown, at: location)
        }
    }

    /// Replaces a file by a rename.
    ///
    /// Descriptors that a reader keeps open keep showing the old text.
    public func replace(_ path: String, with text: String) throws(AttributeError) {
        let location = try location(of: path)
        try faults.withLock { faults throws(AttributeError) in
            faults[location] = nil
            try replaceFile(Array(text.utf8), at: location, permissions: 0o644)
        }
    }

    /// Creates a folder and its parents; an existing folder stays as it is.
    public func makeDirectory(_ path: String) throws(AttributeError) {
        try makeDirectories(leadingTo: try location(of: path) + "/")
    }

    /// Creates a link, replacing an existing link.
    ///
    /// - Parameters:
    ///   - path: The link.
    ///   - target: The link's text; it may point to nothing or outside the folder.
    public func link(_ path: String, to target: String) throws(AttributeError) {
        let location = try location(of: path)
        try makeDirectories(leadingTo: location)
        if root.readLink(location) != nil { unsafe unlinkat(descriptor, location, 0) }
        if unsafe symlinkat(target, descriptor, location) != 0 { throw failure(path, errno) }
    }

    /// Sets a file's or folder's permissions, as chmod(1) does; an empty path is the tree's own folder.
    ///
    /// Permissions do not stop the superuser, so tests of a refusal must run as another user.
    public func setPermissions(_ permissions: UInt32, of path: String) throws(AttributeError) {
        let location = path.isEmpty ? "." : try location(of: path)
        // A link is refused: its target may lie outside.
        if unsafe fchmodat(descriptor, location, permissions, AT_SYMLINK_NOFOLLOW) != 0 {
            throw failure(path, errno)
        }
    }

    /// Removes a file, a link, or a folder with its contents.
    public func remove(_ path: String) throws(AttributeError) {
        let location = try location(of: path)
        faults.withLock { faults in
            for key in faults.keys where key == location || key.hasPrefix(location + "/") { faults[key] = nil }
        }
        try remove(location: location)
    }

    // MARK: - Inside

    /// Resolves every link of a path except its last name.
    package func location(of path: String) throws(AttributeError) -> String {
        let components = path.split(separator: "/")
        guard let last = components.last, last != ".", last != ".." else { throw failure(path, EINVAL) }
        let parent = try root.resolve(components.dropLast().joined(separator: "/"))
        return parent.isEmpty ? String(last) : "\(parent)/\(last)"
    }

    func failure(_ path: String, _ code: Int32) -> AttributeError {
        AttributeError(path: path.isEmpty ? self.path : "\(self.path)/\(path)", errno: code)
    }
}
