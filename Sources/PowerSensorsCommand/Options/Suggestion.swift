/// The name that is closest to a text that was mistyped; nil if none is close.
///
/// Close means that at most a third of the text, or one character, would have to be inserted, removed or replaced. What all names
/// begin with does not count as text: it makes no two of them alike.
func suggestion(for text: String, among names: some Sequence<String>, after prefix: String = "") -> String? {
    let limit = max((text.count - prefix.count) / 3, 1)
    let closest = names.map { (name: $0, distance: editDistance(text, $0)) }.min { $0.distance < $1.distance }
    return closest.flatMap { $0.distance <= limit ? $0.name : nil }
}

/// How many characters must be inserted, removed or replaced to turn one text into another (Levenshtein's distance).
private func editDistance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (index, character) in first.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in second.indices {
            let replaced = diagonal + (second[column] == character ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row[second.count]
}
