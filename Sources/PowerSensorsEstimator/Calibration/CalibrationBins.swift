import PowerSensorsCore

/// What was learned of a machine's power at each load: running sums for bins of 2 % of the load.
///
/// It takes the same few kilobytes however long it learns, and can be kept in a file between runs: `Codable` as JSON.
/// Of every three windows, two are for the fit and one tests it, as in ``CalibrationFit``. A power far from what its bin
/// has shown so far counts only as far as four standard deviations.
public struct CalibrationBins: Hashable, Sendable {
    /// The sums of one bin.
    struct Bin: Hashable, Sendable {
        /// How many windows there were; not whole once old ones count less.
        var windows = 0.0
        /// The sum of their loads.
        var load = 0.0
        /// The sum of their watts.
        var power = 0.0
        /// The sum of their squared watts.
        var squares = 0.0

        /// The mean load and power; nil for a bin without windows.
        var point: CalibrationPoint? {
            windows > 0 ? CalibrationPoint(load: load / windows, power: Watts(power / windows)) : nil
        }

        /// The standard deviation of the watts.
        var deviation: Double {
            guard windows > 1 else { return 0 }
            let mean = power / windows
            return max(squares / windows - mean * mean, 0).squareRoot()
        }

        /// Adds a window. Once the bin is full, what it has counts half, so that it follows a slow change.
        mutating func add(_ point: CalibrationPoint) {
            var watts = point.power.rawValue
            if windows >= CalibrationBins.windowsForOutliers {
                let mean = power / windows
                let reach = 4 * max(deviation, mean * 0.02)
                watts = min(max(watts, mean - reach), mean + reach)
            }
            windows += 1
            load += point.load
            power += watts
            squares += watts * watts
            if windows > CalibrationBins.mostWindows {
                (windows, load, power, squares) = (windows / 2, load / 2, power / 2, squares / 2)
            }
        }
    }

    /// The number of bins.
    static let count = 50

    /// How many windows a bin needs before it knows what is far from them.
    private static let windowsForOutliers = 20.0

    /// How many windows fill a bin: those of an hour or more.
    private static let mostWindows = 4000.0

    /// The bins for the fit.
    private(set) var used = [Bin](repeating: Bin(), count: count)

    /// The bins for its test.
    private(set) var tested = [Bin](repeating: Bin(), count: count)

    /// How many windows were added.
    public private(set) var windows = 0

    /// Bins in which nothing is.
    public init() {}

    /// Adds the mean load and power of a window; one that cannot be is left out.
    public mutating func add(_ point: CalibrationPoint) {
        guard (0...1).contains(point.load), point.power.rawValue.isFinite, point.power.rawValue > 0,
            point.power.rawValue < 1e9
        else { return }
        let bin = min(Int(point.load * Double(Self.count)), Self.count - 1)
        // 2⁶² windows never happen, but a file may say so.
        windows = windows < 1 << 62 ? windows + 1 : windows
        if windows % 3 == 0 { tested[bin].add(point) } else { used[bin].add(point) }
    }
}

extension CalibrationBins: Codable {
    private enum CodingKeys: String, CodingKey { case windows, used, tested }

    /// Decodes and verifies the sums.
    ///
    /// - Throws: `DecodingError` if a value is missing or impossible.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        windows = try values.decode(Int.self, forKey: .windows)
        used = try Self.bins(.used, in: values)
        tested = try Self.bins(.tested, in: values)
        guard windows >= 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .windows, in: values, debugDescription: "windows must not be negative")
        }
    }

    /// Encodes the sums: for each bin, windows, load, power and squared power.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(windows, forKey: .windows)
        try values.encode(used.map { [$0.windows, $0.load, $0.power, $0.squares] }, forKey: .used)
        try values.encode(tested.map { [$0.windows, $0.load, $0.power, $0.squares] }, forKey: .tested)
    }

    private static func bins(
        _ key: CodingKeys, in values: KeyedDecodingContainer<CodingKeys>
    ) throws -> [Bin] {
        let rows = try values.decode([[Double]].self, forKey: key)
        let isPossible = rows.allSatisfy { row in
            row.count == 4 && row.allSatisfy { $0.isFinite && $0 >= 0 } && row[0] <= mostWindows + 1
                && row[1] <= row[0] * (1 + 1e-9)
        }
        guard rows.count == count, isPossible else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: values, debugDescription: "\(key.stringValue) must have \(count) rows of possible sums"
            )
        }
        return rows.map { Bin(windows: $0[0], load: $0[1], power: $0[2], squares: $0[3]) }
    }
}
