import Glibc

/// A server described by the features that the points of the fit are compared in.
struct ReferenceMatch {
    let features: ReferencePoints.Features

    /// Whether the data have its generation.
    let isInData: Bool

    /// How much is known of it.
    let knowledge: ReferencePoints.Knowledge

    /// The basis of an estimate of it.
    let basis: ServerEstimate.Basis

    init(_ server: ModelledServer, among points: ReferencePoints) {
        let entry = points.entry(of: server.generation)
        isInData = entry != nil
        let maker = points.maker(named: server.maker)
        var features = ReferencePoints.Features(
            generation: server.hasUnseenGeneration ? nil : entry?.number, maker: maker,
            key: points.key(server.processorKey), year: entry?.year ?? 0, brand: entry?.brand,
            logSize: SIMD3(
                log(Double(server.sockets)),
                log(Double(server.cores) / Double(server.sockets)),
                log(server.memoryGigabytes / Double(server.sockets) / 32)
            ),
            logMegahertz: 0
        )
        let megahertz = server.megahertz ?? Self.typicalMegahertz(of: features, among: points)
        features.logMegahertz = log(max((megahertz / 10).rounded(.toNearestOrEven), 1) * 10)
        self.features = features

        let isSeen = points.points.contains { $0.features.hasSameProcessor(as: features) }
        if server.processorKey.isEmpty || features.generation == nil {
            (knowledge, basis) = (.generation, .generation)
        } else if maker == nil {
            (knowledge, basis) = (.processor, isSeen ? .processor : .unseenProcessor)
        } else {
            (knowledge, basis) = (.maker, isSeen ? .maker : .makerOfUnseenProcessor)
        }
    }

    /// The frequency of the same processor in the data, else the mean of its generation, weighted by similarity of
    /// size.
    private static func typicalMegahertz(
        of features: ReferencePoints.Features, among points: ReferencePoints
    ) -> Double {
        var sum = 0.0
        var weights = 0.0
        for point in points.points where point.features.hasSameProcessor(as: features) {
            sum += point.features.logMegahertz
            weights += 1
        }
        if weights == 0 {
            for point in points.points where point.features.generation == features.generation {
                let difference = (point.features.logSize.y - features.logSize.y) / 0.35
                let weight = exp(-0.5 * difference * difference) + 1e-9
                sum += weight * point.features.logMegahertz
                weights += weight
            }
        }
        return weights > 0 ? exp(sum / weights) : 2500
    }
}
