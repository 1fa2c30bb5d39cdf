// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "third-party-sensor",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "MeterSensor", targets: ["MeterSensor"]),
        .library(name: "EventSensor", targets: ["EventSensor"]),
    ],
    dependencies: [
        // Without traits the library needs no other package, and none is fetched.
        .package(name: "power-sensors", path: "../..", traits: [])
    ],
    targets: ["MeterSensor", "EventSensor"].flatMap { name in
        [
            .target(name: name, dependencies: [.product(name: "PowerSensors", package: "power-sensors")]),
            .testTarget(
                name: "\(name)Tests",
                dependencies: [
                    .byName(name: name),
                    .product(name: "PowerSensors", package: "power-sensors"),
                    .product(name: "PowerSensorsTesting", package: "power-sensors"),
                ]
            ),
        ]
    }
)

package.targets.append(
    .executableTarget(
        name: "Plug",
        dependencies: ["MeterSensor", .product(name: "PowerSensors", package: "power-sensors")]
    )
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
