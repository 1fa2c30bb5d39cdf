// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "power-sensors",
    platforms: [.macOS(.v26)],  // Span; the sensors themselves are Linux only.
    products: [
        .library(name: "PowerSensors", targets: ["PowerSensors"]),
        .library(name: "PowerSensorsExporters", targets: ["PowerSensorsExporters"]),
        .library(name: "PowerSensorsTesting", targets: ["PowerSensorsTesting"]),
        .executable(name: "powersensors", targets: ["PowerSensorsCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .target(name: "CPowerSensors"),
        .target(name: "PowerSensors", dependencies: ["CPowerSensors"]),
        .target(name: "PowerSensorsExporters", dependencies: ["PowerSensors"]),
        .target(name: "CPowerSensorsTesting"),
        .target(name: "PowerSensorsTesting", dependencies: ["PowerSensors", "CPowerSensorsTesting"]),
        .executableTarget(
            name: "PowerSensorsCommand",
            dependencies: [
                "PowerSensors",
                "PowerSensorsExporters",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
            ]
        ),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(
            name: "PowerSensorsTests",
            dependencies: ["PowerSensors", "CPowerSensors", "PowerSensorsTesting", "CAllocationCounter"]
        ),
        .testTarget(
            name: "PowerSensorsExportersTests",
            dependencies: ["PowerSensorsExporters", "PowerSensorsTesting"]
        ),
        .testTarget(name: "PowerSensorsTestingTests", dependencies: ["PowerSensorsTesting"]),
        .testTarget(
            name: "PowerSensorsCommandTests",
            dependencies: [
                "PowerSensorsCommand", "PowerSensorsTesting",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ]
        ),
    ]
)

for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
    ]
}
