import Foundation

// Writes what a module makes public, one declaration a line, sorted, from its symbol graphs.

/// The parts of a symbol graph that tell what a program can use.
struct SymbolGraph: Decodable {
    struct Symbol: Decodable {
        struct Identifier: Decodable { let precise: String }
        struct Fragment: Decodable { let spelling: String }

        let identifier: Identifier
        let pathComponents: [String]
        let declarationFragments: [Fragment]
    }

    struct Relationship: Decodable {
        let kind: String
        let source: String
        let target: String
        let targetFallback: String?
    }

    let symbols: [Symbol]
    let relationships: [Relationship]
}

let files = CommandLine.arguments.dropFirst()
guard !files.isEmpty else {
    FileHandle.standardError.write(Data("usage: PublicAPI GRAPH.symbols.json...\n".utf8))
    exit(64)
}

let graphs = try files.map { file in
    try JSONDecoder().decode(SymbolGraph.self, from: Data(contentsOf: URL(filePath: file)))
}
var lines: Set<String> = []
var paths: [String: String] = [:]

for symbol in graphs.flatMap(\.symbols) {
    let path = symbol.pathComponents.joined(separator: ".")
    paths[symbol.identifier.precise] = path
    // What the standard library adds to every conforming type is its own affair.
    if symbol.identifier.precise.contains("::SYNTHESIZED::") { continue }
    let declaration = symbol.declarationFragments.map(\.spelling).joined()
    lines.insert("\(path)\t\(declaration.split(whereSeparator: \.isWhitespace).joined(separator: " "))")
}
for relationship in graphs.flatMap(\.relationships) where relationship.kind == "conformsTo" {
    guard let type = paths[relationship.source],
        let target = paths[relationship.target] ?? relationship.targetFallback
    else { continue }
    // Whatever can be sent has it.
    if target == "Swift.SendableMetatype" { continue }
    lines.insert("\(type)\t: \(target)")
}
for line in lines.sorted() { print(line) }
