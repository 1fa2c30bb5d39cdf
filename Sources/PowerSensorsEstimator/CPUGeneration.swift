/// The processor generations that the estimator's model distinguishes.
///
/// The raw value is the name in output and in the estimator's tables. Processors that differ little in the data share a
/// case: Genoa includes Bergamo and Siena.
package enum CPUGeneration: String, CaseIterable, Sendable {
    /// Core-2 Xeons, Netburst, K8 Opterons and older.
    case before2009 = "pre2009"

    /// Opteron 23xx to 61xx.
    case k10

    /// Xeon 55xx, 75xx, X34xx.
    case nehalem

    /// Xeon 56xx, E7 without a version.
    case westmere

    /// Opteron 42xx to 63xx.
    case bulldozer

    /// Xeon E3 and E5 without a version.
    case sandyBridge = "sandybridge"

    /// Xeon v2.
    case ivyBridge = "ivybridge"

    /// Xeon v3.
    case haswell

    /// Xeon v4, Xeon D-15xx.
    case broadwell

    /// Xeon E3 v5 and v6, with Kaby Lake.
    case skylakeClient = "skylake-client"

    /// Xeon Scalable, first generation.
    case skylake

    /// EPYC 7xx1.
    case naples

    /// Xeon Scalable, second generation.
    case cascadeLake = "cascadelake"

    /// Xeon E-21xx and E-22xx, with Comet Lake.
    case coffeeLake = "coffeelake"

    /// EPYC 7xx2.
    case rome

    /// Xeon Scalable, third generation, with four or eight sockets.
    case cooperLake = "cooperlake"

    /// Xeon Scalable, third generation, and Xeon D-17xx to D-28xx.
    case iceLake = "icelake"

    /// EPYC 7xx3.
    case milan

    /// Xeon E-23xx.
    case rocketLake = "rocketlake"

    /// EPYC 9xx4, 97x4 (Bergamo) and 8xx4 (Siena).
    case genoa

    /// Xeon Scalable, fourth generation.
    case sapphireRapids = "sapphirerapids"

    /// Ampere Altra and other Neoverse N1.
    case altra

    /// Xeon Scalable, fifth generation.
    case emeraldRapids = "emeraldrapids"

    /// EPYC 9xx5.
    case turin

    /// Xeon E-24xx and 63xxP.
    case raptorLake = "raptorlake"

    /// Xeon 6 with P cores.
    case graniteRapids = "graniterapids"

    /// Xeon 6 with E cores.
    case sierraForest = "sierraforest"

    /// EPYC 4004 and 4005, desktop-derived.
    case zenAM5 = "zen-am5"

    /// Everything else: Grace, systems on a chip, mobile parts.
    case other

    /// Whether all processors of the generation are desktop-derived and for a single socket.
    package var isClientOnly: Bool {
        switch self {
        case .skylakeClient, .coffeeLake, .rocketLake, .raptorLake, .zenAM5: true
        default: false
        }
    }
}
