// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmark-with-energy",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "power-sensors", path: "../..", traits: []),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Primes",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "PowerSensors", package: "power-sensors"),
            ],
            path: "Benchmarks/Primes",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
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
