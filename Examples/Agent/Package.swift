// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "agent",
    platforms: [.macOS(.v26)],
    dependencies: [
        // Without traits the library needs no other package, and none is fetched.
        .package(name: "power-sensors", path: "../..", traits: [])
    ],
    targets: ["Agent", "FastLoop", "Watts", "WhoUsesIt", "Work"].map { name in
        .executableTarget(name: name, dependencies: [.product(name: "PowerSensors", package: "power-sensors")])
    }
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
