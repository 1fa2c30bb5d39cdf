import Glibc

/// The descriptor of a file that is read again and again, kept open between readings.
///
/// If it is dead, because a device was removed, the file is opened again, with a ``BackOff``. To save descriptors, the
/// file can be opened for each reading instead, and is where the ``DescriptorBudget`` has none for it. The owner must close it after
/// the last reading.
struct KeptDescriptor {
    /// The file.
    let source: Attributes.Source

    private let root: SystemRoot
    private let use: DescriptorBudget.Use
    private let budget: DescriptorBudget
    /// The open file, between readings only if the budget has granted it; -1 if it is not open.
    private var descriptor: CInt = -1
    /// Whether the file could be opened, but not stay open. Then it is opened for each reading, and the back-off says when to ask
    /// the budget again.
    private var isRefused = false
    private var backOff: BackOff
    /// The `errno` that says why the file is not open.
    private(set) var failure = ENOENT
    /// Whether the latest attempt to open it succeeded.
    private(set) var wasOpened = false

    /// Opens the file. If that fails, reads return the reason until a later attempt succeeds.
    init(
        _ source: Attributes.Source, beneath root: SystemRoot, longestBackOff: Duration = .seconds(2),
        for use: DescriptorBudget.Use = .sensor, in budget: DescriptorBudget = .ofProcess
    ) {
        backOff = BackOff(longest: longestBackOff)
        self.source = source
        self.root = root
        (self.use, self.budget) = (use, budget)
        if source.isKept, !source.maySleep {
            open()
            keepIfGranted()
        }
    }

    /// Closes the file.
    func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        budget.giveBack(use)
    }

    /// Reads the file with a function that is given the open file, and returns 0 or the code of its failure.
    ///
    /// - Returns: 0, the function's code, or the `errno` that says why the file cannot be opened.
    mutating func read(_ read: (CInt) -> Int32) -> Int32 {
        let code = readIfOpen(read)
        return code == 0 ? 0 : self.read(after: code, read)
    }

    /// The fast path of a read, which does not change the descriptor. Use it where a sample reads many files: changing an
    /// array's element costs more.
    @inline(__always)
    func readIfOpen(_ read: (CInt) -> Int32) -> Int32 { descriptor < 0 ? ENODEV : read(descriptor) }

    /// The slow path of a read: opens the file first if it is not open, or if its descriptor is dead.
    mutating func read(after code: Int32, _ read: (CInt) -> Int32) -> Int32 {
        if descriptor >= 0 {
            guard AttributeError.meansDeadDescriptor(code) else { return code }
            close()
            descriptor = -1
            failure = code
            backOff.recordFailure()
        }
        if !source.isKept || isRefused || backOff.isDue { open() }
        if descriptor < 0 { return failure }
        let code = read(descriptor)
        keepIfGranted()
        return code
    }

    /// Closes the file that was just opened, unless it may stay open.
    private mutating func keepIfGranted() {
        guard descriptor >= 0 else { return }
        // The budget asks the kernel for the limit, so after a refusal it is not asked at each reading.
        if source.isKept, !isRefused || backOff.isDue {
            if isRefused { backOff.recordAttempt() }
            isRefused = budget.take(use) == 0
            if !isRefused { return }
        }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    private mutating func open() {
        if !isRefused { backOff.recordAttempt() }
        wasOpened = false
        do throws(AttributeError) {
            if let identity = source.identity, try root.text(identity.path) != identity.text {
                // The path belongs to something else by now.
                failure = ENODEV
                isRefused = false
            } else {
                descriptor = try root.open(source.path)
                wasOpened = true
            }
        } catch {
            failure = error.errno
            isRefused = false
        }
    }
}

extension AttributeError {
    /// Whether an `errno` means that the descriptor is dead, as after the removal of a device; other failures may be
    /// temporary.
    package static func meansDeadDescriptor(_ code: Int32) -> Bool {
        code == ENODEV || code == ENXIO || code == EBADF || code == ESTALE
    }
}
