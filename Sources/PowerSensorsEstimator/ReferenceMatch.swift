import Glibc

/// A server that is estimated, described by the features in which it is compared with the machines that the model was
/// fitted to.
struct ReferenceMatch {
    /// The features.
    let features: ReferencePoints.Features

    /// Whether there are machines of its generation in the data.
    var isInData: Bool { features.brand != nil }

    /// How much is known about the server.
    let knowledge: ReferencePoints.Knowledge

    /// What an estimate of the server is based on.
    let basis: ServerEstimate.Basis

    /// Whether the processor's name says that it is made for little power.
    let isForLittlePower: Bool

    /// What the data have of the processor, and the maker's number for the bands.
    private let found: (processor: EstimateSupport.Processor, maker: Int?)

    init(_ server: ModelledServer, among points: ReferencePoints) {
        let entry = points.entry(of: server.generation)
        let maker = points.maker(named: server.maker)
        var features = ReferencePoints.Features(
            generation: server.hasUnseenGeneration ? nil : entry?.number, maker: maker,
            key: points.key(server.processorKey), year: entry?.year ?? 0, brand: entry?.brand,
            logSize: SIMD3(
                log(Double(server.sockets)),
                log(Double(server.cores) / Double(server.sockets)),
                log(server.memoryGigabytes / Double(server.sockets) / 32)
            ),
            logMegahertz: 0, logDesign: 0
        )
        let same = points.points.filter { [features] in $0.features.hasSameProcessor(as: features) }
        let alike = same.isEmpty ? points.points.filter { $0.features.generation == features.generation } : same
        let megahertz = server.megahertz ?? Self.typical(features, alike) { $0.logMegahertz }.map { exp($0) } ?? 2500
        features.logMegahertz = log(max((megahertz / 10).rounded(.toNearestOrEven), 1) * 10)
        features.logDesign =
            server.designPower.map { log($0) } ?? Self.typical(features, alike) { $0.logDesign }
            ?? ReferencePoints.designCentre
        self.features = features
        isForLittlePower = ProcessorKey.isForLittlePower(server.processorKey)

        if server.processorKey.isEmpty || features.generation == nil {
            (knowledge, basis) = (.generation, .generation)
        } else if maker == nil {
            (knowledge, basis) = (.processor, same.isEmpty ? .unseenProcessor : .processor)
        } else {
            (knowledge, basis) = (.maker, same.isEmpty ? .makerOfUnseenProcessor : .maker)
        }
        let isOfMaker = same.contains {
            $0.features.hasSameMaker(as: features) && $0.features.logSize.x == features.logSize.x
        }
        let isRare = maker == nil && !server.maker.isEmpty
        found = (
            isOfMaker && knowledge == .maker ? .ofMaker : same.isEmpty ? .unknown : .known,
            knowledge == .maker ? maker : isRare ? 0 : nil
        )
    }

    /// What supports the server's estimate.
    ///
    /// - Parameter deviation: The logarithm of the standard deviation that the most similar machine leaves open.
    func support(sockets: Int, deviation: Double) -> EstimateSupport {
        EstimateSupport(
            deviation: deviation, processor: found.processor, sockets: sockets, generation: features.generation,
            maker: found.maker)
    }

    /// The mean of a value over machines that are alike, in which those with a similar number of cores count most; nil
    /// if there are none.
    ///
    /// - Parameter alike: Machines with the same processor; if there are none, those of its generation.
    private static func typical(
        _ features: ReferencePoints.Features, _ alike: [ReferencePoints.Point],
        _ value: (ReferencePoints.Features) -> Double
    ) -> Double? {
        var sum = 0.0
        var weights = 0.0
        for point in alike {
            // 0.35 is the difference of the logarithms of cores at which a machine counts 60 %.
            let difference = (point.features.logSize.y - features.logSize.y) / 0.35
            let weight = exp(-0.5 * difference * difference) + 1e-9
            sum += weight * value(point.features)
            weights += weight
        }
        return weights > 0 ? sum / weights : nil
    }
}
