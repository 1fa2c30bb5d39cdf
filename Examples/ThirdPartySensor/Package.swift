// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "meter-sensor",
    platforms: [.macOS(.v26)],
    products: [.library(name: "MeterSensor", targets: ["MeterSensor"])],
    dependencies: [
        // Without traits the library needs no other package, and none is fetched.
        .package(name: "power-sensors", path: "../..", traits: [])
    ],
    targets: [
        .target(
            name: "MeterSensor",
            dependencies: [.product(name: "PowerSensors", package: "power-sensors")]
        ),
        .testTarget(
            name: "MeterSensorTests",
            dependencies: [
                "MeterSensor",
                .product(name: "PowerSensors", package: "power-sensors"),
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
