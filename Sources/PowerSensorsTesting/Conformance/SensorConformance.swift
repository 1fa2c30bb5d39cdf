public import PowerSensors

/// Checks a sensor, including third-party ones, against the rules for all sensors.
///
/// It works with any test framework: expect the list of violations to be empty.
///
/// ```swift
/// @Test func `the sensor conforms to the rules`() {
///     #expect(SensorConformance.check(MySensor()) == [])
/// }
/// ```
public enum SensorConformance {
    /// A rule for all sensors.
    public struct Rule: Hashable, Sendable, CustomStringConvertible {
        /// The rule in one sentence.
        public let description: String

        fileprivate init(_ description: String) { self.description = description }
    }

    /// A rule that a sensor breaks.
    public struct Violation: Hashable, Sendable, CustomStringConvertible {
        /// The broken rule.
        public let rule: Rule

        /// The channel, component or finding that breaks it.
        public let subject: String

        /// What was observed.
        public let text: String

        /// The violation as one line.
        public var description: String { "\(subject): \(text). \(rule)" }
    }

    /// Discovers the sensor, opens it in several ways, and reads it.
    ///
    /// The sensor is discovered twice, opened about a dozen times, and every channel is read about twenty times. Its sources
    /// must not appear or disappear meanwhile. Also check it without its source: it must then report a finding. A reader that
    /// appends far too many readings (more than twice its channels plus 16) ends the process, as it would in use.
    ///
    /// - Parameters:
    ///   - sensor: The sensor.
    ///   - isStill: Whether the source's values do not change during the check, as in a mock tree. If so, the check includes
    ///     that each reading belongs to its channel, in whatever order the channels are opened.
    /// - Returns: All violations; empty for a sensor that follows all rules.
    public static func check(_ sensor: any Sensor, isStill: Bool = false) -> [Violation] {
        var check = ConformanceCheck(sensor)
        if let discovery = check.checkDiscovery() {
            check.checkChannels(discovery)
            check.checkFindings(discovery)
            check.checkReaders(discovery.channels, isStill: isStill)
        }
        return check.violations
    }
}

extension SensorConformance.Rule {
    /// The name is the first part of every identity.
    public static let name = Self("A sensor's name is of lower-case letters, digits and dashes.")

    /// A missing source is a finding, not an error.
    public static let discovers = Self("Discovery throws only if the sensor itself cannot work.")

    /// Everything that is missing is explained.
    public static let explainsAbsence = Self(
        "A sensor that finds no channel, or not all of a host figure, says why in a finding.")

    /// A topology drops a second channel with the same identity.
    public static let uniqueChannels = Self("No two channels have the same id.")

    /// Channels are opened by the sensor that they name.
    public static let ownChannels = Self(
        "A channel's id begins with the sensor's name and a slash, and its sensor is that name.")

    /// Identities connect a channel's energy across rediscovery and restarts.
    public static let stableDiscovery = Self(
        "Discovered again, the same source gives the same channels and the same fingerprint.")

    /// Components and channels form a tree.
    public static let parents = Self("Every parent and mirrored channel exists, and nothing is its own ancestor.")

    /// A topology uses only the first of several components with the same identity.
    public static let components = Self("An id stands for one component, the same in every channel.")

    /// Host figures are sums of energy or power.
    public static let quantities = Self(
        "Counters count energy; what counts in a host figure is energy by a counter, or power.")

    /// Estimates must be distinguishable from measurements.
    public static let provenance = Self("Estimates have a band, and shared or attributed channels name their origin.")

    /// Intervals and limits are used as divisors.
    public static let limits = Self("Intervals and maximum powers are positive, and no cost is negative.")

    /// Findings tell people what is wrong and how to fix it.
    public static let findings = Self(
        "A finding has a subject, a reason of one word and a text of one line; warnings and errors have a remedy.")

    /// A channel fails alone.
    public static let opens = Self(
        "What was discovered can be opened; a channel that cannot be read answers with its status.")

    /// The sampler allocates its storage once.
    public static let readerChannels = Self("A reader's channels are always the requested ones, in the same order.")

    /// A missing or extra reading shifts all that follow.
    public static let readingCount = Self("A reader appends exactly one reading for each channel.")

    /// An unknown value is never reported as 0.
    public static let readingKinds = Self(
        "Counters give counts within their range, gauges give finite values, and missing readings give a reason.")

    /// Readings are identified by their position alone.
    public static let readingOrder = Self("A channel's reading is its own, in whatever order the channels are opened.")

    /// A reading's age is calculated from its instant.
    public static let instants = Self("No reading is from the future.")
}
