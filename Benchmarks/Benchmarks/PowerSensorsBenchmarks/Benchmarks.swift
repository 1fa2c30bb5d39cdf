import Benchmark
import CTwin
import Fixtures

let benchmarks: @Sendable () -> Void = {
}
