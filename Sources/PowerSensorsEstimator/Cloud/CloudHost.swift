package import PowerSensorsMachine

/// The physical machines that a cloud's instances of a family run on.
package struct CloudHost: Hashable, Sendable {
    /// The processor's name. Clouds have models of their own, which are sold to nobody else.
    package let processor: String

    package let sockets: Int

    package let coresPerSocket: Int

    /// How many virtual processors are sold, which may be fewer than there are threads.
    package let virtualProcessors: Int

    /// The memory in GB of 2³⁰ bytes: that of the largest instance, at least.
    package let memoryGigabytes: Double

    /// The physical cores of all sockets.
    package var cores: Int { sockets * coresPerSocket }

    /// The hosts that an instance type may run on, the most usual first; empty if the family is not in the table.
    package static func all(of type: InstanceType) -> [CloudHost] {
        rows(of: type.provider).filter { $0.families.contains(type.family) }.map(\.host)
    }

    /// The host that an instance type runs on; nil if its family is not in the table.
    ///
    /// Some families have hosts of several kinds. A type runs on those that are as large as it is, and the guest's own
    /// processor tells which: by its name, or by its generation if the hypervisor changes the name.
    package static func host(of type: InstanceType, seenAs processor: ProcessorIdentity) -> CloudHost? {
        let possible = all(of: type).filter { processor.vendor == .other || $0.vendor == processor.vendor }
        let largest = possible.map(\.virtualProcessors).max() ?? 0
        let hosts = possible.filter { $0.virtualProcessors >= min(type.virtualProcessors ?? 0, largest) }
        let key = ProcessorKey(processor.name).text
        if !key.isEmpty, let same = hosts.first(where: { ProcessorKey($0.processor).text == key }) { return same }
        let generation = processor.generation.generation
        return hosts.first { $0.generation == generation } ?? hosts.first
    }

    /// The generation of the processor.
    private var generation: CPUGeneration? { match.basis == .name ? match.generation : nil }

    /// The generation of the processor, and how it was found.
    var match: GenerationMatch { ProcessorIdentity(vendor: vendor, name: processor).generation }

    private var vendor: CPUVendor {
        processor.hasPrefix("Intel") ? .intel : processor.hasPrefix("AMD") ? .amd : .arm
    }

    /// Whether a processor's name is that of a model that is made for clouds alone.
    package static func isCloudProcessor(_ name: ProcessorName, _ key: ProcessorKey) -> Bool {
        if [.amazon, .google, .microsoft, .alibaba].contains(name.maker) || cloudProcessors.contains(key.text) {
            return true
        }
        // In the names of most EPYCs that are sold to one cloud, a letter for it is the second: 7R32, 7V13, 9B14, 9J45. The
        // F and H of 7F52 and 7H12 stand for frequency and heat, and a 7A53 is a supercomputer's.
        let letters = key.text.dropFirst().prefix(1)
        return name.maker == .amd && key.text.count == 4 && ["7", "9"].contains(key.text.prefix(1))
            && letters.allSatisfy { ("a"..."z").contains($0) && !"fha".contains($0) }
    }

    /// The keys of the models that are made for clouds alone: the table's, and others that Azure's, Google's and Oracle's
    /// guests show. What anybody may buy is left out.
    private static let cloudProcessors: Set<String> = [
        // Amazon.
        "e52666v3", "e52676v3", "e52686v4", "8124m", "8151", "8175m", "8252c", "8259cl", "8275cl", "8375c", "8488c",
        "7571",
        // Microsoft.
        "e52673v3", "e52673v4", "8171m", "8272cl", "8370c", "8473c", "8573c", "8573b", "7763v", "9v33x",
        // Google.
        "8173m", "8273cl", "8373c", "8481c", "8581c", "6253cl",
        // Alibaba, Oracle and Tencent.
        "8163", "8269cy", "8369b", "8369hb", "8167m", "8255c", "8374c",
    ]
}
