// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "agent",
    platforms: [.macOS(.v26)],
    dependencies: [
        // Without traits the library needs no other package, and none is fetched.
        .package(name: "power-sensors", path: "../..", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "Agent",
            dependencies: [.product(name: "PowerSensors", package: "power-sensors")]
        ),
        .executableTarget(
            name: "PullLoop",
            dependencies: [.product(name: "PowerSensors", package: "power-sensors")]
        ),
        .executableTarget(
            name: "FastLoop",
            dependencies: [.product(name: "PowerSensors", package: "power-sensors")]
        ),
        .executableTarget(
            name: "WhoUsesIt",
            dependencies: [.product(name: "PowerSensors", package: "power-sensors")]
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
