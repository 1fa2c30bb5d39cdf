/// Formats a number with a fixed number of decimals, at most 12.
package func fixed(_ value: Double, decimals: Int) -> String {
    let scale = (0..<min(max(decimals, 0), 12)).reduce(1) { scale, _ in scale * 10 }
    let scaled = (value * Double(scale)).rounded()
    // Decimals mean nothing beyond this, and the conversion to an integer could trap.
    guard abs(scaled) < 1e15 else { return value.description }
    let whole = Int(abs(scaled))
    let sign = scaled < 0 ? "-" : ""
    guard scale > 1 else { return "\(sign)\(whole)" }
    let fraction = String(whole % scale + scale).dropFirst()
    return "\(sign)\(whole / scale).\(fraction)"
}
