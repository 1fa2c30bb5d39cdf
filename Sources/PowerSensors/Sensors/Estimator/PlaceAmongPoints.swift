#if canImport(Glibc)
import Glibc
#endif

/// A server as the points of the fit see it.
struct PlaceAmongPoints {
    /// In what it is compared.
    let likeness: ReferencePoints.Likeness

    /// Whether the data have its generation.
    let isInData: Bool

    /// How much is known of it.
    let knowledge: ReferencePoints.Knowledge

    /// What an estimate of it rests on.
    let basis: ServerEstimate.Basis

    /// The number of no generation of the data.
    private static let noGeneration = -1

    /// Places a server.
    init(_ server: ModelledServer, among points: ReferencePoints) {
        let place = points.place(of: server.generation)
        isInData = place != nil
        let maker = points.maker(named: server.maker)
        var likeness = ReferencePoints.Likeness(
            generation: server.isOfUnseenGeneration ? Self.noGeneration : place?.number ?? Self.noGeneration,
            maker: maker,
            key: server.processorKey.isEmpty ? ReferencePoints.noKey : points.key(server.processorKey),
            year: place?.year ?? 0,
            brand: place?.brand ?? -1,
            size: SIMD3(
                log(Double(server.sockets)),
                log(Double(server.cores) / Double(server.sockets)),
                log(server.memoryGigabytes / Double(server.sockets) / 32)
            ),
            megahertz: 0
        )
        let megahertz = server.megahertz ?? Self.usualMegahertz(of: likeness, among: points)
        likeness.megahertz = log(max((megahertz / 10).rounded(.toNearestOrEven), 1) * 10)
        self.likeness = likeness

        let isSeen = points.points.contains { $0.likeness.isOfProcessor(likeness) }
        if server.processorKey.isEmpty || likeness.generation == Self.noGeneration {
            knowledge = .generation
            basis = .generation
        } else if maker == 0 {
            knowledge = .processor
            basis = isSeen ? .processor : .unseenProcessor
        } else {
            knowledge = .maker
            basis = isSeen ? .maker : .makerOfUnseenProcessor
        }
    }

    /// The frequency of the same processor in the data, else the mean of its generation's, those of like size first.
    private static func usualMegahertz(
        of likeness: ReferencePoints.Likeness,
        among points: ReferencePoints
    ) -> Double {
        var sum = 0.0
        var weights = 0.0
        for point in points.points where point.likeness.isOfProcessor(likeness) {
            sum += point.likeness.megahertz
            weights += 1
        }
        if weights == 0 {
            for point in points.points where point.likeness.generation == likeness.generation {
                let difference = (point.likeness.size.y - likeness.size.y) / 0.35
                let weight = exp(-0.5 * difference * difference) + 1e-9
                sum += weight * point.likeness.megahertz
                weights += weight
            }
        }
        return weights > 0 ? exp(sum / weights) : 2500
    }
}
