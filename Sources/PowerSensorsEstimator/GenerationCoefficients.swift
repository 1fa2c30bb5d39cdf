/// The model's numbers for one generation of processors, and how servers of that generation are typically equipped.
///
/// The numbers were fitted to published SPECpower_ssj2008 results: AC watts at the plug, at idle and ten load levels,
/// of whole servers from 2007 to 2026. SPEC® and SPECpower_ssj2008® are trademarks of the Standard Performance
/// Evaluation Corporation; its results are at spec.org. What is computed from these numbers is an estimate, not a SPEC
/// metric.
package struct GenerationCoefficients: Hashable, Sendable {
    /// The generation's term in the natural logarithm of the idle watts.
    let idle: Double

    /// The generation's term in the natural logarithm of the watts at full load.
    let maximum: Double

    /// How power rises between the two; for generations without published curves, the median of all.
    package let curve: LoadCurve

    /// The median memory, in GB per physical core.
    let gigabytesPerCore: Double

    /// The median number of physical cores per socket.
    package let coresPerSocket: Int

    /// Hardware threads per core.
    package let threadsPerCore: Int
}

extension CPUGeneration {
    /// The generation's row: idle, maximum, jump and slope of the curve, then typical memory, cores and threads.
    package var coefficients: GenerationCoefficients {
        switch self {
        case .before2009: row(1.1048851440296905, 0.7240187828382023, 0.00819678573118747, 1.136385412280809, 2.0, 4, 1)
        case .k10: row(0.6971639151966734, 0.4435475074532468, 0.11597712260468997, 0.9852548755596262, 1.0, 6, 1)
        case .nehalem: row(0.45661765842411456, 0.6411587017483003, 0.09139401950314258, 0.9143220806344527, 1.0, 4, 2)
        case .westmere: row(0.2124585723277863, 0.4516962035920621, 0.1751295940878199, 0.8144659523923428, 1.0, 6, 2)
        case .bulldozer:
            row(0.05114755124190363, 0.15755963336353304, 0.09623911255761894, 1.0954507668578612, 1.33, 16, 1)
        case .sandyBridge:
            row(-0.06468819166572355, 0.3043389048985963, 0.05365516903908548, 0.6400876865519222, 1.5, 8, 2)
        case .ivyBridge:
            row(-0.14029948775393447, 0.08882225250656939, 0.035473512683154615, 0.6990514331152876, 2.0, 4, 2)
        case .haswell:
            row(-0.43806100603507697, -0.049893769781814305, 0.122116466883497, 0.7480561055235042, 1.78, 18, 2)
        case .broadwell:
            row(-0.6040454254264386, -0.2304384587085305, 0.14788966116639748, 0.7056631987360369, 1.6, 22, 2)
        case .skylakeClient:
            row(-0.6374030887284045, -0.39964839368901717, 0.047551825367982394, 0.6818016600497058, 4.0, 4, 2)
        case .skylake:
            row(-0.5622518833584329, 0.08143734104098471, 0.11457772068796626, 0.6589338270065069, 3.43, 28, 2)
        case .naples: row(0.0097403827790942, -0.2901826624144275, 0.21095199423429795, 0.8655267612438373, 2.0, 32, 2)
        case .cascadeLake:
            row(-0.4279401909135593, -0.035909948372985126, 0.1199650335323692, 0.631143101121647, 3.43, 28, 2)
        case .coffeeLake:
            row(-0.57609391085827, -0.1581012312436035, -0.00010476789788071937, 0.5695531985707618, 2.33, 7, 2)
        case .rome: row(-0.04906539848999318, -0.2985507064337477, 0.252434048605329, 0.8526916121783394, 2.0, 64, 2)
        case .cooperLake:
            row(-0.29804401712807416, 0.1325621337954329, 0.10411267097826168, 0.6404019143190146, 3.43, 28, 2)
        case .iceLake:
            row(0.15136793813305344, 0.20114681475246315, 0.08680549367599336, 0.5677339745636425, 3.2, 40, 2)
        case .milan: row(0.04633968132548992, -0.22943738480861933, 0.16014341950794087, 0.6816025335229633, 2.0, 64, 2)
        case .rocketLake:
            row(-0.37793551926238494, -0.21501796988108435, 0.04507782490094306, 0.5390688321994477, 2.0, 8, 2)
        case .genoa: row(0.11984621372627985, -0.1814106342069869, 0.16504740625910497, 0.7995837261028638, 2.0, 96, 2)
        case .sapphireRapids:
            row(0.44703606662831724, 0.3647856275752347, 0.08944845196928851, 0.6687893870358875, 4.0, 56, 2)
        case .altra: row(0.39140552837896275, -0.622464692718508, 0.08395422566817762, 0.7094338920447527, 1.0, 128, 1)
        case .emeraldRapids:
            row(0.2179601683703293, 0.2808939571070245, 0.09393986779333596, 0.6218196045395108, 4.0, 64, 2)
        case .turin: row(0.18873008348013096, -0.14248604579048096, 0.1635297337529856, 0.7022014129956402, 1.2, 160, 2)
        case .raptorLake:
            row(-0.5201615129295423, -0.1113590864139242, 0.12268852004270567, 0.7844926847554041, 4.0, 8, 2)
        case .graniteRapids: row(0.6103553140999157, 0.28609991152522307, nil, nil, 2.98, 86, 2)
        case .sierraForest: row(0.5329682213874242, -0.07240003222592069, nil, nil, 1.78, 144, 1)
        case .zenAM5: row(-0.27604663333777635, -0.16927871990706977, nil, nil, 2.67, 12, 2)
        case .other: row(-0.26598617364015764, -0.951488035603735, nil, nil, 1.0, 16, 1)
        }
    }

    /// A row of the table. Jump and slope are nil for generations without published curves.
    private func row(
        _ idle: Double, _ maximum: Double, _ jump: Double?, _ slope: Double?, _ memory: Double, _ cores: Int,
        _ threads: Int
    ) -> GenerationCoefficients {
        GenerationCoefficients(
            idle: idle, maximum: maximum,
            curve: LoadCurve(jump: jump ?? 0.11279312607692554, slope: slope ?? 0.6729596383159515),
            gigabytesPerCore: memory, coresPerSocket: cores, threadsPerCore: threads)
    }
}
