// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "statsd-exporter",
    platforms: [.macOS(.v26)],
    products: [.library(name: "StatsDExporter", targets: ["StatsDExporter"])],
    dependencies: [
        // Without traits the library needs no other package, and none is fetched.
        .package(name: "power-sensors", path: "../..", traits: [])
    ],
    targets: [
        .target(
            name: "StatsDExporter",
            dependencies: [
                .product(name: "PowerSensors", package: "power-sensors"),
                .product(name: "PowerSensorsExporters", package: "power-sensors"),
            ]
        ),
        .executableTarget(
            name: "Lines",
            dependencies: [
                .product(name: "PowerSensors", package: "power-sensors"),
                .product(name: "PowerSensorsExporters", package: "power-sensors"),
            ]
        ),
        .testTarget(
            name: "StatsDExporterTests",
            dependencies: [
                "StatsDExporter",
                .product(name: "PowerSensors", package: "power-sensors"),
                .product(name: "PowerSensorsExporters", package: "power-sensors"),
                .product(name: "PowerSensorsTesting", package: "power-sensors"),
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
