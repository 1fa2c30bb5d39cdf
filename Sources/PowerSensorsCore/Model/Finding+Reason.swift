extension Finding {
    /// The cause of a finding, as one word. A struct with static members rather than an enum, so that later versions
    /// and third-party sensors can add reasons.
    public struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// The word in output, such as `forbidden`.
        public let name: String

        /// Creates a custom reason; by convention one lower-case word.
        public init(_ name: String) { self.name = name }

        /// The reason that corresponds to the status of a reading.
        public init(_ status: ReadingStatus) { name = status.name }

        /// There is no file, device or driver, or the counter never changed from 0.
        public static let absent = Reason("absent")

        /// This process lacks the permission to read it.
        public static let forbidden = Reason("forbidden")

        /// A read failed with an I/O error.
        public static let io = Reason("io")

        /// The value is out of range or changes faster than the maximum power allows.
        public static let implausible = Reason("implausible")

        /// It has not changed or answered for longer than expected.
        public static let stale = Reason("stale")

        /// Its device sleeps and is not woken to be read.
        public static let asleep = Reason("asleep")

        /// A part of a sum is missing.
        public static let partial = Reason("partial")

        /// A value needs one more reading.
        public static let warmingUp = Reason("warming_up")

        /// A file's content does not have the format that the kernel writes.
        public static let malformed = Reason("malformed")

        /// A container runtime hides it.
        public static let masked = Reason("masked")

        /// It is in another sysfs that is mounted here.
        public static let elsewhere = Reason("elsewhere")

        /// Its driver is not loaded.
        public static let unloaded = Reason("unloaded")

        /// The hardware does not have it, or this version of the library does not support it.
        public static let unsupported = Reason("unsupported")

        /// The kernel is too old to have its driver.
        public static let kernelTooOld = Reason("old")

        /// A virtual machine has it only if the host provides it.
        public static let guest = Reason("guest")

        /// Two channels or files have the same name.
        public static let duplicate = Reason("duplicate")

        /// Two sources show the same register, so only one of them is read.
        public static let merged = Reason("merged")

        /// Two channels show the same register, so only one of them is added to a host figure.
        public static let mirrored = Reason("mirrored")

        /// It is unknown whether two channels show the same register.
        public static let ambiguous = Reason("ambiguous")

        /// Two mechanisms report different energies for the same domain.
        public static let disagreement = Reason("disagreement")

        /// It is deliberately not read.
        public static let unread = Reason("unread")

        /// The user's configuration excludes it.
        public static let ignored = Reason("ignored")

        /// It is switched off.
        public static let disabled = Reason("disabled")

        /// It is shown, but not added to any host figure.
        public static let uncounted = Reason("uncounted")

        /// It supplies a peripheral rather than this machine.
        public static let peripheral = Reason("peripheral")

        /// It currently supplies no power.
        public static let idle = Reason("idle")

        /// Its firmware does not report the power or current.
        public static let rateless = Reason("rateless")

        /// An input reports negative power.
        public static let negative = Reason("negative")

        /// A counter that should change does not.
        public static let frozen = Reason("frozen")

        /// A sensor threw an error.
        public static let failed = Reason("failed")

        /// The figure is estimated by a model.
        public static let estimated = Reason("estimated")

        /// A calibration profile no longer fits what is measured.
        public static let drifted = Reason("drifted")

        /// The estimate is raised to what parts of the machine measure.
        public static let raised = Reason("raised")

        /// A value is rated or negotiated, not measured.
        public static let nominal = Reason("nominal")

        /// Two values of one source cannot both be true.
        public static let contradictory = Reason("contradictory")

        /// The model was not fitted to this kind of processor.
        public static let unseen = Reason("unseen")

        /// The processor model could not be determined.
        public static let unknown = Reason("unknown")

        /// It is unknown whether the machine is virtual.
        public static let undecided = Reason("undecided")

        /// The process may use too little of something, such as open files, to work at its best.
        public static let limited = Reason("limited")

        /// The configuration is invalid.
        public static let configuration = Reason("configuration")

        /// A mounted file system caches content that must be read fresh.
        public static let cached = Reason("cached")

        /// This process could write to a file that it should only be able to read.
        public static let writable = Reason("writable")

        /// Counters may run too slowly, and this cannot be detected.
        public static let uncorrected = Reason("uncorrected")

        /// A device reports its power only through its vendor's software.
        public static let unreachable = Reason("unreached")

        /// Figures are not published to a guest.
        public static let refused = Reason("refused")

        /// A file or folder of this program was replaced by something else.
        public static let replaced = Reason("replaced")

        /// The same as ``name``.
        public var description: String { name }
    }
}
