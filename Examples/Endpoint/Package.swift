// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "endpoint",
    platforms: [.macOS(.v26)],
    dependencies: [
        // With its default traits: the endpoint needs SwiftNIO.
        .package(name: "power-sensors", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "Endpoint",
            dependencies: [
                .product(name: "PowerSensors", package: "power-sensors"),
                .product(name: "PowerSensorsHTTP", package: "power-sensors"),
            ]
        ),
        .executableTarget(
            name: "TLSEndpoint",
            dependencies: [
                .product(name: "PowerSensors", package: "power-sensors"),
                .product(name: "PowerSensorsExporters", package: "power-sensors"),
                .product(name: "PowerSensorsHTTP", package: "power-sensors"),
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
