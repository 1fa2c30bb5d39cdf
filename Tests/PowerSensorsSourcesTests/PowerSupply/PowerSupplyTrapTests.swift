import Glibc
import PowerSensors
import PowerSensorsTesting
import Testing

/// Traps for readers of power supplies, one in each row. A fault affects only its own channel.
struct PowerSupplyTrapTests {
    struct Trap: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let supplies: [MockClassDevice]
        /// What goes wrong with a file of the first supply.
        var fault: (file: String, MockFault)?
        /// The expected value of every channel by its id without `supply/`; nil for none.
        let values: [String: Double?]
        var missing: [String: ReadingStatus] = [:]
        /// Reasons of findings by the end of their subject.
        var findings: [String: String] = [:]
    }

    private static let laptop = [
        "status": "Discharging", "present": "1", "voltage_now": "12000000", "power_now": "10000000",
        "energy_now": "36000000", "capacity": "80",
    ]

    private static let laptopValues: [String: Double?] = [
        "BAT0/power": 10, "BAT0/discharge": 10, "BAT0/voltage": 12, "BAT0/energy": 129_600, "BAT0/ratio": 0.8,
        "BAT0/discharging": 1,
    ]

    @Test(arguments: [
        Trap(
            testDescription: "a battery that counts energy", supplies: [.supply("BAT0", files: laptop)],
            values: laptopValues),
        Trap(
            testDescription:
                "a battery that counts charge, with a sign for discharging, and power from current and voltage",
            supplies: [
                .supply(
                    "BAT1",
                    files: [
                        "status": "Discharging", "voltage_now": "12345678", "current_now": "-1500000",
                        "charge_now": "3000000", "temp": "-55",
                    ])
            ],
            values: [
                "BAT1/power": 18.518517, "BAT1/discharge": 18.518517, "BAT1/voltage": 12.345678, "BAT1/current": -1.5,
                "BAT1/charge": 10800, "BAT1/temperature": -5.5, "BAT1/discharging": 1,
            ]),
        Trap(
            testDescription: "current times voltage beyond 64 bits",
            supplies: [
                .supply(
                    "BAT0",
                    files: ["status": "Charging", "voltage_now": "9000000000000", "current_now": "9000000000000"])
            ],
            values: [
                "BAT0/power": 81e12, "BAT0/discharge": nil, "BAT0/voltage": 9e6, "BAT0/current": 9e6,
                "BAT0/discharging": 0,
            ],
            missing: ["BAT0/discharge": .absent], findings: ["power_supply": "idle"]),
        Trap(
            testDescription: "numbers that mean 'unknown' are implausible, and so is what is derived from them",
            supplies: [
                .supply(
                    "BAT1",
                    files: [
                        "status": "Discharging", "voltage_now": "12000000", "current_now": "4294967295000",
                        "charge_now": "4294967295000", "capacity": "80", "temp": "2147483647",
                    ])
            ],
            values: [
                "BAT1/power": nil, "BAT1/discharge": nil, "BAT1/voltage": 12, "BAT1/current": nil, "BAT1/charge": nil,
                "BAT1/ratio": 0.8, "BAT1/temperature": nil, "BAT1/discharging": 1,
            ],
            missing: [
                "BAT1/power": .implausible, "BAT1/discharge": .implausible, "BAT1/current": .implausible,
                "BAT1/charge": .implausible, "BAT1/temperature": .implausible,
            ],
            findings: ["current_now": "implausible", "charge_now": "implausible", "temp": "implausible"]),
        Trap(
            testDescription: "a power that means 'unknown'",
            supplies: [.supply("BAT0", files: ["status": "Discharging", "power_now": "4294967295000"])],
            values: ["BAT0/power": nil, "BAT0/discharge": nil, "BAT0/discharging": 1],
            missing: ["BAT0/power": .implausible, "BAT0/discharge": .implausible],
            findings: ["power_now": "implausible"]),
        Trap(
            testDescription: "a rate of 0 of the only battery, which discharges",
            supplies: [
                .supply("BAT0", files: ["status": "Discharging", "power_now": "0", "energy_now": "36000000"]),
                .supply("AC", type: "Mains", files: ["online": "0"]),
            ],
            values: [
                "BAT0/power": nil, "BAT0/discharge": nil, "BAT0/energy": 129_600, "BAT0/discharging": 1, "AC/online": 0,
            ],
            missing: ["BAT0/power": .io(errno: ENODATA), "BAT0/discharge": .io(errno: ENODATA)],
            findings: ["BAT0": "rateless"]),
        Trap(
            testDescription: "a current of 0 of the only battery, beside the charger of a tablet's pen",
            supplies: [
                .supply(
                    "BAT0", files: ["status": "Discharging", "current_now": "0", "voltage_now": "12000000"]),
                .supply("wacom_ac_0", type: "Mains", files: ["online": "1", "scope": "Device"]),
            ],
            values: [
                "BAT0/power": nil, "BAT0/discharge": nil, "BAT0/voltage": 12, "BAT0/current": 0, "BAT0/discharging": 1,
                "wacom_ac_0/online": 1,
            ],
            missing: ["BAT0/power": .io(errno: ENODATA), "BAT0/discharge": .io(errno: ENODATA)],
            findings: ["BAT0": "rateless", "wacom_ac_0": "peripheral"]),
        Trap(
            testDescription: "a power that the driver does not know, beside current and voltage",
            supplies: [.supply("BAT0", files: laptop.merging(["current_now": "1000000"]) { $1 })],
            fault: ("power_now", .empty),
            values: laptopValues.merging(["BAT0/power": 12, "BAT0/discharge": 12, "BAT0/current": 1]) { $1 },
            findings: ["power_now": "io"]),
        Trap(
            testDescription: "a power that cannot be true, beside current and voltage",
            supplies: [
                .supply(
                    "BAT0", files: laptop.merging(["current_now": "-1000000", "power_now": "4294967295"]) { $1 })
            ],
            values: laptopValues.merging(["BAT0/power": 12, "BAT0/discharge": 12, "BAT0/current": -1]) { $1 },
            findings: ["power_now": "implausible"]),
        Trap(
            testDescription: "a power that the driver does not know, beside a current that it does not know either",
            supplies: [.supply("BAT0", files: laptop.merging(["current_now": "2147483647"]) { $1 })],
            fault: ("power_now", .empty),
            values: laptopValues.merging(["BAT0/power": nil, "BAT0/discharge": nil, "BAT0/current": nil]) { $1 },
            missing: [
                "BAT0/power": .io(errno: ENODATA), "BAT0/discharge": .io(errno: ENODATA), "BAT0/current": .implausible,
            ],
            findings: ["power_now": "io", "current_now": "implausible"]),
        Trap(
            testDescription: "a rate of 0 of a battery at rest, beside another",
            supplies: [
                .supply("BAT0", files: ["status": "Discharging", "power_now": "0"]),
                .supply("BAT1", files: ["status": "Discharging", "power_now": "9000000"]),
            ],
            values: [
                "BAT0/power": 0, "BAT0/discharge": 0, "BAT0/discharging": 1, "BAT1/power": 9, "BAT1/discharge": 9,
                "BAT1/discharging": 1,
            ]),
        Trap(
            testDescription: "a rate of 0 of a battery that rests while the mains feed the machine",
            supplies: [
                .supply("BAT0", files: ["status": "Discharging", "power_now": "0"]),
                .supply("AC", type: "Mains", files: ["online": "1"]),
            ],
            values: ["BAT0/power": 0, "BAT0/discharge": 0, "BAT0/discharging": 1, "AC/online": 1]),
        Trap(
            testDescription: "a scope that cannot be read",
            supplies: [.supply("BAT0", files: laptop.merging(["scope": "System"]) { _, new in new })],
            fault: ("scope", .directory), values: laptopValues.filter { $0.key != "BAT0/discharge" },
            findings: ["scope": "io"]),
        Trap(
            testDescription: "negative power of a battery that discharges, as one maker gives it",
            supplies: [.supply("battery", files: ["status": "Discharging", "power_now": "-4000000"])],
            values: ["battery/power": 4, "battery/discharge": 4, "battery/discharging": 1]),
        Trap(
            testDescription: "a battery that is charged says nothing of the host",
            supplies: [.supply("BAT0", files: laptop.merging(["status": "Charging"]) { _, new in new })],
            values: laptopValues.merging(["BAT0/discharge": nil, "BAT0/discharging": 0]) { _, new in new },
            missing: ["BAT0/discharge": .absent], findings: ["power_supply": "idle"]),
        Trap(
            testDescription: "a battery of unknown rate",
            supplies: [
                .supply("BAT1", files: ["status": "Discharging", "current_now": "1", "voltage_now": "12000000"])
            ],
            fault: ("current_now", .failing(errno: ENODEV)),
            values: [
                "BAT1/power": nil, "BAT1/discharge": nil, "BAT1/voltage": 12, "BAT1/current": nil,
                "BAT1/discharging": 1,
            ],
            missing: [
                "BAT1/power": .absent, "BAT1/discharge": .io(errno: ENODATA), "BAT1/current": .absent,
            ],
            findings: ["current_now": "absent"]),
        Trap(
            testDescription: "ENODATA of one attribute", supplies: [.supply("BAT0", files: laptop)],
            fault: ("voltage_now", .failing(errno: ENODATA)),
            values: laptopValues.merging(["BAT0/voltage": nil]) { _, new in new },
            missing: ["BAT0/voltage": .io(errno: ENODATA)], findings: ["voltage_now": "io"]),
        Trap(
            testDescription: "garbage in one attribute, and another supply",
            supplies: [
                .supply("BAT0", files: laptop),
                .supply("AC", type: "Mains", files: ["online": "0"]),
            ],
            fault: ("energy_now", .garbage),
            values: laptopValues.merging(["BAT0/energy": nil, "AC/online": 0]) { _, new in new },
            missing: ["BAT0/energy": .io(errno: EBADMSG)], findings: ["energy_now": "io"]),
        Trap(
            testDescription: "a status that cannot be read", supplies: [.supply("BAT0", files: laptop)],
            fault: ("status", .failing(errno: EIO)),
            values: laptopValues.merging(["BAT0/discharge": nil, "BAT0/discharging": nil]) { _, new in new },
            // The fault affects only repeated reads, so that the discovery, which reads once, succeeded.
            missing: ["BAT0/discharge": .io(errno: EIO), "BAT0/discharging": .io(errno: EIO)]),
        Trap(
            testDescription: "a status that is none", supplies: [.supply("BAT0", files: laptop)],
            fault: ("status", .text("Unknown\n")),
            values: laptopValues.merging(["BAT0/discharge": nil, "BAT0/discharging": nil]) { _, new in new },
            missing: ["BAT0/discharge": .io(errno: ENODATA), "BAT0/discharging": .io(errno: ENODATA)],
            findings: ["BAT0/status": "unknown"]),
        Trap(
            testDescription: "the battery of a mouse",
            supplies: [
                .supply(
                    "hidpp_battery_0", files: ["status": "Discharging", "scope": "Device", "capacity": "55"])
            ],
            values: ["hidpp_battery_0/ratio": 0.55, "hidpp_battery_0/discharging": 1],
            findings: ["hidpp_battery_0": "peripheral"]),
        Trap(
            testDescription: "an empty bay",
            supplies: [.supply("BAT0", files: laptop.merging(["present": "0"]) { _, new in new })],
            values: laptopValues.mapValues { _ in nil }, missing: laptopValues.mapValues { _ in .absent },
            findings: ["power_supply": "idle"]),
        Trap(
            testDescription: "more than all of a charge",
            supplies: [.supply("BAT0", files: ["status": "Full", "capacity": "4711", "power_now": "0"])],
            values: ["BAT0/power": 0, "BAT0/discharge": nil, "BAT0/ratio": nil, "BAT0/discharging": 0],
            missing: ["BAT0/ratio": .implausible, "BAT0/discharge": .absent],
            findings: ["capacity": "implausible", "power_supply": "idle"]),
        Trap(
            testDescription: "USB-C and an uninterruptible supply",
            supplies: [
                .supply(
                    "ucsi-source-psy-USBC000:001", type: "USB",
                    files: ["online": "2", "voltage_now": "20000000", "current_now": "3250000"]),
                .supply("ups", type: "UPS", files: ["status": "Full", "capacity": "100", "online": "1"]),
            ],
            values: [
                "ucsi-source-psy-USBC000:001/power": 65, "ucsi-source-psy-USBC000:001/voltage": 20,
                "ucsi-source-psy-USBC000:001/current": 3.25, "ucsi-source-psy-USBC000:001/online": 1, "ups/ratio": 1,
                "ups/online": 1, "ups/discharging": 0,
            ],
            findings: ["ucsi-source-psy-USBC000:001": "nominal"]),
        Trap(
            testDescription: "ports that say what was negotiated, and one that measures",
            supplies: [
                .supply(
                    "charger", type: "USB",
                    files: [
                        "online": "1", "voltage_now": "15000000", "current_now": "3000000",
                        "usb_type": "Unknown SDP C [PD] PD_PPS",
                    ]),
                .supply(
                    "usb", type: "USB",
                    files: [
                        "online": "1", "voltage_now": "5000000", "current_now": "1500000", "usb_type": "SDP [DCP] CDP",
                    ]),
            ],
            values: [
                "charger/power": 45, "charger/voltage": 15, "charger/current": 3, "charger/online": 1, "usb/power": 7.5,
                "usb/voltage": 5, "usb/current": 1.5, "usb/online": 1,
            ],
            findings: ["charger": "nominal"]),
        Trap(
            testDescription: "a power that current and voltage contradict",
            supplies: [
                .supply("BAT0", files: laptop.merging(["power_now": "31000000", "current_now": "900000"]) { $1 })
            ],
            values: laptopValues.merging(["BAT0/power": nil, "BAT0/discharge": nil, "BAT0/current": 0.9]) { $1 },
            missing: ["BAT0/power": .implausible, "BAT0/discharge": .implausible],
            findings: ["power_now": "contradictory"]),
        Trap(
            testDescription: "a power of almost 0 that current and voltage contradict",
            supplies: [
                .supply("BAT0", files: laptop.merging(["power_now": "50000", "current_now": "1000000"]) { $1 })
            ],
            values: laptopValues.merging(["BAT0/power": nil, "BAT0/discharge": nil, "BAT0/current": 1]) { $1 },
            missing: ["BAT0/power": .implausible, "BAT0/discharge": .implausible],
            findings: ["power_now": "contradictory"]),
        Trap(
            testDescription: "a port under a contract, and one that shows nothing of its own",
            supplies: [
                .supply(
                    "port1", type: "USB",
                    files: ["online": "1", "voltage_now": "5000000", "current_now": "1000000", "usb_type": "C [PD]"]),
                .supply("port2", type: "USB", files: ["online": "1", "usb_type": "C [PD]"]),
            ],
            values: [
                "port1/power": 5, "port1/voltage": 5, "port1/current": 1, "port1/online": 1, "port2/online": 1,
            ],
            findings: ["port1": "nominal"]),
        Trap(
            testDescription: "a current of another unit than the power",
            supplies: [.supply("BAT0", files: laptop.merging(["current_now": "830"]) { $1 })],
            values: laptopValues.merging(["BAT0/current": 0.00083]) { $1 }),
        Trap(
            testDescription: "zeros for everything, as after a resume",
            supplies: [
                .supply(
                    "BAT0",
                    files: [
                        "status": "Discharging", "present": "1", "voltage_now": "0", "power_now": "0",
                        "energy_now": "0", "capacity": "0",
                    ])
            ],
            values: [
                "BAT0/power": nil, "BAT0/discharge": nil, "BAT0/voltage": nil, "BAT0/energy": nil, "BAT0/ratio": nil,
                "BAT0/discharging": 1,
            ],
            missing: [
                "BAT0/power": .implausible, "BAT0/discharge": .implausible, "BAT0/voltage": .implausible,
                "BAT0/energy": .implausible, "BAT0/ratio": .implausible,
            ],
            findings: ["BAT0": "contradictory"]),
        Trap(
            testDescription: "zeros for everything while it is charged",
            supplies: [
                .supply("BAT0", files: ["status": "Charging", "voltage_now": "0", "power_now": "0", "energy_now": "0"])
            ],
            values: [
                "BAT0/power": nil, "BAT0/discharge": nil, "BAT0/voltage": nil, "BAT0/energy": nil,
                "BAT0/discharging": 0,
            ],
            missing: [
                "BAT0/power": .implausible, "BAT0/discharge": .absent, "BAT0/voltage": .implausible,
                "BAT0/energy": .implausible,
            ],
            findings: ["BAT0": "contradictory", "power_supply": "idle"]),
        Trap(
            testDescription: "a store of many times what the battery can hold",
            supplies: [
                .supply(
                    "BAT0",
                    files: laptop.merging([
                        "energy_now": "701000000", "energy_full": "50000000", "energy_full_design": "0",
                    ]) { $1 })
            ],
            values: laptopValues.merging(["BAT0/energy": nil]) { $1 }, missing: ["BAT0/energy": .implausible],
            findings: ["energy_now": "implausible"]),
        Trap(
            testDescription: "a store of more than twice its design",
            supplies: [
                .supply(
                    "BAT0", files: laptop.merging(["energy_now": "120000000", "energy_full_design": "50000000"]) { $1 })
            ],
            values: laptopValues.merging(["BAT0/energy": 432_000]) { $1 }),
        Trap(
            testDescription: "a direction that only the unplugged adapter shows",
            supplies: [
                .supply("BAT0", files: laptop.merging(["status": "Unknown"]) { $1 }),
                .supply("ADP1", type: "Mains", files: ["online": "0"]),
            ],
            values: laptopValues.merging(["ADP1/online": 0]) { $1 }),
        Trap(
            testDescription: "an unknown direction beside an adapter that is plugged in, or has no such file",
            supplies: [
                .supply("BAT0", files: laptop.merging(["status": "Unknown"]) { $1 }),
                .supply("ADP1", type: "Mains", files: ["online": "0"]),
                .supply("usb", type: "USB", files: ["online": "1"]),
            ],
            values: laptopValues.merging(
                ["BAT0/discharge": nil, "BAT0/discharging": nil, "ADP1/online": 0, "usb/online": 1]) { $1 },
            missing: ["BAT0/discharge": .io(errno: ENODATA), "BAT0/discharging": .io(errno: ENODATA)],
            findings: ["BAT0/status": "unknown"]),
        Trap(
            testDescription: "two batteries of unknown direction, one of which rests",
            supplies: [
                .supply("BAT0", files: laptop.merging(["status": "Unknown"]) { $1 }),
                .supply("BAT1", files: ["status": "Unknown", "power_now": "0"]),
                .supply("ADP1", type: "Mains", files: ["online": "0"]),
            ],
            values: laptopValues.merging(
                ["BAT1/power": 0, "BAT1/discharge": nil, "BAT1/discharging": nil, "ADP1/online": 0]) { $1 },
            missing: ["BAT1/discharge": .absent, "BAT1/discharging": .io(errno: ENODATA)],
            findings: ["BAT1/status": "unknown"]),
        Trap(
            testDescription: "a supply of a kind that cannot be read", supplies: [.supply("BAT0", files: laptop)],
            fault: ("type", .missing),
            values: laptopValues.filter { !["BAT0/discharge", "BAT0/discharging"].contains($0.key) },
            findings: ["type": "absent"]),
    ])
    func `healthy channels have the files' values, and the faulty one is named`(trap: Trap) throws {
        let machine = try MockMachine()
        let supplies = try trap.supplies.map { try machine.add($0) }
        if let (file, fault) = trap.fault { try supplies[0].inject(fault, at: file) }
        let sensor = PowerSupplySensor(roots: machine.roots)
        var sampler = try Sampler(SensorSet(only: [sensor]))
        let snapshot = sampler.snapshot()
        let shown = zip(snapshot.topology.channels, snapshot.channels).map { (String($0.id.dropFirst(7)), $1) }
        #expect(Dictionary(uniqueKeysWithValues: shown.map { ($0, $1.value) }) == trap.values)
        let missing = shown.filter { $1.status != .ok }.map { ($0, $1.status) }
        #expect(Dictionary(uniqueKeysWithValues: missing) == trap.missing)
        for (subject, reason) in trap.findings {
            #expect(snapshot.topology.findings.contains { $0.subject.hasSuffix(subject) && $0.reason.name == reason })
        }
        #expect(snapshot.topology.findings.count == trap.findings.count)
        #expect(SensorConformance.check(sensor, isStill: true) == [])
    }
}
