import PowerSensors
import PowerSensorsTesting
import Testing

struct SensorConformanceTests {
    /// A sensor that breaks one rule.
    struct Fault: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: SensorConformance.Rule
        let sensor: CraftedSensor

        init(_ description: String, _ rule: SensorConformance.Rule, _ change: (inout CraftedSensor) -> Void) {
            testDescription = description
            self.rule = rule
            sensor = CraftedSensor(change)
        }

        /// A sensor whose reader is faulty.
        static func reading(
            _ description: String, _ rule: SensorConformance.Rule,
            _ opening: @escaping @Sendable ([Channel]) throws -> any SensorReader
        ) -> Fault {
            Fault(description, rule) { $0.opening = opening }
        }

        /// A sensor with odd readings of some channels.
        static func showing(
            _ description: String, _ rule: SensorConformance.Rule,
            _ showing: @escaping @Sendable (Int, Channel) -> Reading?
        ) -> Fault {
            reading(description, rule) { CraftedReader(channels: $0, showing: showing) }
        }
    }

    @Test func `a sensor that keeps the rules has no violation`() {
        #expect(SensorConformance.check(CraftedSensor(), isStill: true) == [])
        #expect(SensorConformance.check(CraftedSensor()) == [])
    }

    @Test(arguments: discoveryFaults + channelFaults + findingFaults + readerFaults)
    func `a rule that is broken is named, and no other`(fault: Fault) {
        let violations = SensorConformance.check(fault.sensor, isStill: true)
        #expect(!violations.isEmpty)
        #expect(violations.allSatisfy { $0.rule == fault.rule }, "\(violations)")
        #expect(violations.allSatisfy { !$0.subject.isEmpty && !$0.text.isEmpty })
    }

    @Test func `a changing source does not violate the rule about the order`() {
        let counter = Counter()
        let sensor = CraftedSensor { sensor in
            sensor.opening = { channels in
                CraftedReader(channels: channels) { _, channel in
                    channel.encoding == .gauge ? .value(Double(counter.next())) : .count(UInt64(counter.next()))
                }
            }
        }
        #expect(SensorConformance.check(sensor) == [])
    }

    @Test func `a violation is one line that says what, where and why`() throws {
        let sensor = CraftedSensor { $0.changeFirst { $0.provenance = .estimated } }
        let violation = try #require(SensorConformance.check(sensor).first)
        #expect(
            violation.description == """
                crafted/a: it is estimated, and has no band. Estimates have a band, and shared or attributed \
                channels name their origin.
                """)
    }

    // MARK: - What can be wrong

    static let discoveryFaults = [
        Fault("a name with a slash", .name) { sensor in
            sensor.name = SensorName("crafted/x")
            sensor.channels = []
            sensor.findings = [.note]
        },
        Fault("it throws", .discovers) { $0.discovering = { _, _ in throw Refusal() } },
        Fault("nothing, and no reason", .explainsAbsence) { $0.channels = [] },
        Fault("a part of a sum missing, and no reason", .explainsAbsence) { $0.incompleteScopes = [.cpu] },
        Fault("a channel that goes", .stableDiscovery) { $0.discovering = { Array($1.dropLast($0 - 1)) } },
        Fault("a channel that comes", .stableDiscovery) { $0.discovering = { Array($1.dropLast(max(2 - $0, 0))) } },
        Fault("a channel of another encoding", .stableDiscovery) { sensor in
            sensor.discovering = { number, channels in
                number == 1 ? channels : [.crafted("a", encoding: .gauge)] + channels.dropFirst()
            }
        },
        Fault("a mark that changes", .stableDiscovery) { $0.marking = { $0 } },
        Fault("no refresh interval at all", .limits) { $0.readingInterval = .zero },
    ]

    static let channelFaults = [
        Fault("the same id twice", .uniqueChannels) { $0.channels.append(.crafted("a")) },
        Fault("an id without the sensor's name", .ownChannels) { sensor in
            sensor.channels = [
                Channel(
                    id: "a", sensor: SensorName("crafted"), mechanism: "test", quantity: .power, encoding: .gauge,
                    component: .host)
            ]
        },
        Fault("another sensor's channel", .ownChannels) { sensor in
            sensor.channels = [
                Channel(
                    id: "crafted/a", sensor: .rapl, mechanism: "test", quantity: .power, encoding: .gauge,
                    component: .host)
            ]
        },
        Fault("a parent that is not there", .parents) { $0.changeFirst { $0.parent = "crafted/x" } },
        Fault("a mirror of nothing", .parents) { $0.changeFirst { $0.mirrorOf = "crafted/x" } },
        Fault("a channel beneath itself", .parents) { $0.changeFirst { $0.parent = "crafted/a" } },
        Fault("a component without its parent", .parents) { sensor in
            sensor.channels[0] = .crafted(Component(id: "a", kind: .chip, parent: "x"))
        },
        Fault("a component beneath itself", .parents) { sensor in
            sensor.channels[0] = .crafted(Component(id: "a", kind: .chip, parent: "a"))
        },
        Fault("two components with one id", .components) { sensor in
            sensor.channels[0] = .crafted(Component(id: "b", kind: .supply))
        },
        Fault("a counter of volts", .quantities) { $0.channels[0] = .crafted("a", quantity: .voltage) },
        Fault("volts in a host figure", .quantities) { sensor in
            sensor.channels[0] = .crafted("a", quantity: .voltage, encoding: .gauge)
            sensor.changeFirst { $0.countsIn = .wall }
        },
        Fault("an estimate without a band", .provenance) { $0.changeFirst { $0.provenance = .estimated } },
        Fault("a share without an origin", .provenance) { $0.changeFirst { $0.provenance = .shared } },
        Fault("a channel's refresh interval below zero", .limits) {
            $0.changeFirst { $0.refreshInterval = .seconds(-1) }
        },
        Fault("no power is possible", .limits) { $0.changeFirst { $0.maximumPower = Watts(0) } },
        Fault("any power is possible", .limits) { $0.changeFirst { $0.maximumPower = Watts(.infinity) } },
        Fault("a cost below zero", .limits) { $0.changeFirst { $0.readCost = .seconds(-1) } },
    ]

    static let findingFaults = [
        Fault("no text", .findings) { $0.findings = [.note(text: "")] },
        Fault("two lines of text", .findings) { $0.findings = [.note(text: "a\nb")] },
        Fault("no subject", .findings) { $0.findings = [.note(subject: "")] },
        Fault("a reason of two words", .findings) { $0.findings = [.note(reason: Finding.Reason("not there"))] },
        Fault("a warning without a remedy", .findings) { $0.findings = [.note(severity: .warning)] },
        Fault("an error with an empty remedy", .findings) { $0.findings = [.note(severity: .error, remedy: "")] },
    ]

    static let readerFaults: [Fault] = [
        .reading("it does not open", .opens) { _ in throw Refusal() },
        .reading("it opens only all at once", .opens) { channels in
            if channels.count == 1 { throw Refusal() }
            return CraftedReader(channels: channels)
        },
        .reading("it has an order of its own", .readerChannels) {
            CraftedReader(channels: $0.sorted { $0.id < $1.id })
        },
        .reading("it forgets that a channel counts in nothing", .readerChannels) { channels in
            CraftedReader(channels: channels.map { $0.countsIn == nil ? $0.counting(in: .wall) : $0 })
        },
        .reading("it turns its channels round", .readerChannels) { channels in
            CraftedReader(channels: channels, showing: { $1.crafted }, changing: { $0.reverse() })
        },
        .showing("it leaves a channel out", .readingCount) { $0 == 1 ? nil : $1.crafted },
        .reading("it reads one too many", .readingCount) { channels in
            struct Reader: SensorReader {
                let channels: [Channel]
                func readChannels(into readings: inout OutputSpan<Reading>) {
                    for channel in channels { readings.append(channel.crafted) }
                    readings.append(.missing(.absent))
                }
            }
            return Reader(channels: channels)
        },
        .showing("a count of a gauge", .readingKinds) { _, _ in .count(5) },
        .showing("a value of a counter", .readingKinds) { _, _ in .value(5) },
        .showing("no number", .readingKinds) { $1.encoding == .gauge ? .value(.nan) : $1.crafted },
        .showing("a count beyond the last", .readingKinds) { $1.encoding == .gauge ? $1.crafted : .count(1 << 32) },
        .showing("missing and ok", .readingKinds) { _, _ in .missing(.ok) },
        .showing("a part of one number", .readingKinds) { _, _ in .missing(.partial) },
        Fault("a ratio above 1", .readingKinds) { sensor in
            sensor.channels = [.crafted("a", quantity: .ratio, encoding: .gauge)]
        },
        .showing("the place tells the number", .readingOrder) { index, channel in
            channel.encoding == .gauge ? channel.crafted : .count(UInt64(index))
        },
        .showing("a reading from the future", .instants) { _, channel in
            channel.encoding == .gauge
                ? .value(1, at: .now + .seconds(60)) : .count(1, at: .now + .seconds(60))
        },
    ]
}

extension Finding {
    fileprivate static let note = note()

    fileprivate static func note(
        severity: Severity = .info, subject: String = "meter", reason: Finding.Reason = .absent, text: String = "None.",
        remedy: String? = nil
    ) -> Finding {
        Finding(severity: severity, subject: subject, reason: reason, text: text, remedy: remedy)
    }
}

extension Channel {
    fileprivate static func crafted(_ component: Component) -> Channel {
        Channel(
            id: "crafted/a", sensor: SensorName("crafted"), mechanism: "test", quantity: .power, encoding: .gauge,
            component: component)
    }

    fileprivate func counting(in scope: Scope) -> Channel {
        var channel = self
        channel.countsIn = scope
        return channel
    }
}
