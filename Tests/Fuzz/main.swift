// Feeds the parsers of what kernels write with texts that are almost right, for so many seconds.
//
//     Fuzz SECONDS [SEED]
//
// It ends with 1 and the seed of the input that broke something, which as SEED is tried again alone.
#if canImport(Glibc)
import Glibc
import PowerSensorsTestSupport
#endif

/// The property and seed that are being tried, for the message of a process that trapped.
nonisolated(unsafe) private let lastWords = UnsafeMutablePointer<CChar>.allocate(capacity: 200)

private func note(_ property: Property, _ seed: UInt64) {
    unsafe lastWords.withMemoryRebound(to: UInt8.self, capacity: 200) { words in
        var end = 0
        for byte in "fuzz: \(property.name) trapped; again: make fuzz SEED=\(seed)\n".utf8.prefix(199) {
            unsafe words[end] = byte
            end += 1
        }
        unsafe words[end] = 0
    }
}

for signal in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
    _ = Glibc.signal(signal) { _ in
        _ = unsafe write(2, lastWords, strlen(lastWords))
        _exit(1)
    }
}

private func fail(_ text: String) -> Never {
    print("fuzz: \(text)")
    exit(1)
}

let arguments = CommandLine.arguments.dropFirst()
guard let seconds = arguments.first.flatMap({ Double($0) }), arguments.count <= 2,
    arguments.count < 2 || UInt64(arguments.last ?? "") != nil
else { fail("call it as: Fuzz SECONDS [SEED]") }

let properties: [Property]
do {
    properties = textProperties + [counterProperty, try treeProperty()]
} catch {
    fail("no tree can be laid: \(error)")
}

/// Tries a seed on a property; its inputs follow from both alone.
private func attempt(_ property: Property, _ seed: UInt64) {
    note(property, seed)
    var mutator = Mutator(generator: SeededGenerator(seed: seed))
    do throws(Broken) {
        for _ in 0..<property.inputs { try property.check(&mutator) }
    } catch {
        fail("\(property.name): \(error.text); again: make fuzz SEED=\(seed)")
    }
}

if arguments.count == 2, let seed = UInt64(arguments.last ?? "") {
    for property in properties { attempt(property, seed) }
    print("fuzz: seed \(seed) breaks nothing")
    exit(0)
}

let began = ContinuousClock.now
// A different seed every time, so that all runs together try more inputs.
var seed = UInt64.random(in: 0..<1 << 48)
var rounds = 0
while ContinuousClock.now - began < .seconds(seconds) {
    for property in properties { attempt(property, seed) }
    seed += 1
    rounds += 1
}
let inputs = properties.map(\.inputs).reduce(0, +) * rounds
print("fuzz: \(inputs) inputs of \(properties.count) kinds in \(Int(seconds)) s broke nothing")
if rounds == 0 { fail("not one round was finished, which proves nothing") }
