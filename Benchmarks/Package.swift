// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [
        // Without its name it is called after whatever folder it lies in.
        .package(name: "power-sensors", path: "..", traits: []),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "CTwin", path: "Benchmarks/CTwin", cSettings: [.define("_GNU_SOURCE")]),
        .target(
            name: "Fixtures",
            dependencies: [
                "CTwin",
                .product(name: "PowerSensors", package: "power-sensors"),
            ],
            path: "Benchmarks/Fixtures"
        ),
        // A program of its own: what links PowerSensorsTesting has its reads pass through the fault injection.
        .executableTarget(
            name: "LayMachine",
            dependencies: [.product(name: "PowerSensorsTesting", package: "power-sensors")],
            path: "Benchmarks/LayMachine"
        ),
        .executableTarget(
            name: "Compare",
            dependencies: [
                "CTwin", "Fixtures",
                .product(name: "PowerSensors", package: "power-sensors"),
                .product(name: "PowerSensorsExporters", package: "power-sensors"),
            ],
            path: "Benchmarks/Compare"
        ),
        .executableTarget(
            name: "PowerSensorsBenchmarks",
            dependencies: ["CTwin", "Fixtures", .product(name: "Benchmark", package: "benchmark")],
            path: "Benchmarks/PowerSensorsBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
    ]
)

for target in package.targets where target.name != "CTwin" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
    ]
}
