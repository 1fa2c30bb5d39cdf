// swift-tools-version: 6.2
import PackageDescription

/// Every product of another package is used on this condition: a program that says `traits: []` fetches none of them.
let withExporters = TargetDependencyCondition.when(traits: ["Exporters"])
let withMetrics = TargetDependencyCondition.when(traits: ["Metrics"])

let package = Package(
    name: "power-sensors",
    platforms: [.macOS(.v26)],  // Span; the sensors themselves are Linux only.
    products: [
        .library(name: "PowerSensors", targets: ["PowerSensors"]),
        .library(name: "PowerSensorsCarbon", targets: ["PowerSensorsCarbon"]),
        .library(name: "PowerSensorsExporters", targets: ["PowerSensorsExporters"]),
        .library(name: "PowerSensorsHTTP", targets: ["PowerSensorsHTTP"]),
        .library(name: "PowerSensorsPush", targets: ["PowerSensorsPush"]),
        .library(name: "PowerSensorsMetrics", targets: ["PowerSensorsMetrics"]),
        .library(name: "PowerSensorsHistory", targets: ["PowerSensorsHistory"]),
        .library(name: "PowerSensorsTesting", targets: ["PowerSensorsTesting"]),
        .executable(name: "powersensors", targets: ["PowerSensorsCommand"]),
    ],
    traits: [
        .trait(
            name: "Exporters",
            description: "The command, the endpoint and the pushes, with the packages that they need."
        ),
        .trait(name: "Metrics", description: "The bridge to swift-metrics, which is the only package that it needs."),
        .trait(name: "History", description: "The history that is kept on the machine, for which SQLite is linked."),
        .default(enabledTraits: ["Exporters", "Metrics", "History"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // The library, in layers: each uses what stands above it, and siblings never each other.
        .target(name: "CPowerSensors"),
        .target(name: "PowerSensorsCore", dependencies: ["CPowerSensors"]),
        .target(name: "PowerSensorsMachine", dependencies: ["PowerSensorsCore", "CPowerSensors"]),
        .source("RAPL"),
        .source("Hwmon"),
        .source("PowerSupply"),
        .source("GuestShare"),
        .source("Resctrl"),
        .target(name: "PowerSensorsEstimator", dependencies: ["PowerSensorsMachine", "PowerSensorsCore"]),
        .target(
            name: "PowerSensorsAttribution", dependencies: ["PowerSensorsMachine", "PowerSensorsCore", "CPowerSensors"]),
        .target(
            name: "PowerSensors",
            dependencies: [
                "PowerSensorsCore", "PowerSensorsMachine", "PowerSensorsRAPL", "PowerSensorsHwmon",
                "PowerSensorsPowerSupply", "PowerSensorsGuestShare", "PowerSensorsResctrl", "PowerSensorsEstimator",
                "PowerSensorsAttribution",
            ]
        ),
        .target(name: "PowerSensorsCarbon", dependencies: ["PowerSensors"]),
        // The interface for other languages, on the public API alone. Scripts/library.sh links it: libpowersensors.so.0.
        .target(name: "CPowerSensorsLibrary"),
        .target(name: "PowerSensorsLibrary", dependencies: ["CPowerSensorsLibrary", "PowerSensors"]),
        .target(
            name: "CPowerSensorsGzip",
            cSettings: [.define("POWERSENSORS_EXPORTERS", .when(traits: ["Exporters"]))],
            linkerSettings: [.linkedLibrary("z", .when(traits: ["Exporters"]))]
        ),
        .target(
            name: "PowerSensorsExporters", dependencies: ["PowerSensors", "CPowerSensors", "CPowerSensorsGzip"]),
        .target(
            name: "CPowerSensorsHTTP",
            exclude: ["LivePage"],
            cSettings: [.define("POWERSENSORS_EXPORTERS", .when(traits: ["Exporters"]))]
        ),
        .target(
            name: "PowerSensorsHTTP",
            dependencies: [
                "CPowerSensorsHTTP", "PowerSensors", "PowerSensorsExporters",
                .product(name: "NIOCore", package: "swift-nio", condition: withExporters),
                .product(name: "NIOPosix", package: "swift-nio", condition: withExporters),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: withExporters),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: withExporters),
            ]
        ),
        .target(
            name: "PowerSensorsPush",
            dependencies: [
                "PowerSensors", "PowerSensorsExporters",
                .product(name: "NIOCore", package: "swift-nio", condition: withExporters),
                .product(name: "NIOPosix", package: "swift-nio", condition: withExporters),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: withExporters),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: withExporters),
            ]
        ),
        .target(
            name: "PowerSensorsMetrics",
            dependencies: [
                "PowerSensors", "PowerSensorsExporters",
                .product(name: "CoreMetrics", package: "swift-metrics", condition: withMetrics),
            ]
        ),
        .target(
            name: "CPowerSensorsSQLite",
            cSettings: [.define("POWERSENSORS_HISTORY", .when(traits: ["History"]))],
            linkerSettings: [.linkedLibrary("sqlite3", .when(traits: ["History"]))]
        ),
        .target(
            name: "PowerSensorsHistory",
            dependencies: ["CPowerSensorsSQLite", "PowerSensors", "PowerSensorsExporters"]
        ),
        .target(name: "CPowerSensorsTesting"),
        .target(name: "PowerSensorsTesting", dependencies: ["PowerSensors", "CPowerSensorsTesting"]),
        .executableTarget(
            name: "PowerSensorsCommand",
            dependencies: [
                "CPowerSensors",
                "PowerSensors",
                "PowerSensorsCarbon",
                "PowerSensorsExporters",
                "PowerSensorsHTTP",
                "PowerSensorsHistory",
                "PowerSensorsMachine",
                "PowerSensorsPush",
                .product(name: "ArgumentParser", package: "swift-argument-parser", condition: withExporters),
            ]
        ),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .target(
            name: "PowerSensorsTestSupport",
            dependencies: ["PowerSensors", "PowerSensorsTesting"],
            path: "Tests/PowerSensorsTestSupport"
        ),
        .executableTarget(
            name: "PerfProbe", dependencies: ["PowerSensors", "PowerSensorsTesting"], path: "Tests/PerfProbe"),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["PowerSensors", "CPowerSensors", "PowerSensorsTesting", "PowerSensorsTestSupport"],
            path: "Tests/Fuzz"
        ),
        .executableTarget(name: "Soak", dependencies: ["PowerSensors", "PowerSensorsTesting"], path: "Tests/Soak"),
        // A target that imports a module says so, even where another brings it along: else it is not compiled again when
        // that module changes, and runs with the old layout of its types.
        .libraryTests("Core", "CPowerSensors"),
        .libraryTests("Machine"),
        .libraryTests("Sources", "CAllocationCounter"),
        .libraryTests("Estimator"),
        .libraryTests("Attribution"),
        .libraryTests("", "CAllocationCounter"),
        .testTarget(
            name: "PowerSensorsLibraryTests",
            dependencies: ["CPowerSensorsLibrary", "PowerSensorsLibrary", "PowerSensors", "PowerSensorsTesting"]
        ),
        .testTarget(name: "PowerSensorsCarbonTests", dependencies: ["PowerSensors", "PowerSensorsCarbon"]),
        .testTarget(
            name: "PowerSensorsExportersTests",
            dependencies: [
                "PowerSensors", "PowerSensorsExporters", "PowerSensorsTesting", "PowerSensorsTestSupport",
                .product(name: "Subprocess", package: "swift-subprocess", condition: withExporters),
            ]
        ),
        .testTarget(
            name: "PowerSensorsHTTPTests",
            dependencies: [
                "PowerSensors", "PowerSensorsExporters", "PowerSensorsHTTP", "PowerSensorsTesting",
                "PowerSensorsTestSupport",
                .product(name: "NIOPosix", package: "swift-nio", condition: withExporters),
                .product(name: "Subprocess", package: "swift-subprocess", condition: withExporters),
            ]
        ),
        .testTarget(
            name: "PowerSensorsPushTests",
            dependencies: [
                "CPowerSensorsGzip", "PowerSensors", "PowerSensorsExporters", "PowerSensorsPush", "PowerSensorsTesting",
                "PowerSensorsTestSupport",
                .product(name: "NIOCore", package: "swift-nio", condition: withExporters),
                .product(name: "NIOPosix", package: "swift-nio", condition: withExporters),
                .product(name: "NIOHTTP1", package: "swift-nio", condition: withExporters),
                .product(name: "Subprocess", package: "swift-subprocess", condition: withExporters),
            ]
        ),
        .testTarget(
            name: "PowerSensorsMetricsTests",
            dependencies: [
                "PowerSensors", "PowerSensorsExporters", "PowerSensorsMetrics", "PowerSensorsTesting",
                .product(name: "CoreMetrics", package: "swift-metrics", condition: withMetrics),
                .product(name: "MetricsTestKit", package: "swift-metrics", condition: withMetrics),
            ]
        ),
        .testTarget(
            name: "PowerSensorsHistoryTests",
            dependencies: [
                "PowerSensors", "PowerSensorsExporters", "PowerSensorsHistory", "PowerSensorsTesting",
                "PowerSensorsTestSupport",
            ]
        ),
        .testTarget(
            name: "PowerSensorsTestingTests",
            dependencies: ["PowerSensors", "PowerSensorsTesting", "PowerSensorsTestSupport"]
        ),
        .testTarget(
            name: "PowerSensorsCommandTests",
            dependencies: [
                "PowerSensors", "PowerSensorsCarbon", "PowerSensorsCommand", "PowerSensorsExporters",
                "PowerSensorsHTTP", "PowerSensorsHistory", "PowerSensorsTesting", "PowerSensorsTestSupport",
                "PerfProbe",
                .product(name: "Subprocess", package: "swift-subprocess", condition: withExporters),
            ]
        ),
    ]
)

extension Target {
    /// A source of readings: a target of its own, so that the compiler keeps it from using another source.
    static func source(_ name: String) -> Target {
        .target(
            name: "PowerSensors\(name)",
            dependencies: ["PowerSensorsMachine", "PowerSensorsCore", "CPowerSensors"],
            path: "Sources/PowerSensorsSources/\(name)"
        )
    }

    /// The tests of a layer of the library, which see what a program sees that imports `PowerSensors`.
    static func libraryTests(_ layer: String, _ others: Dependency...) -> Target {
        .testTarget(
            name: "PowerSensors\(layer)Tests",
            dependencies: ["PowerSensors", "PowerSensorsTesting", "PowerSensorsTestSupport"] + others
        )
    }
}

for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
    ]
    // CI compiles what guests and the soak run optimised, and the tests, which are most of the code, as usual.
    if Context.environment["OPTIMIZE_ALL_BUT_TESTS"] != nil, target.type == .regular || target.type == .executable {
        target.swiftSettings?.append(.unsafeFlags(["-O", "-assert-config", "Debug"]))
    }
}
