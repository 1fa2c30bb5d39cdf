import PowerSensors
import PowerSensorsTesting
import Testing

struct AttributesTests {
    private let tree: MockTree
    private let root: SystemRoot

    init() throws {
        tree = try MockTree()
        root = try SystemRoot(path: tree.path, mountPoint: "/sys")
    }

    private func openFiles() throws -> Int {
        let descriptors = try SystemRoot(path: "/proc/self/fd", mountPoint: "/proc/self/fd")
        return try descriptors.list("").count { descriptors.readLink($0) == "\(tree.path)/energy1_input" }
    }

    @Test(arguments: [nil, 1000] as [Double?])
    func `a file that is not kept is closed after each reading`(divisor: Double?) throws {
        try tree.write("7000\n", to: "energy1_input")
        var attributes = Attributes(
            [Attributes.Source(path: "energy1_input", divisor: divisor, isKept: false)], beneath: root)
        for _ in 0..<2 {
            let reading = attributes.reading(at: 0)
            #expect(divisor == nil ? reading.count == 7000 : reading.value == 7)
            #expect(try openFiles() == 0)
        }
        try tree.write("-1\n", to: "energy1_input")
        if divisor == nil { #expect(attributes.reading(at: 0).status == .io(errno: 74)) }
        try tree.remove("energy1_input")
        #expect(attributes.reading(at: 0).status == .absent)
    }

    @Test func `a file that is kept stays open`() throws {
        try tree.write("7000\n", to: "energy1_input")
        var attributes = Attributes([Attributes.Source(path: "energy1_input")], beneath: root)
        #expect(attributes.reading(at: 0).count == 7000)
        #expect(try openFiles() == 1)
    }

    @Test func `a path that belongs to another device by now is absent`() throws {
        try tree.write("7000\n", to: "energy1_input")
        try tree.write("ina226\n", to: "name")
        var attributes = Attributes(
            [Attributes.Source(path: "energy1_input", identity: (path: "name", text: "ina226"), isKept: false)],
            beneath: root)
        #expect(attributes.reading(at: 0).count == 7000)
        try tree.write("ltc2947\n", to: "name")
        #expect(attributes.reading(at: 0).status == .absent)
    }
}
