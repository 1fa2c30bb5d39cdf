/// A processor's name and the counts beside it, as people and tools write them: `2 x AMD EPYC 7763`, `Dual Xeon Gold 6130`,
/// `EPYC 7763 2P`, `E5-2680v4x2`, and `32 x Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz (2 Sockets)` of Proxmox VE.
struct CountedName {
    /// The name without the counts.
    let name: String

    private let counts: [Count]

    init(_ text: String) {
        var words = Self.words(text)[...]
        let first = Self.takeFirst(from: &words)
        var last = Self.takeLast(from: &words)
        // "AMD EPYC 7763 (128) @ 2.450GHz"
        if last == nil, let frequency = words.firstIndex(of: "@") {
            var head = words[..<frequency]
            last = Self.takeLast(from: &head)
            words = head + words[frequency...]
        }
        counts = [first, last].compactMap { $0 }
        name = words.joined(separator: " ")
    }

    /// The sockets and the threads that the text states. A count without a unit may be either, since tools write the threads like
    /// that: it is that of the sockets if no other is, and if machines with such processors have so many.
    func meaning(mostSockets: Int) -> (sockets: Int?, threads: Int?) {
        var sockets = counts.first { $0.unit == .sockets }?.number
        var threads = counts.first { $0.unit == .threads }?.number
        for count in counts where count.unit == .times || count.unit == .unstated {
            if sockets == nil, count.number <= mostSockets {
                sockets = count.number
            } else if threads == nil, count.number != sockets {
                threads = count.number
            }
        }
        return (sockets, threads)
    }

    /// The words of a text, without what is written before a server's processor, such as the name of the machine, and with a
    /// count that is joined to a name as a word of its own: `2*Xeon`, `2xEPYC`, `E5-2680v4x2`.
    private static func words(_ text: String) -> [String] {
        var words = text.split(whereSeparator: \.isWhitespace).flatMap { word in
            let digits = word.prefix(while: \.isNumber)
            let rest = word.dropFirst(digits.count)
            guard !digits.isEmpty, rest.first.map(isTimes) == true, rest.dropFirst().first?.isLetter == true else {
                return [String(word)]
            }
            return [digits + "x", String(rest.dropFirst())]
        }
        if let brand = words.firstIndex(where: isServersBrand),
            let before = words[..<brand].lastIndex(where: { !isOfName($0) && Count($0) == nil && Int($0) == nil }),
            words[...before].contains(where: { $0.contains(where: \.isNumber) })
        {
            words.removeFirst(before + 1)
        }
        // Of other processors, x2 is a part of the name: "AMD Athlon 64 X2".
        if let last = words.last, let number = last.last, number.isNumber, last.dropLast().last.map(isTimes) == true,
            case let name = last.dropLast(2), name.filter(\.isNumber).count >= 4, name.last != "-"
        {
            words.replaceSubrange(words.count - 1..<words.count, with: [String(name), "x\(number)"])
        }
        return words
    }

    private static func isTimes(_ character: Character) -> Bool { "xX×*".contains(character) }

    private static func isServersBrand(_ word: String) -> Bool {
        ["xeon", "epyc", "opteron"].contains { word.lowercased().hasPrefix($0) }
    }

    /// Whether a word may be of a name before the brand: `Genuine Intel(R) CPU Xeon`, `Dual-Core AMD Opteron`.
    private static func isOfName(_ word: String) -> Bool {
        let word = word.lowercased()
        return ["intel", "amd", "genuine", "cpu", "core"].contains(where: word.hasPrefix) || word.hasSuffix("-core")
            || ["x", "×", "*", "socket", "sockets", "way", "cpus", "processors", "chips"].contains(word)
    }

    /// Takes the count before a name from the words: one or two words such as `2x`, `2 x`, `2P`, `2 CPUs` or `dual socket`.
    private static func takeFirst(from words: inout ArraySlice<String>) -> Count? {
        for length in [2, 1] where words.count > length {
            guard let count = Count(words.prefix(length).joined()) else { continue }
            let next = words[words.startIndex + length]
            // "Dual Core AMD Opteron" says something else.
            guard !next.lowercased().hasPrefix("core"), count.unit != .unstated || next.first?.isLetter == true else {
                continue
            }
            words = words.dropFirst(length)
            return count
        }
        return nil
    }

    /// Takes the count after a name from the words: one in parentheses, or one after the name of a server's processor.
    private static func takeLast(from words: inout ArraySlice<String>) -> Count? {
        for length in [2, 1] where words.count > length {
            let (text, rest) = (words.suffix(length).joined(), words.dropLast(length))
            guard let count = Count(text) else { continue }
            if !text.hasPrefix("(") {
                guard count.unit != .unstated else { continue }
                let name = ProcessorName(UsualSpelling(of: rest.joined(separator: " ")).text)
                guard name.line == .server, name.generation != nil else { continue }
            }
            words = rest
            return count
        }
        return nil
    }
}

/// A number of processors or threads.
private struct Count {
    /// What is counted.
    enum Unit { case sockets, threads, times, unstated }

    let number: Int
    let unit: Unit

    /// What may follow a number, the longer endings first.
    private static let units: [(String, Unit)] = [
        ("sockets", .sockets), ("socket", .sockets), ("processors", .sockets), ("processor", .sockets),
        ("cpus", .sockets),
        ("cpu", .sockets), ("chips", .sockets), ("chip", .sockets), ("way", .sockets), ("threads", .threads),
        ("p", .sockets), ("s", .sockets), ("t", .threads), ("x", .times), ("×", .times), ("*", .times),
    ]

    private static let words = ["single": 1, "one": 1, "dual": 2, "two": 2, "quad": 4, "four": 4, "eight": 8]

    /// A count such as `2x`, `x2`, `(2)` or `dual-socket`; nil for other texts, and for the number of a model.
    init?(_ text: String) {
        let plain = text.lowercased().filter { !"()-,".contains($0) }
        var (number, unit) = (plain, Unit.unstated)
        if let (ending, counted) = Self.units.first(where: { plain.hasSuffix($0.0) }) {
            (number, unit) = (String(plain.dropLast(ending.count)), counted)
        } else if plain.hasPrefix("x") || plain.hasPrefix("×") {
            (number, unit) = (String(plain.dropFirst()), .times)
        }
        if let word = Self.words[number] {
            (self.number, self.unit) = (word, unit == .unstated ? .times : unit)
        } else if let value = Int(number), (1...1024).contains(value) {
            (self.number, self.unit) = (value, unit)
        } else {
            return nil
        }
    }
}
