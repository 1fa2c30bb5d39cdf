import PowerSensors
import Testing

private func server(
    _ generation: CPUGeneration = .cascadeLake, key: String = "8280", maker: String = "Dell Inc.", sockets: Int = 2
) -> ModelledServer {
    ModelledServer(
        generation: generation, sockets: sockets, cores: 28 * sockets, memoryGigabytes: 96 * Double(sockets),
        isClient: false, processorKey: key, maker: maker)
}

private func width(_ server: ModelledServer, known: KnownWatts = KnownWatts()) -> Double {
    let band = EstimatorModel.estimate(of: server, known: known).band
    return band.high - band.low
}

struct EstimateSupportTests {
    @Test func `the band is wider the fewer similar machines are in the data`() {
        let ofMaker = width(server())
        let ofNobody = width(server(maker: ""))
        let ofUnseenProcessor = width(server(key: "9999"))
        #expect(ofMaker < ofNobody)
        #expect(ofMaker < ofUnseenProcessor)
        #expect(width(server(maker: "Somebody")) > ofNobody)
        #expect(width(server(key: "", maker: "")) > ofMaker)
    }

    @Test func `between known ends the band is wider for generations whose curves differ more`() throws {
        func anchored(_ server: ModelledServer, _ idle: Double, _ maximum: Double) throws -> Double {
            width(server, known: try #require(KnownWatts(idle: Watts(idle), maximum: Watts(maximum))))
        }
        let old = try anchored(server(.westmere, key: "x5670"), 70, 250)
        #expect(try anchored(server(.iceLake, key: "8380"), 70, 250) > old)
        // The less power depends on the load, the less can be wrong about it.
        #expect(try anchored(server(.westmere, key: "x5670"), 200, 250) < old / 2)
    }

    @Test func `one known end narrows the band, and both narrow it further`() throws {
        let unseen = server(.genoa, key: "9934", maker: "")
        let free = EstimatorModel.estimate(of: unseen)
        let (idle, maximum) = (free.curve.idle, free.curve.maximum)
        let byIdle = width(unseen, known: try #require(KnownWatts(idle: idle, maximum: nil)))
        let byBoth = width(unseen, known: try #require(KnownWatts(idle: idle, maximum: maximum)))
        #expect(byIdle < width(unseen))
        #expect(byBoth < byIdle)
    }

    @Test(arguments: [1, 2, 3, 8, 1000, Int.max])
    func `every number of sockets has a band`(sockets: Int) {
        let band = EstimatorModel.estimate(
            of: ModelledServer(
                generation: .genoa, sockets: sockets, cores: sockets, memoryGigabytes: 1, isClient: false)
        ).band
        #expect(band.low > 0 && band.low < 1)
        #expect(band.high > 1 && band.high.isFinite)
    }
}

struct EstimateAdviceTests {
    private func advice(
        _ server: ModelledServer, known: KnownWatts = KnownWatts(), profile: LoadProfile = .powersave,
        isAssumed: Bool = false
    ) -> String {
        EstimatorModel.estimate(of: server, known: known, profile: profile).advice(isAssumed: isAssumed)
    }

    @Test func `an estimate says on how many machines it rests`() {
        let byMaker = advice(server())
        #expect(byMaker.contains(" machines with this processor in the data, "))
        #expect(byMaker.contains(" of them by this maker. "))
        #expect(advice(server(maker: "Somebody")).contains(", none of them by this maker. "))
        #expect(!advice(server(maker: "")).contains("maker"))
        #expect(
            advice(server(key: "9999")).contains(" machines of this generation in the data, none with this processor. ")
        )
    }

    @Test func `the fact that narrows the band most is named with its effect`() throws {
        let free = advice(server())
        #expect(
            free.contains(". --idle-watts would narrow it most: ")
                || free.contains(". --max-watts would narrow it most: "))
        #expect(free.hasSuffix(" % narrower."))
        let idle = advice(server(), known: try #require(KnownWatts(idle: Watts(50), maximum: nil)))
        #expect(idle.hasPrefix("It rests on the known watts at idle, and on "))
        #expect(idle.contains(". --max-watts would narrow it most: "))
        let anchored = advice(server(), known: try #require(KnownWatts(idle: Watts(50), maximum: Watts(400))))
        #expect(anchored.hasPrefix("It rests on the known watts at idle and at full load, and on "))
        #expect(anchored.hasSuffix("powersensors calibrate."))
    }

    @Test func `where the band is a judgement, watts of its own narrow it`() throws {
        #expect(advice(server(), profile: .performance).hasSuffix(": --idle-watts and --max-watts."))
        let idle = try #require(KnownWatts(idle: Watts(50), maximum: nil))
        #expect(advice(server(), known: idle, profile: .performance).hasSuffix(": --max-watts."))
        #expect(advice(server(), profile: .performance, isAssumed: true).hasSuffix("--sockets and --cores."))
        let anchored = try #require(KnownWatts(idle: Watts(50), maximum: Watts(400)))
        #expect(advice(server(), known: anchored, profile: .performance).hasSuffix("powersensors calibrate."))
    }

    @Test func `a guest is not told to measure`() {
        let estimate = EstimatorModel.estimate(of: server(), known: KnownWatts(), profile: .performance)
        let advice = estimate.advice(isAssumed: false, isForGuest: true)
        #expect(advice.hasPrefix("It rests on ") && !advice.contains("calibrate") && !advice.contains("--"))
    }

    @Test func `what is assumed comes before what is not known`() {
        #expect(advice(server(), isAssumed: true).hasSuffix("--sockets and --cores."))
        let guessed = ModelledServer(
            generation: .turin, sockets: 1, cores: 64, memoryGigabytes: 64, isClient: false, hasUnseenGeneration: true)
        #expect(advice(guessed, isAssumed: true).hasSuffix("--idle-watts and --max-watts."))
    }
}
