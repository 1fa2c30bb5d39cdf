public import PowerSensors

#if canImport(Glibc)
import Glibc
#endif

/// A fresh folder of files that stand for a kernel's, removed when the tree goes away.
///
/// Paths are relative to the folder. Links on the way are followed inside the folder only, so nothing written
/// here ever lands outside; the last name of a path is never followed. Missing folders on the way are made. A
/// tree may be used from several threads at once.
public final class MockTree: Sendable {
    /// The folder's own path.
    public let path: String

    /// The tree whose folder holds this one, and goes away with it; nil for the folder that is removed.
    let owner: MockTree?

    /// Resolves links beneath the folder as the library does.
    let root: SystemRoot

    let descriptor: CInt

    /// The files that show something else than what was written to them.
    let faults = Guarded<[String: FaultyFile]>([:])

    /// The files of devices that were gone, whose open descriptors answer so for ever.
    let ghosts = Guarded<[SpoiledReads]>([])

    /// Makes a folder of a unique name, which only this user may enter.
    ///
    /// - Parameter parent: The folder to make it in.
    /// - Throws: What the system says where it cannot be made.
    public init(beneath parent: String = "/tmp") throws(AttributeError) {
        var template = Array("\(parent)/power-sensors-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw AttributeError(path: parent, errno: errno) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.path = path
        owner = nil
        (root, descriptor) = try Self.open(path, mountPoint: path)
    }

    /// Makes a folder in another tree a tree of its own, as `/sys` is one on the machine.
    ///
    /// - Parameters:
    ///   - name: The folder's name.
    ///   - owner: The tree that holds it, kept as long as this one.
    ///   - mountPoint: Where absolute links in it expect it, such as `/sys`.
    /// - Throws: What the system says where it cannot be made.
    public init(_ name: String, in owner: MockTree, mountPoint: String) throws(AttributeError) {
        try owner.makeDirectory(name)
        path = "\(owner.path)/\(name)"
        self.owner = owner
        (root, descriptor) = try Self.open(path, mountPoint: mountPoint)
    }

    deinit {
        if owner == nil { removeEverything() }
        close(descriptor)
    }

    // MARK: - Looking

    /// What a file holds now, faults included; links are followed inside the folder.
    public func text(of path: String) throws(AttributeError) -> String {
        String(decoding: try root.bytes(path), as: UTF8.self)
    }

    /// Where a link points.
    public func target(of path: String) throws(AttributeError) -> String {
        let location = try location(of: path)
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlinkat(descriptor, location, &target, target.count)
        if count < 0 { throw failure(path, errno) }
        return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder, sorted; the tree's own for an empty path.
    public func names(in path: String = "") throws(AttributeError) -> [String] { try root.list(path) }

    /// Whether something is there; false for a link that leads nowhere.
    public func exists(_ path: String) -> Bool { root.exists(path) }

    // MARK: - Changing

    /// Writes a file's whole text, in place where the file is there already.
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
            let shown = faults[location].map { $0.fault.shown(instead: bytes) } ?? bytes
            faults[location]?.bytes = bytes
            guard let shown else { return }
            try put(shown, at: location)
        }
    }

    /// Puts a new file in the place of what is there, by a rename.
    ///
    /// Descriptors that a reader keeps open go on showing the old text for ever.
    public func replace(_ path: String, with text: String) throws(AttributeError) {
        let location = try location(of: path)
        try faults.withLock { faults throws(AttributeError) in
            faults[location] = nil
            try place(Array(text.utf8), at: location, permissions: 0o644)
        }
    }

    /// Makes a folder, and those on the way; one that is there already is left as it is.
    public func makeDirectory(_ path: String) throws(AttributeError) {
        try makeDirectories(leadingTo: try location(of: path) + "/")
    }

    /// Makes a link, in the place of a link that is there already.
    ///
    /// - Parameters:
    ///   - path: The link.
    ///   - target: What it points to, kept as it is; it may lead nowhere or out of the folder.
    public func link(_ path: String, to target: String) throws(AttributeError) {
        let location = try location(of: path)
        try makeDirectories(leadingTo: location)
        if unsafe symlinkat(target, descriptor, location) == 0 { return }
        guard errno == EEXIST, (try? self.target(of: path)) != nil else { throw failure(path, errno) }
        unsafe unlinkat(descriptor, location, 0)
        if unsafe symlinkat(target, descriptor, location) != 0 { throw failure(path, errno) }
    }

    /// Sets who may do what with a file or folder, as chmod(1) does; the tree's own folder for an empty path.
    ///
    /// The superuser reads whatever the permissions are: a test of a refusal has to run as somebody else.
    public func setPermissions(_ permissions: UInt32, of path: String) throws(AttributeError) {
        let location = path.isEmpty ? "." : try location(of: path)
        // A link is refused: its target may lie outside.
        if unsafe fchmodat(descriptor, location, permissions, AT_SYMLINK_NOFOLLOW) != 0 {
            throw failure(path, errno)
        }
    }

    /// Removes a file, a link, or a folder with all that is in it.
    public func remove(_ path: String) throws(AttributeError) {
        let location = try location(of: path)
        faults.withLock { faults in
            faults = faults.filter { $0.key != location && !$0.key.hasPrefix(location + "/") }
        }
        try remove(location: location)
    }

    // MARK: - Inside

    /// Where a path leads when every link but the last name is resolved.
    func location(of path: String) throws(AttributeError) -> String {
        let components = path.split(separator: "/")
        guard let last = components.last, last != ".", last != ".." else { throw failure(path, EINVAL) }
        let parent = try root.resolve(components.dropLast().joined(separator: "/"))
        return parent.isEmpty ? String(last) : "\(parent)/\(last)"
    }

    func failure(_ path: String, _ code: Int32) -> AttributeError {
        AttributeError(path: path.isEmpty ? self.path : "\(self.path)/\(path)", errno: code)
    }

    private static func open(
        _ path: String,
        mountPoint: String
    ) throws(AttributeError) -> (root: SystemRoot, descriptor: CInt) {
        let root = try SystemRoot(path: path, mountPoint: mountPoint)
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw AttributeError(path: path, errno: errno) }
        return (root, descriptor)
    }
}
