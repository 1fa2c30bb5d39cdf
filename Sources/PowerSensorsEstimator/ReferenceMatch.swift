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

    /// What an estimate of the server is based on, which determines its error band.
    let basis: ServerEstimate.Basis

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

    /// The mean frequency of the same processor in the data; if it is not in the data, that of its generation, in which
    /// machines with a similar number of cores count most; without such machines, 2500 MHz.
    private static func typicalMegahertz(
        of features: ReferencePoints.Features, among points: ReferencePoints
    ) -> Double {
        let same = points.points.filter { $0.features.hasSameProcessor(as: features) }.map(\.features.logMegahertz)
        if !same.isEmpty { return exp(same.reduce(0, +) / Double(same.count)) }
        var sum = 0.0
        var weights = 0.0
        for point in points.points where point.features.generation == features.generation {
            // 0.35 is the difference of the logarithms of cores at which a machine counts 60 %.
            let difference = (point.features.logSize.y - features.logSize.y) / 0.35
            let weight = exp(-0.5 * difference * difference) + 1e-9
            sum += weight * point.features.logMegahertz
            weights += weight
        }
        return weights > 0 ? exp(sum / weights) : 2500
    }
}
