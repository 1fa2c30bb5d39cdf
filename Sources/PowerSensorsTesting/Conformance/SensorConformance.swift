public import PowerSensors

/// Checks what every sensor must keep, on a sensor of anybody's.
///
/// It needs no test framework: give the list of violations to the one you use.
///
/// ```swift
/// @Test func `it is a sensor as others are`() {
///     #expect(SensorConformance.check(MySensor()) == [])
/// }
/// ```
public enum SensorConformance {
    /// Something that every sensor must keep. A struct with static members, so that the set may grow.
    public struct Rule: Hashable, Sendable, CustomStringConvertible {
        /// The rule in one sentence.
        public let description: String
    }

    /// A rule that a sensor breaks.
    public struct Violation: Hashable, Sendable, CustomStringConvertible {
        /// What was broken.
        public let rule: Rule

        /// The channel, component or finding that it was noticed at.
        public let subject: String

        /// What was seen there.
        public let text: String

        /// The violation as one line.
        public var description: String { "\(subject): \(text). \(rule)" }
    }

    /// Discovers the sensor, opens it in several ways, and reads it.
    ///
    /// The sensor is discovered twice, opened about a dozen times, and every channel is read some twenty times. What
    /// it reads must not come or go meanwhile. Check it where its source is missing, too: it must say so in a finding.
    /// A reader that appends more than twice its channels and 16 ends the process, as it would in use.
    ///
    /// - Parameters:
    ///   - sensor: The sensor.
    ///   - isStill: Whether no value of the source moves during the check, as in a mock tree. Then it is also checked
    ///     that each reading belongs to its channel, in whatever order these were asked for.
    /// - Returns: Every violation; empty for a sensor that keeps all the rules.
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
    public static let name = Self(
        description: "A sensor's name is of lower-case letters, digits and dashes.")

    /// What is merely missing must not be thrown.
    public static let discovers = Self(
        description: "Discovery throws only where the sensor itself cannot work.")

    /// Nothing is missing in silence.
    public static let explainsAbsence = Self(
        description: "A sensor that finds no channel, or not all of a host figure, says why in a finding.")

    /// An identity that comes twice loses the second channel.
    public static let uniqueChannels = Self(description: "No two channels have the same id.")

    /// Readers are given the channels whose sensor they are.
    public static let ownChannels = Self(
        description: "A channel's id begins with the sensor's name and a slash, and its sensor is that name.")

    /// Energy is counted on by identity, through hot-plug and reboots.
    public static let stableDiscovery = Self(
        description: "Discovered again, the same source gives the same channels and the same mark.")

    /// A tree must hang together.
    public static let parents = Self(
        description: "Every parent and mirrored channel is there, and nothing is beneath itself.")

    /// Of components with the same identity only the first is used.
    public static let components = Self(
        description: "An id stands for one component, the same in every channel.")

    /// What is added up must be energy or power.
    public static let quantities = Self(
        description: "Counters count energy; what counts in a host figure is energy by a counter, or power.")

    /// Nobody must take a model for a measurement.
    public static let provenance = Self(
        description: "Estimates have a band, and what is shared or attributed names its origin.")

    /// Intervals and limits are divided by.
    public static let limits = Self(
        description: "Refresh intervals and greatest powers are positive, and no cost is negative.")

    /// A finding is for people who want it mended.
    public static let findings = Self(
        description:
            "A finding has a subject, a reason of one word and a text of one line; warnings and errors have a remedy.")

    /// A channel fails alone.
    public static let opens = Self(
        description: "What was discovered can be opened; a channel that cannot be read answers with its status.")

    /// The sampler sizes its storage once.
    public static let readerChannels = Self(
        description: "A reader's channels are those that were asked for, in that order, for ever.")

    /// One reading too few or too many shifts all after it.
    public static let readingCount = Self(
        description: "A reader appends exactly one reading for each channel.")

    /// A value that is not known is never 0.
    public static let readingKinds = Self(
        description: "Counters give counts within their range, gauges finite values, and what is missing its reason.")

    /// A reading is known by its place alone.
    public static let readingOrder = Self(
        description: "A channel's reading is its own, in whatever order the channels were asked for.")

    /// Age is told from the instant.
    public static let instants = Self(description: "No reading is from the future.")
}
